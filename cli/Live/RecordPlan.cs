using System.Globalization;

namespace Sluice.Cli.Live;

/// <summary>Which slots a recording takes.</summary>
/// <param name="First">First slot to fetch; null for the chain's newest.</param>
/// <param name="Before">Newest slot that is recorded already; null where there is none.</param>
/// <param name="Last">Last slot; null without an end.</param>
/// <param name="Slots">Slots from whichever slot turns out to be the first; null where <paramref name="Last"/> says it or there is no end.</param>
internal readonly record struct RecordPlan(ulong? First, ulong? Before, ulong? Last, ulong? Slots)
{
    /// <summary>Nothing is left to record.</summary>
    public bool IsDone => First > Last;

    /// <summary>For a person: "from slot 5 on" or "from slot 5 to 9".</summary>
    public string Shown => (First, Last) switch
    {
        (null, _) => "from the newest slot on",
        ({ } first, null) => string.Create(CultureInfo.InvariantCulture, $"from slot {first} on"),
        ({ } first, { } last) => string.Create(CultureInfo.InvariantCulture, $"from slot {first} to {last}"),
    };

    /// <summary>The same command again goes on behind what it has recorded, and has the same end.</summary>
    public static RecordPlan Of(ulong? newest, ulong? from, ulong? slots)
    {
        var first = newest is { } recorded && (from is null || from <= recorded + 1) ? recorded + 1 : from;

        // A slot that is far behind the newest recorded one is no continuation: nothing before it is asked for.
        var before = newest + 1 == first ? newest : null;
        var last = (from ?? first) + slots - 1;
        return new RecordPlan(first, before, last, last is null ? slots : null);
    }
}
