using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Jit;

/// <summary>A position in a pool, or, in a pool without positions, a provider in it.</summary>
internal readonly struct Holding(in Pubkey pool, in Pubkey place) : IEquatable<Holding>
{
    private readonly Pubkey _pool = pool, _place = place;

    public bool Equals(Holding other) => _pool == other._pool && _place == other._place;

    public override bool Equals(object? obj) => obj is Holding other && Equals(other);

    public override int GetHashCode() => unchecked((_pool.GetHashCode() * 31) + _place.GetHashCode());
}

/// <summary>A swap in a pool in which liquidity was added before.</summary>
internal struct SwapFact
{
    public long Slot;
    public int TxIndex, IxIndex, InnerIxIndex, LegIndex;
    public Signature Signature;
    public Pubkey Signer, Trader, MintIn, MintOut;
    public ulong AmountIn, AmountOut;

    /// <summary>What of the amounts is fee, where the event states it: of the one that came in and of the one that went out.</summary>
    public ulong FeeIn, FeeOut;

    /// <summary>Square-root price after it, Q64.64; 0 where it is not told.</summary>
    public UInt128 SqrtPrice;

    /// <summary>Ticks, or bins.</summary>
    public int? TickBefore, TickAfter;

    /// <summary>True where these are bins.</summary>
    public bool HasBins;
}

/// <summary>A liquidity change of an episode.</summary>
internal struct ChangeFact
{
    public LiquidityChange Change;
    public long Slot;
    public int TxIndex;
    public Signature Signature;
    public ulong Fee, Tip;

    /// <summary>The episode's next change; −1 for none yet.</summary>
    public int Next;
}

/// <summary>A pool in which liquidity was added, with its swaps since.</summary>
internal struct PoolFact
{
    public int FirstSwap, LastSwap;
}

/// <summary>Everything that was done with one holding from an addition on, until it was removed and added to again.</summary>
internal struct Episode
{
    public int Pool;
    public int FirstChange, LastChange;
    public long FirstSlot, LastSlot;
    public Pubkey Signer, Provider;
    public Pubkey? Wrapper;

    /// <summary>The pool's newest swap at the first addition and at the last removal; −1 for none.</summary>
    public int SwapBefore, SwapAtEnd;

    public int Adds, Removes;

    /// <summary>Liquidity as the instructions state it, and whether all of them do.</summary>
    public Int128 Added, Removed;
    public bool IsStated;
    public bool IsClosed;
    public bool HasPosition;
    public int? LowerTick, UpperTick;
    public bool HasUnknownRange;
}
