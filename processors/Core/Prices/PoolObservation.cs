using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>A pool and the pair of tokens that it prices: some pools trade several.</summary>
internal struct PoolPair(Pubkey pool, Pubkey coin, Pubkey quote) : IEquatable<PoolPair>, IComparable<PoolPair>
{
    /// <summary>Market account.</summary>
    public Pubkey Pool = pool;

    /// <summary>Token that is priced.</summary>
    public Pubkey Base = coin;

    /// <summary>SOL, a dollar or staked SOL.</summary>
    public Pubkey Quote = quote;

    public readonly bool Equals(PoolPair other) => Pool == other.Pool && Base == other.Base && Quote == other.Quote;

    public override readonly bool Equals(object? obj) => obj is PoolPair other && Equals(other);

    public override readonly int GetHashCode() => unchecked((Pool.GetHashCode() * 31) + Base.GetHashCode());

    public readonly int CompareTo(PoolPair other) => (Pool, Base, Quote).CompareTo((other.Pool, other.Base, other.Quote));
}

/// <summary>What the window has told of a pool so far.</summary>
internal struct PoolObservation
{
    /// <summary>Base units of the quote for one base unit of the base: the pool's first state in the window.</summary>
    public Rate Price;

    /// <summary>Slot of the first swap.</summary>
    public long Slot;

    /// <summary>Reserve of the quote before the first swap, base units; 0 when not known.</summary>
    public ulong Reserve;

    /// <summary>Venue.</summary>
    public string Venue;

    /// <summary>Next pool of the same base, or −1.</summary>
    public int Next;

    /// <summary>
    /// Price before a swap: of the stated square-root price, else of a constant product's reserves, else what the swap itself paid. The stated ones are
    /// believed only when the swap's own amounts agree.
    /// </summary>
    public static Rate PriceOf(in Swap swap, bool quoteIsIn)
    {
        var (quote, coin) = quoteIsIn ? (swap.AmountIn, swap.AmountOut) : (swap.AmountOut, swap.AmountIn);
        var executed = Rate.Of(quote, coin);
        var stated = OfRoot(swap, quoteIsIn, executed);
        if (!stated.IsKnown) { stated = OfReserves(swap, quoteIsIn); }
        return stated.IsKnown && IsNear(stated, executed) ? stated : executed;
    }

    private static Rate OfRoot(in Swap swap, bool quoteIsIn, Rate executed)
    {
        if (swap.SqrtPriceBeforeX64 is not { } before || before <= 0) { return default; }
        var root = Rate.Of((UInt128)before, (UInt128)1 << 64);
        var price = root.Times(root); // of the venue's first token in its second

        // A swap that pays the first token in lowers the price, one that takes it out raises it.
        if (swap.SqrtPriceX64 is { } after && after != before) { return after < before == quoteIsIn ? price.Inverse() : price; }
        var inverse = price.Inverse();
        return IsNear(price, executed) ? price : inverse;
    }

    private static Rate OfReserves(in Swap swap, bool quoteIsIn)
    {
        if (PoolModels.LawOf(swap) is not (PoolLaw.ConstantProduct or PoolLaw.VirtualReserves)) { return default; }
        if (swap.ReserveIn is not { } reserveIn || swap.ReserveOut is not { } reserveOut) { return default; }
        var most = (UInt128)reserveOut * swap.AmountIn / ((UInt128)reserveIn + swap.AmountIn);
        if (swap.AmountOut > most || (UInt128)swap.AmountOut * 10_000 < most * (10_000 - PriceRules.MaxFeeBps)) { return default; }
        return quoteIsIn ? Rate.Of(reserveIn, reserveOut) : Rate.Of(reserveOut, reserveIn);
    }

    private static bool IsNear(Rate one, Rate other)
    {
        var factor = Rate.Of(PriceRules.MaxApart, 1);
        return one.CompareTo(other.Times(factor)) <= 0 && other.CompareTo(one.Times(factor)) <= 0;
    }
}
