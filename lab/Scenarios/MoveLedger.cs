using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios;

/// <summary>Every swap of the block so far, so that the truth can say what came before an arbitrage.</summary>
internal sealed class MoveLedger
{
    private readonly List<Entry> _entries = new(1_024);

    /// <summary>A swap and the transaction that made it.</summary>
    public readonly record struct Entry(DoneSwap Swap, Sent Sent, int Signer);

    public void StartBlock() => _entries.Clear();

    /// <summary>Notes the swaps of a transaction that went into the block.</summary>
    public void Add(List<DoneSwap> swaps, in Sent sent, int signer)
    {
        foreach (var swap in swaps) { _entries.Add(new Entry(swap, sent, signer)); }
    }

    /// <summary>
    /// What an arbitrage follows: of the strangers' swaps in its pools at most <paramref name="near"/> places before it, against the direction in
    /// which it first trades there, the one that moved the price most.
    /// </summary>
    /// <param name="arbitrage">Swaps of the arbitrage.</param>
    /// <param name="index">Its place in the block.</param>
    /// <param name="searcher">Who made it.</param>
    /// <param name="near">Places.</param>
    /// <param name="leastBps">What the cause moved the price by at least.</param>
    public Entry? CauseOf(List<DoneSwap> arbitrage, int index, int searcher, int near, int leastBps)
    {
        Entry? cause = null;
        var most = Math.Max(leastBps, 1) - 1;
        for (var i = _entries.Count - 1; i >= 0 && index - _entries[i].Sent.Index <= near; i--)
        {
            var entry = _entries[i];
            var bps = entry.Swap.Bps;
            if (entry.Sent.Index >= index || entry.Signer == searcher || bps <= most || FirstIn(arbitrage, entry.Swap.Pool) is not { } own) { continue; }
            if (own.AToB == entry.Swap.AToB) { continue; }
            (cause, most) = (entry, bps);
        }

        return cause;
    }

    /// <summary>Whether any stranger's swap of the block before the arbitrage moved one of its pools against its direction, however little.</summary>
    public bool HasCause(List<DoneSwap> arbitrage, int index, int searcher) => CauseOf(arbitrage, index, searcher, int.MaxValue, 0) is not null;

    /// <summary>Whether a stranger traded in the arbitrage's pools, in its direction, so many places before at most.</summary>
    public bool IsAfterSameWay(List<DoneSwap> arbitrage, int index, int searcher, int near)
    {
        foreach (var entry in _entries)
        {
            if (IsBefore(entry, index, searcher, near) && FirstIn(arbitrage, entry.Swap.Pool) is { } own && own.AToB == entry.Swap.AToB) { return true; }
        }

        return false;
    }

    /// <summary>Whether a stranger traded anywhere so many places before at most.</summary>
    public bool IsAfterStranger(int index, int searcher, int near)
    {
        foreach (var entry in _entries)
        {
            if (IsBefore(entry, index, searcher, near)) { return true; }
        }

        return false;
    }

    private static bool IsBefore(in Entry entry, int index, int searcher, int near) =>
        entry.Sent.Index < index && index - entry.Sent.Index <= near && entry.Signer != searcher;

    private static DoneSwap? FirstIn(List<DoneSwap> swaps, Pool pool)
    {
        foreach (var swap in swaps)
        {
            if (swap.Pool == pool) { return swap; }
        }

        return null;
    }
}
