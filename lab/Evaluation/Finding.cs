using Sluice.Schemas.Chain;

namespace Sluice.Lab.Evaluation;

/// <summary>What a detector says of one case, as far as the evaluation needs it: any detector can be brought to this.</summary>
public sealed record Finding
{
    public required TruthKind Kind { get; init; }

    /// <summary>Class as the detector names it; underscores and hyphens are the same. Null where it names none.</summary>
    public string? Class { get; init; }

    /// <summary>Slot, to find it again; 0 where the detector does not say.</summary>
    public ulong Slot { get; init; }

    /// <summary>What it is known by: its transaction; of sandwiches and just-in-time liquidity, the first victim or trade.</summary>
    public required Signature Signature { get; init; }

    /// <summary>The searcher, attacker or provider; of just-in-time liquidity part of the key. Null where unknown.</summary>
    public Pubkey? Actor { get; init; }

    /// <summary>Borrower's account of a liquidation, part of the key; null where unknown.</summary>
    public Pubkey? Obligation { get; init; }

    /// <summary>Victims of a sandwich, trades between of just-in-time liquidity; one a swap, so a transaction may stand twice.</summary>
    public IReadOnlyList<FindingVictim> Victims { get; init; } = [];

    /// <summary>The actor's own transactions, as far as told; they say what an invented finding really was.</summary>
    public IReadOnlyList<Signature> Transactions { get; init; } = [];

    /// <summary>Token of gross and net.</summary>
    public Pubkey? ProfitMint { get; init; }

    /// <summary>Gain before fees and tips, base units.</summary>
    public Int128? Gross { get; init; }

    /// <summary>Gain after fees, tips and other payments, base units.</summary>
    public Int128? Net { get; init; }

    /// <summary>Transaction whose price move an arbitrage took back.</summary>
    public Signature? Cause { get; init; }
}

/// <summary>A swap that lost, or was traded between.</summary>
/// <param name="Signature">Its transaction.</param>
/// <param name="LossLow">Least loss, base units of what it received; null where unknown.</param>
/// <param name="LossHigh">Greatest loss; equals the least where the loss is a point.</param>
public sealed record FindingVictim(Signature Signature, Int128? LossLow = null, Int128? LossHigh = null);

/// <summary>A round trip that a detector saw and did not call a sandwich, and why.</summary>
/// <param name="Class">What it was called.</param>
/// <param name="FailedRule">The rule that it does not pass.</param>
/// <param name="Signatures">Its transactions and those between.</param>
public sealed record RoundTripSeen(string Class, string FailedRule, IReadOnlyList<Signature> Signatures);

/// <summary>Candidates that a detector turned down in a slot.</summary>
/// <param name="Stage">Detector.</param>
/// <param name="Reason">Rule.</param>
public sealed record RejectionsSeen(ulong Slot, string Stage, string Reason, long Count);

/// <summary>Everything a detector said of one chain.</summary>
public sealed class DetectorOutput
{
    public List<Finding> Findings { get; } = [];

    public List<RoundTripSeen> RoundTrips { get; } = [];

    public List<RejectionsSeen> Rejections { get; } = [];

    /// <summary>Rule by which a transaction is no arbitrage, where the detector says so by transaction.</summary>
    public Dictionary<Signature, string> ArbitrageRules { get; } = [];
}
