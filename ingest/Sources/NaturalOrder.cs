namespace Sluice.Ingest.Sources;

/// <summary>Orders paths as a person would: numbers in them by value, the rest by character.</summary>
internal sealed class NaturalOrder : IComparer<string>
{
    public static NaturalOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var a = x.AsSpan();
        var b = y.AsSpan();
        while (!a.IsEmpty && !b.IsEmpty)
        {
            if (char.IsAsciiDigit(a[0]) && char.IsAsciiDigit(b[0]))
            {
                var first = TakeNumber(ref a);
                var second = TakeNumber(ref b);
                var byValue = first.Length != second.Length ? first.Length - second.Length : first.SequenceCompareTo(second);
                if (byValue != 0) { return byValue; }
                continue;
            }

            if (a[0] != b[0]) { return a[0] - b[0]; }
            a = a[1..];
            b = b[1..];
        }

        var byLength = a.Length - b.Length;
        return byLength != 0 ? byLength : string.CompareOrdinal(x, y);
    }

    private static ReadOnlySpan<char> TakeNumber(ref ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        if (end < 0) { end = text.Length; }
        var number = text[..end].TrimStart('0');
        text = text[end..];
        return number;
    }
}
