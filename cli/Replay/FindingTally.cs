using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>Findings of every kind but arbitrages, counted by class.</summary>
internal sealed class FindingTally
{
    /// <summary>The kinds, as the tables are called.</summary>
    public static readonly string[] Kinds = ["sandwiches", "round_trips", "jit", "liquidations", "failed_attempts", "bundles"];

    private readonly Dictionary<string, SortedDictionary<string, long>> _counts = Kinds.ToDictionary(k => k, _ => new SortedDictionary<string, long>(StringComparer.Ordinal));

    /// <summary>Net gain of the sandwiches whose net is known in lamports.</summary>
    public Int128 SandwichNetLamports { get; private set; }

    /// <summary>Loss of the victims whose loss is known in lamports.</summary>
    public Int128 VictimLossLamports { get; private set; }

    /// <summary>Fees of failed attempts.</summary>
    public UInt128 BurntFeesLamports { get; private set; }

    /// <summary>Swaps that were sandwiched.</summary>
    public long Victims { get; private set; }

    /// <summary>Findings of all kinds but bundles, which are no finding of value.</summary>
    public long Count => _counts.Where(k => k.Key != "bundles").Sum(k => k.Value.Values.Sum());

    /// <summary>Counts of one kind, by class.</summary>
    public IReadOnlyDictionary<string, long> Of(string kind) => _counts[kind];

    public void Add(in Sandwich finding)
    {
        Increment("sandwiches", SandwichClassNames.Snake[(int)finding.Class]);
        Victims += finding.Victims.Count;
        SandwichNetLamports += finding.NetLamports ?? 0;
        VictimLossLamports += finding.VictimLossLamports ?? 0;
    }

    public void Add(in RoundTrip finding) => Increment("round_trips", RoundTripClassNames.Snake[(int)finding.Class]);

    public void Add(in JitLiquidity finding) => Increment("jit", finding.Venue);

    public void Add(in Liquidation finding) => Increment("liquidations", finding.Protocol);

    public void Add(in FailedAttempt finding)
    {
        Increment("failed_attempts", AttemptClassNames.Snake[(int)finding.Class]);
        BurntFeesLamports += finding.FeeLamports;
    }

    public void Add(in Bundle finding) => Increment("bundles", "inferred");

    private void Increment(string kind, string name) => _counts[kind][name] = _counts[kind].GetValueOrDefault(name) + 1;
}
