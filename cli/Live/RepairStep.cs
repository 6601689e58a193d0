using Sluice.Ingest.Live;

namespace Sluice.Cli.Live;

/// <summary>What is repaired at once: the first changes of a comparison, as many as fit. So memory is bounded, and what is done is not done again.</summary>
/// <param name="Settles">The changes, and the slot up to which the store agrees with the finalized chain when they are repaired.</param>
/// <param name="Rest">What is left of the comparison.</param>
/// <param name="Ranges">First and last slots of the runs of leader groups whose findings may change, ascending, apart from each other.</param>
internal sealed record RepairStep(ChainComparison Settles, ChainComparison Rest, IReadOnlyList<(ulong First, ulong Last)> Ranges)
{
    /// <summary>Leader groups that are detected anew in one step; one change alone may take more.</summary>
    public const int MostGroups = 16;

    /// <summary>Groups between two runs up to which both are one: detecting them takes less than reading what surrounds two.</summary>
    private const ulong Between = 3;

    /// <summary>The first step of a comparison with changes.</summary>
    /// <param name="final">The chain after the whole comparison.</param>
    public static RepairStep FirstOf(ChainComparison comparison, FinalChain final)
    {
        var groups = new SortedSet<ulong>();
        var count = 0;
        foreach (var change in comparison.Changes)
        {
            if (change.Missed is null)
            {
                var more = final.GroupsAround(change.Slot);
                if (groups.Count > 0 && groups.Count + more.Count(g => !groups.Contains(g)) > MostGroups) { break; }
                groups.UnionWith(more);
            }

            count++;
        }

        var upTo = count == comparison.Changes.Count ? comparison.UpTo : comparison.Changes[count].Slot - 1;
        return new RepairStep(
            new ChainComparison(upTo, [.. comparison.Changes.Take(count)]), comparison with { Changes = [.. comparison.Changes.Skip(count)] }, RunsOf(groups));
    }

    private static List<(ulong First, ulong Last)> RunsOf(SortedSet<ulong> groups)
    {
        var runs = new List<(ulong First, ulong Last)>();
        foreach (var group in groups)
        {
            var (first, last) = (group * FinalChain.GroupSlots, ((group + 1) * FinalChain.GroupSlots) - 1);
            if (runs.Count > 0 && runs[^1].Last + (Between * FinalChain.GroupSlots) + 1 >= first) { runs[^1] = (runs[^1].First, last); } else { runs.Add((first, last)); }
        }

        return runs;
    }
}
