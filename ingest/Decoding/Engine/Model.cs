using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>One program invocation of the transaction at hand, placed in its call tree.</summary>
internal struct Frame
{
    /// <summary>Entry in the catalogue; 0 for an unknown program.</summary>
    public ushort Entry;

    /// <summary>Depth, 1 for a top-level instruction.</summary>
    public byte Height;

    /// <summary>True when a decoded swap stands here.</summary>
    public bool IsSwap;

    /// <summary>True when a swap that the generic detector saw stands here. Those of the others are told by <see cref="Transfer.ClaimedBy"/>.</summary>
    public bool IsExplained;

    /// <summary>True for a swap instruction of a venue whose amounts only the generic detector finds.</summary>
    public bool IsByMovements;

    /// <summary>Position of the pool's account for such an instruction; -1 when its accounts do not name it.</summary>
    public int PoolByMovements;

    /// <summary>Index of the program's key in the block.</summary>
    public int Program;

    /// <summary>The frame that invoked this one; -1 for a top-level instruction.</summary>
    public int Parent;

    /// <summary>One beyond the last frame below this one, in pre-order.</summary>
    public int End;

    /// <summary>First transfer at or below this frame, and one beyond the last.</summary>
    public int FirstTransfer, EndTransfer;
}

/// <summary>A movement of tokens or lamports between two accounts.</summary>
internal struct Transfer
{
    /// <summary>The token or System program's frame.</summary>
    public int Frame;

    /// <summary>Frame to which the generic detector currently counts the transfer; -1 when none.</summary>
    public int Holder;

    /// <summary>Frame of the decoded swap, liquidity change or liquidation that the transfer belongs to; -1 when none.</summary>
    public int ClaimedBy;

    /// <summary>Positions in the transaction's accounts.</summary>
    public int Source, Destination;

    /// <summary>Position of the authority that signed for the source.</summary>
    public int Authority;

    /// <summary>Key of the mint; -1 when nothing tells it.</summary>
    public int Mint;

    /// <summary>Base units that left the source and that reached the destination; they differ by a Token-2022 fee.</summary>
    public ulong Sent, Received;

    /// <summary>True for lamports moved by the System program, counted as wSOL.</summary>
    public bool IsNative;

    /// <summary>True when the mint's program may withhold a fee that the instruction does not state.</summary>
    public bool MayWithhold;
}

/// <summary>What is known of an account of the transaction as a token account.</summary>
internal struct TokenAccount
{
    /// <summary>Key of the mint; -1 when the account is none or nothing tells.</summary>
    public int Mint;

    /// <summary>Key of the owner; -1 when unknown.</summary>
    public int Owner;

    /// <summary>Index in the block's token balances; -1 without an entry.</summary>
    public int Balance;
}

/// <summary>A swap as one of the detectors saw it, before it becomes a record.</summary>
internal struct SwapDraft
{
    public int Frame;

    public int Leg;

    /// <summary>The pool's key.</summary>
    public Pubkey Pool;

    /// <summary>Positions of the pool's token accounts.</summary>
    public int VaultIn, VaultOut;

    /// <summary>Keys of the mints.</summary>
    public int MintIn, MintOut;

    /// <summary>Base units, as they go into the record.</summary>
    public ulong AmountIn, AmountOut;

    /// <summary>Net of everything that moved in the pool's accounts, for comparing the detectors.</summary>
    public ulong NetIn, NetOut;

    /// <summary>Key of the trader.</summary>
    public int Trader;

    public ulong? ReserveIn, ReserveOut;

    /// <summary>Token-2022 fees withheld on the way into and out of the pool, base units.</summary>
    public ulong WithheldIn, WithheldOut;

    /// <summary>The instruction's own limit, base units: least amount out, or greatest amount in when <see cref="IsExactOut"/>.</summary>
    public ulong? LimitAmount;

    /// <summary>True when the instruction fixes the amount out.</summary>
    public bool IsExactOut;

    /// <summary>Trading fee that an event states, base units of <see cref="FeeMint"/>.</summary>
    public ulong? FeeAmount;

    /// <summary>Key of the fee's token.</summary>
    public int FeeMint;

    /// <summary>Square root of the price after and before the swap, Q64.64.</summary>
    public UInt128? SqrtPrice, SqrtPriceBefore;

    /// <summary>Liquidity that is active after the swap.</summary>
    public UInt128? Liquidity;

    /// <summary>Active tick or bin.</summary>
    public int? TickBefore, TickAfter;

    /// <summary>True once the other detector's view was compared with this one.</summary>
    public bool IsMatched;

    /// <summary>True when both detectors saw the same.</summary>
    public bool IsAgreed;

    /// <summary>True when vaultIn is the first of the two vaults that the layout names.</summary>
    public bool InIsFirst;

    /// <summary>True for one whose amounts come from the generic detector.</summary>
    public bool IsGeneric;

    /// <summary>Layout of the leg, null for a generic swap.</summary>
    public LegLayout? Layout;
}
