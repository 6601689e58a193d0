using Sluice.Processors.Core.Common;

namespace Sluice.Processors.Core.Pools;

/// <summary>The fee rates that agree with all swaps seen so far: at least Low, at most High, each a fraction.</summary>
/// <remarks>
/// A pool asks everyone the same share, rounded its own way, so the intervals of its swaps overlap. Where they do not, the fee changes from swap to swap
/// or the pool follows another law than was thought.
/// </remarks>
internal struct FeeInterval
{
    /// <summary>Base units by which programs round: up to three fees are rounded one by one.</summary>
    private const int Rounding = 3;

    private (UInt128 Fee, UInt128 Of) _low;
    private (UInt128 Fee, UInt128 Of) _high;
    private bool _isSet;

    /// <summary>Takes a swap whose fee was at least <paramref name="least"/> and at most <paramref name="most"/> of an amount.</summary>
    /// <returns>False when no rate agrees with this swap and those before.</returns>
    public bool Take(UInt128 least, UInt128 most, UInt128 of)
    {
        if (of == 0 || most > of) { return false; }
        var low = (Fee: least > Rounding ? least - Rounding : 0, Of: of);
        var high = (Fee: most + Rounding, Of: of);
        if (!_isSet)
        {
            (_low, _high, _isSet) = (low, high, true);
            return IsPlausible;
        }

        if (Wide.CompareProducts(low.Fee, _low.Of, _low.Fee, low.Of) > 0) { _low = low; }
        if (Wide.CompareProducts(high.Fee, _high.Of, _high.Fee, high.Of) < 0) { _high = high; }
        return IsPlausible && Wide.CompareProducts(_low.Fee, _high.Of, _high.Fee, _low.Of) <= 0;
    }

    /// <summary>The fee of an amount that a program would ask: at the roundest rate of the interval, in whole basis points, else tenths, else hundredths of one, rounded up.</summary>
    /// <param name="of">Amount.</param>
    /// <param name="least">The fee is known to be at least this.</param>
    /// <param name="most">And at most this.</param>
    public readonly UInt128 FeeOf(UInt128 of, UInt128 least, UInt128 most)
    {
        var fee = RateOn(10_000) is { } bps ? Up(of * bps, 10_000)
            : RateOn(100_000) is { } tenths ? Up(of * tenths, 100_000)
            : RateOn(1_000_000) is { } ppm ? Up(of * ppm, 1_000_000)
            : least;
        return UInt128.Clamp(fee, least, most);
    }

    // The lowest rate of a swap may already be too much to be a fee.
    private readonly bool IsPlausible => _low.Fee * 10_000 <= _low.Of * PoolRules.MaxFeeBps;

    private readonly UInt128? RateOn(uint scale)
    {
        if (!_isSet) { return null; }
        var rate = Up(_low.Fee * scale, _low.Of);
        return Wide.CompareProducts(rate, _high.Of, _high.Fee, scale) <= 0 ? rate : null;
    }

    private static UInt128 Up(UInt128 value, UInt128 divisor) => (value / divisor) + (value % divisor == 0 ? 0u : 1u);
}
