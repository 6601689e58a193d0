using Sluice.Lab.Venues;

namespace Sluice.Lab;

/// <summary>What a run has made so far, counted where it is made.</summary>
public sealed class RunTotals
{
    private readonly ulong[] _swaps = new ulong[VenueNames.Count];
    private readonly SortedDictionary<string, ulong>[] _planted =
        [.. Enum.GetValues<TruthKind>().Select(_ => new SortedDictionary<string, ulong>(StringComparer.Ordinal))];

    /// <summary>Slots gone by, skipped ones included.</summary>
    public ulong Slots { get; internal set; }

    public ulong SkippedSlots { get; internal set; }

    /// <summary>Transactions in blocks, votes included.</summary>
    public ulong Transactions { get; internal set; }

    public ulong Votes { get; internal set; }

    /// <summary>Failed transactions; no vote fails.</summary>
    public ulong Failed { get; internal set; }

    /// <summary>Fees of all transactions in lamports, votes included.</summary>
    public UInt128 FeesLamports { get; internal set; }

    public UInt128 PriorityFeesLamports { get; internal set; }

    /// <summary>What the leaders got of the fees: half of the base fees, all priority fees.</summary>
    public UInt128 LeaderRewardsLamports { get; internal set; }

    /// <summary>Lamports that reached Jito's tip accounts.</summary>
    public UInt128 TipsLamports { get; internal set; }

    /// <summary>Tips that the tip payment program passed on to receivers and to the block builder; the rest is still in the tip accounts.</summary>
    public UInt128 TipsToReceiversLamports { get; internal set; }

    public UInt128 TipsToBuilderLamports { get; internal set; }

    /// <summary>Inflation paid to vote and stake accounts.</summary>
    public UInt128 InflationLamports { get; internal set; }

    /// <summary>Successful transactions that paid a tip.</summary>
    public ulong TippedTransactions { get; internal set; }

    /// <summary>Bytes of block JSON.</summary>
    public ulong Bytes { get; internal set; }

    /// <summary>Swaps of successful transactions.</summary>
    public ulong Swaps
    {
        get
        {
            ulong sum = 0;
            foreach (var count in _swaps) { sum += count; }
            return sum;
        }
    }

    /// <summary>What was planted of a kind, by class; look-alikes by label.</summary>
    public IReadOnlyDictionary<string, ulong> Planted(TruthKind kind) => _planted[(int)kind];

    /// <summary>How many of a kind were planted.</summary>
    public ulong CountOf(TruthKind kind)
    {
        ulong sum = 0;
        foreach (var count in _planted[(int)kind].Values) { sum += count; }
        return sum;
    }

    /// <summary>Swaps of successful transactions on one venue.</summary>
    public ulong SwapsOn(VenueKind venue) => _swaps[(int)venue];

    internal void AddSwaps(ReadOnlySpan<int> byVenue)
    {
        for (var i = 0; i < byVenue.Length; i++) { _swaps[i] += (ulong)byVenue[i]; }
    }

    internal void Add(TruthEntry entry)
    {
        var counts = _planted[(int)entry.Kind];
        counts[entry.Class] = counts.GetValueOrDefault(entry.Class) + 1;
    }
}
