using Sluice.Schemas.Chain;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>
/// A swap of the window as the rules ask for it: a cache line. Numbers ascend in order of execution: (slot, transaction, instruction, inner instruction, leg).
/// </summary>
internal struct Leg
{
    /// <summary>What the trader paid and received, transfer fees included and taken off. Base units.</summary>
    public ulong Paid, Received;

    /// <summary>Its transaction in <see cref="GroupFacts.TxFacts"/>, and its swap in <see cref="GroupFacts.Swaps"/>.</summary>
    public int Tx, Swap;

    public int Lane;

    /// <summary>Place among the lane's legs, the leg before in it, and the newest leg before in the opposite lane; −1 without any.</summary>
    public int Rank, Before, BeforeOpposite;

    /// <summary>Who holds what was traded, and who paid the fee.</summary>
    public int Owner, Signer;

    public int NextFront, NextBack;

    public bool CanFront, CanBack, CanBeVictim;

    /// <summary>True when the owner signs himself and somebody else pays the fee, who then is no part of the actor.</summary>
    public bool HasSponsor;

    /// <summary>True when it serves a finding as a leg or a victim.</summary>
    public bool IsTaken;

    /// <summary>True when it is the front leg of somebody who attacks, so that it is nobody's victim.</summary>
    public bool IsAttack;
}

/// <summary>A transaction of the window that swaps, as the rules ask for it.</summary>
internal struct TxFact
{
    public long Slot;
    public ulong FeeLamports, TipLamports;
    public int Block, Index;

    /// <summary>Fee payer, a number of <see cref="GroupFacts.Keys"/>.</summary>
    public int Signer;

    /// <summary>Its first leg, and its first swap of <see cref="GroupFacts.Swaps"/>.</summary>
    public int FirstLeg, FirstSwap;

    /// <summary>Number of its template, and whether that tells wallets apart from everybody else's.</summary>
    public int Template;
    public bool IsTellingTemplate;

    public bool UsesAggregator;

    /// <summary>True when its fees and payments stand in a finding already.</summary>
    public bool IsPaid;

    /// <summary>Number of its wrapper where that is a private program, else −1.</summary>
    public int PrivateWrapper;

    /// <summary>Run of the window that looks like a bundle, a number of <see cref="GroupFacts.RunConfidences"/>; −1 for none.</summary>
    public int Run;
}

/// <summary>What only findings show of a transaction.</summary>
internal struct TxDetail
{
    public Signature Signature;

    /// <summary>Numbers of keys, −1 for none; and of the wrapper's name.</summary>
    public int Wrapper, DontFrontMark, WrapperName;

    /// <summary>Its swaps, and its routes and changes of lamports in the group's lists.</summary>
    public int SwapCount, FirstRoute, RouteCount, FirstChange, ChangeCount;
}

/// <summary>What somebody has more or less of after a transaction, lamports.</summary>
internal readonly record struct LamportChange(Pubkey Owner, Int128 Delta);

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
