using Sluice.Lab.Venues.Arithmetic;

namespace Sluice.Lab.Venues.Ranges;

/// <summary>State of a pool of concentrated liquidity, as Whirlpools and Raydium CLMM keep it: price, tick, liquidity, ticks, growth of fees.</summary>
/// <remarks>
/// Both programs go from tick to tick in the same steps: amounts in are rounded up, amounts out down, a fee is the rest of what was
/// offered where the step ends between ticks and else rounded up. They differ in the prices of ticks and in the protocol's shares. Source:
/// orca-so/whirlpools manager/swap_manager.rs and math/swap_math.rs, raydium-io/raydium-clmm instructions/swap.rs and libraries/swap_math.rs.
/// </remarks>
internal sealed partial class RangeState(TickMath math, RangeFees fees, int spacing, UInt128 price) : PoolState
{
    private const uint Million = 1_000_000;

    /// <summary>Prices beyond which the programs do not go; Raydium's highest is a little above, and never reached.</summary>
    private static readonly UInt128 LowestPrice = 4_295_048_016, HighestPrice = TickMath.Whirlpool.PriceAt(TickMath.Limit);

    private RangeTick[] _ticks = new RangeTick[8];
    private int _tickCount;

    public TickMath Math { get; } = math;

    public RangeFees Fees { get; } = fees;

    /// <summary>Positions begin and end at multiples of this.</summary>
    public int Spacing { get; } = spacing;

    /// <summary>Square-root price, 64 binary places.</summary>
    public UInt128 Price { get; private set; } = price;

    public int Tick { get; private set; } = math.TickAt(price);

    /// <summary>Liquidity at the price, as the program counts it; below 2^64.</summary>
    public UInt128 Liquidity { get; private set; }

    /// <summary>Fees per unit of liquidity since the beginning, 64 binary places, which wrap around.</summary>
    public UInt128 GrowthA { get; private set; }

    public UInt128 GrowthB { get; private set; }

    /// <summary>Fees that are the protocol's and still lie in the vaults.</summary>
    public ulong ProtocolA { get; private set; }

    public ulong ProtocolB { get; private set; }

    /// <summary>Ticks with liquidity, ascending.</summary>
    public ReadOnlySpan<RangeTick> Ticks => _ticks.AsSpan(0, _tickCount);

    /// <summary>What a swap would do.</summary>
    public RangeSwap Quote(bool aToB, ulong amount, bool exactIn = true) => Trade(aToB, amount, exactIn, keeps: false);

    /// <summary>Carries out a swap.</summary>
    /// <param name="aToB">Direction.</param>
    /// <param name="amount">Base units to sell, or to buy.</param>
    /// <param name="exactIn">Whether the amount is what is sold.</param>
    public RangeSwap Swap(bool aToB, ulong amount, bool exactIn = true) => Trade(aToB, amount, exactIn, keeps: true);

    public override PoolState Copy()
    {
        var copy = new RangeState(Math, Fees, Spacing, Price);
        copy.Restore(this);
        return copy;
    }

    /// <inheritdoc/>
    /// <remarks>Positions are not part of it: only swaps may be done between a copy and coming back to it.</remarks>
    public override void Restore(PoolState copy)
    {
        var from = (RangeState)copy;
        (Price, Tick, Liquidity, GrowthA, GrowthB) = (from.Price, from.Tick, from.Liquidity, from.GrowthA, from.GrowthB);
        (ProtocolA, ProtocolB, _tickCount) = (from.ProtocolA, from.ProtocolB, from._tickCount);
        if (_ticks.Length < _tickCount) { _ticks = new RangeTick[from._ticks.Length]; }
        from.Ticks.CopyTo(_ticks);
    }

    private RangeSwap Trade(bool aToB, ulong amount, bool exactIn, bool keeps)
    {
        var swap = new RangeSwap { PriceBefore = Price };
        var (price, liquidity, tick, left) = (Price, Liquidity, Tick, amount);
        var growth = aToB ? GrowthA : GrowthB;
        var next = NextTick(tick, aToB);
        var limit = aToB ? LowestPrice : HighestPrice;
        while (left > 0 && price != limit)
        {
            var hasTick = (uint)next < (uint)_tickCount;
            var target = hasTick ? _ticks[next].Price : limit;
            var step = Step(price, target, liquidity << 64, left, aToB, exactIn, Fees.RatePpm);
            left -= exactIn ? step.In + step.Fee : step.Out;
            swap.AmountIn += step.In + step.Fee;
            swap.AmountOut += step.Out;
            swap.Fee += step.Fee;
            var protocol = Fees.ProtocolPart(step.Fee);
            swap.Protocol += protocol;
            if (liquidity != UInt128.Zero) { growth = unchecked(growth + (((UInt128)(step.Fee - protocol) << 64) / liquidity)); }
            if (step.Price == target && hasTick)
            {
                if (keeps) { Cross(ref _ticks[next], aToB, growth); }
                var net = aToB ? -_ticks[next].Net : _ticks[next].Net;
                liquidity = checked((UInt128)((Int128)liquidity + net));
                tick = aToB ? _ticks[next].Index - 1 : _ticks[next].Index;
                next += aToB ? -1 : 1;
                swap.Crossed++;
            }
            else if (step.Price != price)
            {
                tick = Math.TickAt(step.Price);
            }

            price = step.Price;
        }

        (swap.PriceAfter, swap.Liquidity, swap.Tick, swap.IsFilled) = (price, liquidity, tick, left == 0);
        if (keeps) { Keep(swap, aToB, growth); }
        return swap;
    }

    /// <summary>One step: as far as the amount reaches, at most to the target.</summary>
    private static (ulong In, ulong Out, ulong Fee, UInt128 Price) Step(
        UInt128 price, UInt128 target, UInt128 liquidity, ulong left, bool aToB, bool exactIn, uint rate)
    {
        if (liquidity == UInt128.Zero) { return (0, 0, 0, target); }
        var offered = exactIn ? (ulong)((UInt128)left * (Million - rate) / Million) : left;
        var reaches = RangeMath.TryAmount(liquidity, price, target, aToB == exactIn, exactIn, out var whole) && offered >= whole;
        var end = reaches ? target : (exactIn, aToB) switch
        {
            (true, true) => RangeMath.AfterAIn(price, liquidity, offered),
            (true, false) => RangeMath.AfterBIn(price, liquidity, offered),
            (false, true) => RangeMath.AfterBOut(price, liquidity, offered),
            _ => RangeMath.AfterAOut(price, liquidity, offered),
        };
        var isWhole = end == target;
        var input = aToB ? RangeMath.AmountA(liquidity, price, end, true) : RangeMath.AmountB(liquidity, price, end, true);
        var output = aToB ? RangeMath.AmountB(liquidity, price, end, false) : RangeMath.AmountA(liquidity, price, end, false);
        if (!exactIn) { output = System.Math.Min(output, left); }
        var fee = exactIn && !isWhole ? left - input : (ulong)((((UInt128)input * rate) + (Million - rate - 1)) / (Million - rate));
        return (input, output, fee, end);
    }

    private void Cross(ref RangeTick tick, bool aToB, UInt128 growth)
    {
        tick.OutsideA = unchecked((aToB ? growth : GrowthA) - tick.OutsideA);
        tick.OutsideB = unchecked((aToB ? GrowthB : growth) - tick.OutsideB);
    }

    private void Keep(in RangeSwap swap, bool aToB, UInt128 growth)
    {
        (Price, Liquidity, Tick) = (swap.PriceAfter, swap.Liquidity, swap.Tick);
        if (aToB)
        {
            GrowthA = growth;
            ProtocolA += swap.Protocol;
        }
        else
        {
            GrowthB = growth;
            ProtocolB += swap.Protocol;
        }
    }

    /// <summary>Number of the next tick: downwards the greatest not above the present one, upwards the least above it.</summary>
    private int NextTick(int tick, bool aToB)
    {
        var (low, high) = (0, _tickCount);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ticks[middle].Index <= tick) { low = middle + 1; } else { high = middle; }
        }

        return aToB ? low - 1 : low;
    }
}
