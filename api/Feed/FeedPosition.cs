using System.Globalization;

namespace Sluice.Api.Feed;

/// <summary>A place in the feed, as readers give it back: <c>stream.number</c>.</summary>
/// <param name="Stream">The run of the feed.</param>
/// <param name="Sequence">Number of the last event that was read.</param>
internal readonly record struct FeedPosition(string Stream, long Sequence)
{
    public static bool TryParse(string text, out FeedPosition position)
    {
        position = default;
        var dot = text.LastIndexOf('.');
        if (dot is < 1 or > 64 || !long.TryParse(text.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var sequence)) { return false; }
        position = new FeedPosition(text[..dot], sequence);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stream}.{Sequence}");
}
