using System.Buffers.Binary;
using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Ranges;

namespace Sluice.Lab.Venues;

/// <summary>A program whose pools hold liquidity in ranges of prices.</summary>
internal abstract class RangeVenue(World world) : Venue(world)
{
    /// <summary>The state of one of its pools.</summary>
    public static RangeState StateOf(Pool pool) => (RangeState)pool.State!;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn)
    {
        var swap = StateOf(pool).Quote(aToB, amountIn);
        return swap.IsFilled ? swap.AmountOut : 0;
    }

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var swap = Filled(StateOf(pool).Swap(aToB, amountIn));
        Move(pool, aToB, amountIn, swap.AmountOut);
        return swap.AmountOut;
    }

    public override ulong ApplyExactOut(Pool pool, bool aToB, ulong amountOut)
    {
        var swap = Filled(StateOf(pool).Swap(aToB, amountOut, exactIn: false));
        Move(pool, aToB, swap.AmountIn, amountOut);
        return swap.AmountIn;
    }

    /// <summary>What an exact amount would cost now; zero where the pool does not have it.</summary>
    public ulong QuoteExactOut(Pool pool, bool aToB, ulong amountOut)
    {
        var swap = StateOf(pool).Quote(aToB, amountOut, exactIn: false);
        return swap.IsFilled ? swap.AmountIn : 0;
    }

    /// <summary>
    /// Buys an exact amount as the next instruction and returns what it cost; the trade's amount is what is bought, its minimum the most
    /// that may be paid.
    /// </summary>
    public ulong SwapExactOut(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        tx.Keep(pool);
        var paid = Execute(tx, pool, trade, exactIn: false).AmountIn;
        if (!tx.HasFailed) { tx.Swaps[(int)Kind]++; }
        return paid;
    }

    /// <summary>What a pool over all prices would hold that had the liquidity that is at the price now, within bounds.</summary>
    public override (ulong A, ulong B) Reserves(Pool pool)
    {
        var state = StateOf(pool);
        return AtMostTenfold(pool, (state.Liquidity << 64) / state.Price, MulDiv.Shift(state.Liquidity, state.Price, 64));
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade) =>
        Execute(tx, pool, trade, exactIn: true).AmountOut;

    /// <summary>Writes the instruction, by amount in or by amount out.</summary>
    protected abstract RangeSwap Execute(TransactionBuilder tx, Pool pool, in Trade trade, bool exactIn);

    protected static RangeSwap Filled(in RangeSwap swap) =>
        swap.IsFilled ? swap : throw new InvalidOperationException("A pool was asked for more than it has.");

    /// <summary>A pool's first state: positions worth about the reserves, and what they hold.</summary>
    protected RangeState Sow(int account, TickMath math, RangeFees fees, int spacing, Mint a, Mint b, ref ulong reserveA, ref ulong reserveB)
    {
        var state = new RangeState(math, fees, spacing, PriceMath.SqrtPriceX64(reserveA, reserveB));
        var random = new Prng(BinaryPrimitives.ReadUInt64LittleEndian(Accounts[account].Key.Bytes), stream: 41);
        var isStable = a.UnitsPerUsd == b.UnitsPerUsd;
        (reserveA, reserveB) = RangeSeeds.Sow(World, state, random, PriceMath.Liquidity(reserveA, reserveB), isStable ? 400 : 6_000);
        return state;
    }
}
