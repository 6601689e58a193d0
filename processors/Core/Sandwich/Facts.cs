using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Identity of a market: its account, its pair, and its vaults, so that a configuration account taken for the pool joins nothing.</summary>
/// <remarks>Mints stand in order of their bytes, vaults as their mints do; so both directions have one key.</remarks>
internal readonly struct PoolKey : IEquatable<PoolKey>
{
    private readonly Pubkey _pool;
    public readonly Pubkey MintA;
    public readonly Pubkey MintB;
    private readonly Pubkey _vaultA;
    private readonly Pubkey _vaultB;

    public PoolKey(in Swap swap)
    {
        _pool = swap.Pool;
        var isForward = swap.MintIn.CompareTo(swap.MintOut) <= 0;
        (MintA, MintB) = isForward ? (swap.MintIn, swap.MintOut) : (swap.MintOut, swap.MintIn);
        (_vaultA, _vaultB) = isForward ? (swap.VaultIn, swap.VaultOut) : (swap.VaultOut, swap.VaultIn);
    }

    public bool Equals(PoolKey other) =>
        _pool == other._pool && MintA == other.MintA && MintB == other.MintB && _vaultA == other._vaultA && _vaultB == other._vaultB;

    public override bool Equals(object? obj) => obj is PoolKey other && Equals(other);

    public override int GetHashCode() => unchecked((_pool.GetHashCode() * 31) + (MintA.GetHashCode() * 17) + MintB.GetHashCode() + _vaultA.GetHashCode());
}

/// <summary>A market of the window. Keys are numbers of <see cref="GroupFacts.Keys"/>.</summary>
internal struct PoolFact
{
    public int MintA, MintB;
    public int Pair;
}

/// <summary>A market in one direction: the swaps that go that way.</summary>
internal struct LaneFact
{
    /// <summary>Newest leg, −1 without any.</summary>
    public int Last;

    public int Count;

    /// <summary>Legs whose price before is known by square roots, bins, reserves.</summary>
    public int WithRoot, WithBin, WithReserves;

    /// <summary>+1 where trades this way raise the square root, −1 where they lower it, 0 while unknown; likewise for bins.</summary>
    public int RootSense, BinSense;
}

/// <summary>How prices before a swap are compared in a lane: by the best measure that all of its legs have.</summary>
internal enum PriceMeasure : byte
{
    Executed,
    Reserves,
    Bin,
    Root,
}

/// <summary>A swap of the window. Numbers ascend in order of execution: (slot, transaction, instruction, inner instruction, leg).</summary>
internal struct Leg
{
    /// <summary>Its transaction in <see cref="GroupFacts.TxFacts"/>, and its swap in <see cref="GroupFacts.Swaps"/>.</summary>
    public int Tx, Swap;

    public int Lane;

    /// <summary>Place among the lane's legs, the leg before in it, and the newest leg before in the opposite lane; −1 without any.</summary>
    public int Rank, Before, BeforeOpposite;

    /// <summary>Who holds what was traded, and who paid the fee.</summary>
    public int Owner, Signer;

    /// <summary>What the trader paid and received, transfer fees included and taken off. Base units.</summary>
    public ulong Paid, Received;

    public ulong ReserveIn, ReserveOut;
    public Int128 Root;
    public int Bin;

    /// <summary>Place among the lane's legs of the same template.</summary>
    public int TemplateRank;

    /// <summary>True when the owner signs himself and somebody else pays the fee, who then is no part of the actor.</summary>
    public bool HasSponsor;

    public int NextFront, NextBack;
    public bool CanFront, CanBack, CanBeVictim;

    /// <summary>True when it serves a finding as a leg or a victim.</summary>
    public bool IsTaken;

    /// <summary>True when it is the front leg of somebody who attacks, so that it is nobody's victim.</summary>
    public bool IsAttack;
}

/// <summary>A transaction of the window that swaps.</summary>
internal struct TxFact
{
    public long Slot;
    public int Block, Index;

    public Signature Signature;
    public Pubkey Signer;
    public ulong FeeLamports, TipLamports;
    public Pubkey? Wrapper;
    public string? WrapperName;
    public bool UsesAggregator;
    public Pubkey? DontFrontMark;

    /// <summary>Its first leg; its swaps, routes and changes of lamports in the group's lists.</summary>
    public int FirstLeg, FirstSwap, SwapCount, FirstRoute, RouteCount, FirstChange, ChangeCount;

    /// <summary>Number of its template, and whether that tells wallets apart from everybody else's.</summary>
    public int Template;
    public bool IsTellingTemplate;

    /// <summary>Number of its wrapper where that is a private program, else −1.</summary>
    public int PrivateWrapper;

    /// <summary>Run of its block that looks like a bundle, −1 for none, and how much it does.</summary>
    public int Run;
    public double RunConfidence;

    /// <summary>True when its fees and payments stand in a finding already.</summary>
    public bool IsPaid;
}

/// <summary>A block of the window.</summary>
internal struct BlockFact
{
    public long Slot;
    public long? TimeUnixMs;
    public Pubkey? Leader;
    public bool IsComplete;
}

/// <summary>What wallets of one software have in common: fee, instructions, compute budget, program.</summary>
internal readonly record struct Template(ulong Fee, int Instructions, long ComputeLimit, ulong ComputePrice, int Wrapper);

/// <summary>Liquidity that somebody added or removed in the window.</summary>
internal readonly record struct LiquidityFact(Pubkey Pool, int Provider, int AtLeg);
