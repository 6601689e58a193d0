using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>
/// A swap of the window as the rules ask for it: a cache line. Numbers ascend in order of execution: (slot, transaction, instruction, inner instruction, leg).
/// </summary>
internal struct Leg
{
    /// <summary>What the trader paid and received, transfer fees included and taken off. Base units.</summary>
    public ulong Paid, Received;

    /// <summary>Its transaction in <see cref="GroupFacts.TxFacts"/>, and the place of its swap in that transaction.</summary>
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

/// <summary>State of a leg's pool before it, by which prices are compared: what is walked at random when victims are looked for.</summary>
internal struct LegState
{
    /// <summary>Reserves, base units; 0 where unknown.</summary>
    public ulong ReserveIn, ReserveOut;

    /// <summary>Number of its <see cref="RangeState"/>, −1 without any.</summary>
    public int Range;
}

/// <summary>State of a pool that trades by prices of ranges or bins, before a swap, as in <see cref="Schemas.Records.Swap"/>.</summary>
internal struct RangeState
{
    public Int128? SqrtPriceX64;
    public int? Tick;
}

/// <summary>A transaction of the window that swaps, as the rules ask for it: a cache line.</summary>
internal struct TxFact
{
    public long Slot;
    public ulong FeeLamports, TipLamports;

    /// <summary>What wallets of one software have in common: see <see cref="TransactionReading.Template"/>.</summary>
    public ulong Template;

    /// <summary>Its block in <see cref="GroupFacts.Blocks"/>, its position there, and its place in the block's list.</summary>
    public int Block, Index, At;

    /// <summary>Fee payer, a number of <see cref="GroupFacts.Keys"/>.</summary>
    public int Signer;

    /// <summary>Its first leg.</summary>
    public int FirstLeg;

    /// <summary>Whether its template tells wallets apart from everybody else's.</summary>
    public bool IsTellingTemplate;

    /// <summary>True when its fees and payments stand in a finding already.</summary>
    public bool IsPaid;

    /// <summary>Number of its wrapper where that is a private program, else −1.</summary>
    public int PrivateWrapper;
}

/// <summary>A block of the window.</summary>
internal struct BlockFact
{
    public long Slot;
    public long? TimeUnixMs;
    public Pubkey? Leader;
    public bool IsComplete;

    /// <summary>Its transactions, which stay as they are until the group is closed.</summary>
    public RecordList<Transaction> Transactions;
}

/// <summary>Liquidity that somebody added or removed in the window.</summary>
internal readonly record struct LiquidityFact(Pubkey Pool, int Provider, int AtLeg);
