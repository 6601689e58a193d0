using System.Globalization;

namespace Sluice.Cli.Roles.Tail;

/// <summary>Where reading begins.</summary>
internal enum StartKind
{
    Earliest,
    Latest,
    Offset,
    Time,
    Slot,
}

/// <summary>Where reading begins, as it is written after <c>--from</c>.</summary>
/// <param name="Value">Offset or slot.</param>
/// <param name="Time">Time of writing over Kafka, block time in a store.</param>
internal readonly record struct TailStart(StartKind Kind, long Value = 0, DateTimeOffset Time = default)
{
    private const string SlotPrefix = "slot:";

    /// <summary>Null for what is none of them.</summary>
    public static TailStart? Parse(string text)
    {
        if (text == "earliest") { return new TailStart(StartKind.Earliest); }
        if (text == "latest") { return new TailStart(StartKind.Latest); }
        if (text.StartsWith(SlotPrefix, StringComparison.Ordinal))
        {
            return TryNumber(text[SlotPrefix.Length..], out var slot) ? new TailStart(StartKind.Slot, slot) : null;
        }

        if (TryNumber(text, out var offset)) { return new TailStart(StartKind.Offset, offset); }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? new TailStart(StartKind.Time, Time: time)
            : null;
    }

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
