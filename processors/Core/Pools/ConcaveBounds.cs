using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>Bounds of a loss where only the observed amounts are known.</summary>
/// <remarks>
/// Whatever law a pool follows, what it has paid after x more was put in is a concave function C of x: each unit is paid worse than the one before.
/// The swaps of one direction from the attacker's first on are points of C, one after another. Without the attacker a victim's swap of a, after x of others,
/// gives C(x + a) − C(x). Between two points C lies on or above the line between them, and on or below both neighbouring lines made longer; before
/// the first point it is also below the price that was paid just before. Where the points are not concave (an oracle moved the price, liquidity changed), or the direction
/// turned in between, nothing is said.
/// </remarks>
internal sealed class ConcaveBounds
{
    private (UInt128 X, UInt128 Y)[] _points = new (UInt128, UInt128)[16];
    private int _count;
    private Rate _start;

    /// <summary>Works out bounds for the victims from the attacker's first swap on.</summary>
    public void Estimate(ReadOnlySpan<PoolStep> steps, int first, Span<LossEstimate> losses)
    {
        var mint = steps[first].Swap.MintIn;
        _count = 1;
        _points[0] = default;
        _start = StartOf(steps, first);
        var end = first;
        for (; end < steps.Length && steps[end].Swap.MintIn == mint; end++)
        {
            ref readonly var swap = ref steps[end].Swap;
            if (_count == _points.Length) { Array.Resize(ref _points, _count * 2); }
            var (x, y) = _points[_count - 1];
            _points[_count++] = (x + swap.AmountIn, y + swap.AmountOut);
            if (swap.AmountIn == 0 || !IsConcave()) { return; }
        }

        UInt128 position = 0;
        for (var i = first; i < end; i++)
        {
            ref readonly var swap = ref steps[i].Swap;
            if (steps[i].Role == StepRole.Attacker) { continue; }
            if (steps[i].Role == StepRole.Victim) { losses[i] = BoundsOf(swap, position); }
            position += swap.AmountIn;
        }
    }

    private LossEstimate BoundsOf(in Swap swap, UInt128 position)
    {
        var (from, to) = (position, position + swap.AmountIn);
        var (lowFrom, lowTo, highFrom, highTo) = (Low(from), Low(to), High(from), High(to));
        var low = lowTo > highFrom ? lowTo - highFrom : 0;
        var high = highTo - UInt128.Min(lowFrom, highTo);
        if (AtStart(swap.AmountIn) is { } most) { high = UInt128.Min(high, most); }
        var observed = ConstantProduct.LossOf(swap, low, LossMethod.Bounds);
        return new(null, observed.LossLow, ConstantProduct.LossOf(swap, UInt128.Max(low, high), LossMethod.Bounds).LossHigh, LossMethod.Bounds);
    }

    /// <summary>C on the line between its two points.</summary>
    private UInt128 Low(UInt128 x)
    {
        var segment = SegmentOf(x);
        var (left, right) = (_points[segment], _points[segment + 1]);
        return left.Y + Along(right.Y - left.Y, x - left.X, right.X - left.X);
    }

    /// <summary>C below the lines of both neighbours, the next point, and the price at the start.</summary>
    private UInt128 High(UInt128 x)
    {
        if (x == 0) { return 0; }
        var segment = SegmentOf(x);
        var (left, right) = (_points[segment], _points[segment + 1]);
        var high = right.Y;
        if (segment > 0)
        {
            var before = _points[segment - 1];
            high = UInt128.Min(high, left.Y + Along(left.Y - before.Y, x - left.X, left.X - before.X) + 1);
        }

        if (segment + 2 < _count)
        {
            var after = _points[segment + 2];
            high = UInt128.Min(high, right.Y - Along(after.Y - right.Y, right.X - x, after.X - right.X));
        }

        return AtStart(x) is { } most ? UInt128.Min(high, most) : high;
    }

    private UInt128? AtStart(UInt128 x) => _start.IsKnown && x <= (UInt128)Int128.MaxValue && _start.Apply((Int128)x) is { } most ? (UInt128)most + 1 : null;

    private int SegmentOf(UInt128 x)
    {
        var (low, high) = (0, _count - 2);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (x <= _points[middle + 1].X) { high = middle; } else { low = middle + 1; }
        }

        return low;
    }

    /// <summary>True when the newest line is no steeper than the one before, but for rounding.</summary>
    private bool IsConcave()
    {
        if (_count < 3) { return true; }
        var (one, two, three) = (_points[_count - 3], _points[_count - 2], _points[_count - 1]);
        var (earlier, later) = (two.Y - one.Y + 1, three.Y - two.Y);
        return later == 0 || Wide.CompareProducts(later - 1, two.X - one.X, earlier, three.X - two.X) <= 0;
    }

    /// <summary>
    /// Price before the attacker's first swap, out for in: of the stated square root of it, else of a swap of the same direction just before, whose own price is never worse than what it left.
    /// </summary>
    private static Rate StartOf(ReadOnlySpan<PoolStep> steps, int first)
    {
        ref readonly var swap = ref steps[first].Swap;
        var previous = first > 0 && steps[first - 1].Swap.MintIn == swap.MintIn ? Rate.Of(steps[first - 1].Swap.AmountOut, steps[first - 1].Swap.AmountIn) : default;
        var before = swap.SqrtPriceBeforeX64 ?? (first > 0 ? steps[first - 1].Swap.SqrtPriceX64 : null);
        if (before is not { } from || swap.SqrtPriceX64 is not { } to || from <= 0 || to == from) { return previous; }
        var root = Rate.Of((UInt128)from, (UInt128)1 << 64);
        var price = root.Times(root);
        if (to > from) { price = price.Inverse(); }

        // Believed only when the attacker's own swap was paid no better.
        return price.CompareTo(Rate.Of(swap.AmountOut, swap.AmountIn)) >= 0 ? price : previous;
    }

    private static UInt128 Along(UInt128 rise, UInt128 part, UInt128 run) => Wide.TryMulDiv(rise, part, run, out var along) ? along : 0;
}
