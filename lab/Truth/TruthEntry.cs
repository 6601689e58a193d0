using Sluice.Schemas.Chain;

namespace Sluice.Lab;

/// <summary>One planted thing and everything known about it. It is told with the slot of its last leg.</summary>
public sealed record TruthEntry
{
    /// <summary>Name of the entry in its run: kind and number, as <c>arbitrage-17</c>. Set when it is planted.</summary>
    public string Id { get; init; } = "";

    public required TruthKind Kind { get; init; }

    /// <summary>See <see cref="TruthKind"/>: which class of its kind, or what a look-alike really is.</summary>
    public required string Class { get; init; }

    /// <summary>How it hides from detectors: <c>wallet_split</c>, <c>transfer_bridge</c> and so on; empty where it does not.</summary>
    public IReadOnlyList<string> Evasions { get; init; } = [];

    /// <summary>What else it is: <c>multi_victim</c>, <c>multi_leg</c>, <c>failed</c>, <c>backrun</c> and so on.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>What a look-alike must not be taken for; empty elsewhere.</summary>
    public IReadOnlyList<TruthKind> LookAlikeOf { get; init; } = [];

    /// <summary>Slot of its transaction; of sandwiches and just-in-time liquidity, that of the first victim or trade.</summary>
    public required ulong Slot { get; init; }

    /// <summary>Position in the block, votes counted, of the transaction that <see cref="Signature"/> names.</summary>
    public required int Index { get; init; }

    /// <summary>What it is known by: its transaction's first signature; of sandwiches and just-in-time liquidity, that of the first victim or trade.</summary>
    public required Signature Signature { get; init; }

    /// <summary>The searcher, attacker or provider: who paid and signed first.</summary>
    public required Pubkey Signer { get; init; }

    /// <summary>All wallets of the searcher, the first one first; empty where <see cref="Signer"/> is all.</summary>
    public IReadOnlyList<Pubkey> Wallets { get; init; } = [];

    /// <summary>All steps in the order of execution.</summary>
    public IReadOnlyList<TruthLeg> Legs { get; init; } = [];

    /// <summary>Who lost by a sandwich, in the order of execution.</summary>
    public IReadOnlyList<TruthVictim> Victims { get; init; } = [];

    public TruthLiquidation? Liquidation { get; init; }

    /// <summary>Pools of the swaps, in the order of execution.</summary>
    public IReadOnlyList<Pubkey> Pools { get; init; } = [];

    /// <summary>How the swaps were called: direct, program or jupiter.</summary>
    public string Route { get; init; } = "direct";

    /// <summary>Whether a flash loan brackets the swaps.</summary>
    public bool FlashLoan { get; init; }

    /// <summary>Mint of the profit; for the stable class the mint that came out last, at par with the first. Null for look-alikes.</summary>
    public Pubkey? ProfitMint { get; init; }

    /// <summary>Gain in base units of the profit mint, before fees and tips, after a flash loan's fee and without rent. Null for look-alikes.</summary>
    public Int128? Gross { get; init; }

    /// <summary>Fees of the searcher's transactions.</summary>
    public ulong FeeLamports { get; init; }

    /// <summary>Lamports of the searcher to Jito's tip accounts.</summary>
    public ulong TipLamports { get; init; }

    /// <summary>Gross less fees and tips where the profit is in SOL; null elsewhere, since the truth holds no price.</summary>
    public Int128? Net { get; init; }
}
