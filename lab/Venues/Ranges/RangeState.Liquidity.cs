using Sluice.Lab.Venues.Arithmetic;

namespace Sluice.Lab.Venues.Ranges;

/// <summary>Liquidity that comes and goes, and the fees that it earns.</summary>
internal sealed partial class RangeState
{
    /// <summary>What so much liquidity in a range holds at the present price: rounded up for who brings it, down for who takes it.</summary>
    public (ulong A, ulong B) AmountsOf(int lower, int upper, UInt128 liquidity, bool roundUp)
    {
        var wide = liquidity << 64;
        var (low, high) = (Math.PriceAt(lower), Math.PriceAt(upper));
        if (Tick < lower) { return (RangeMath.AmountA(wide, low, high, roundUp), 0); }
        return Tick < upper
            ? (RangeMath.AmountA(wide, Price, high, roundUp), RangeMath.AmountB(wide, low, Price, roundUp))
            : (0, RangeMath.AmountB(wide, low, high, roundUp));
    }

    /// <summary>Adds liquidity to a position and returns what it costs.</summary>
    public (ulong A, ulong B) Add(RangePosition position, UInt128 liquidity)
    {
        var amounts = AmountsOf(position.Lower, position.Upper, liquidity, roundUp: true);
        Change(position, (Int128)liquidity);
        return amounts;
    }

    /// <summary>Takes liquidity out of a position and returns what it held, without fees.</summary>
    public (ulong A, ulong B) Remove(RangePosition position, UInt128 liquidity)
    {
        var amounts = AmountsOf(position.Lower, position.Upper, liquidity, roundUp: false);
        Change(position, -(Int128)liquidity);
        return amounts;
    }

    /// <summary>Brings the fees of a position up to date.</summary>
    public void UpdateFees(RangePosition position)
    {
        var (insideA, insideB) = Inside(position);
        position.OwedA += Earned(position, insideA - position.SeenA);
        position.OwedB += Earned(position, insideB - position.SeenB);
        (position.SeenA, position.SeenB) = (insideA, insideB);
    }

    /// <summary>Liquidity whose part of either token in a range is at most the amounts given; zero where nothing fits.</summary>
    public UInt128 LiquidityFor(int lower, int upper, ulong amountA, ulong amountB)
    {
        var (low, high) = (Math.PriceAt(lower), Math.PriceAt(upper));
        var ofA = Tick < upper ? OfA(Tick < lower ? low : Price, high, amountA) : UInt128.MaxValue;
        var ofB = Tick >= lower ? OfB(low, Tick < upper ? Price : high, amountB) : UInt128.MaxValue;
        return UInt128.Min(ofA, ofB);

        static UInt128 OfA(UInt128 from, UInt128 to, ulong amount) =>
            from >= to ? UInt128.Zero : MulDiv.Down(MulDiv.Shift(from, to, 64), amount, to - from);

        static UInt128 OfB(UInt128 from, UInt128 to, ulong amount) =>
            from >= to ? UInt128.Zero : ((UInt128)amount << 64) / (to - from);
    }

    private static ulong Earned(RangePosition position, UInt128 growth) => (ulong)MulDiv.Shift(position.Liquidity, growth, 64);

    private void Change(RangePosition position, Int128 liquidity)
    {
        // Ticks must be there before fees are counted from them, and go after.
        ChangeTick(position.Lower, liquidity, liquidity);
        ChangeTick(position.Upper, -liquidity, liquidity);
        UpdateFees(position);
        position.Liquidity = checked((UInt128)((Int128)position.Liquidity + liquidity));
        if (Tick >= position.Lower && Tick < position.Upper)
        {
            Liquidity = checked((UInt128)((Int128)Liquidity + liquidity));
        }

        Forget(position.Lower);
        Forget(position.Upper);
    }

    private (UInt128 A, UInt128 B) Inside(RangePosition position)
    {
        ref readonly var lower = ref _ticks[Find(position.Lower)];
        ref readonly var upper = ref _ticks[Find(position.Upper)];
        unchecked
        {
            var (belowA, belowB) = Tick >= lower.Index
                ? (lower.OutsideA, lower.OutsideB) : (GrowthA - lower.OutsideA, GrowthB - lower.OutsideB);
            var (aboveA, aboveB) = Tick < upper.Index
                ? (upper.OutsideA, upper.OutsideB) : (GrowthA - upper.OutsideA, GrowthB - upper.OutsideB);
            return (GrowthA - belowA - aboveA, GrowthB - belowB - aboveB);
        }
    }

    private void ChangeTick(int index, Int128 net, Int128 gross)
    {
        var at = NextTick(index, aToB: true);
        if (at < 0 || _ticks[at].Index != index)
        {
            at++;
            if (_tickCount == _ticks.Length) { Array.Resize(ref _ticks, _tickCount * 2); }
            _ticks.AsSpan(at, _tickCount++ - at).CopyTo(_ticks.AsSpan(at + 1));

            // By convention all fees so far were earned below a new tick that is not above the price.
            _ticks[at] = new RangeTick
            {
                Index = index,
                Price = Math.PriceAt(index),
                OutsideA = index <= Tick ? GrowthA : UInt128.Zero,
                OutsideB = index <= Tick ? GrowthB : UInt128.Zero,
            };
        }

        ref var tick = ref _ticks[at];
        tick.Net += net;
        tick.Gross = checked((UInt128)((Int128)tick.Gross + gross));
    }

    private void Forget(int index)
    {
        var at = Find(index);
        if (_ticks[at].Gross != UInt128.Zero) { return; }
        _ticks.AsSpan(at + 1, --_tickCount - at).CopyTo(_ticks.AsSpan(at));
    }

    private int Find(int index)
    {
        var at = NextTick(index, aToB: true);
        return at >= 0 && _ticks[at].Index == index ? at : throw new InvalidOperationException($"No liquidity begins or ends at tick {index}.");
    }
}
