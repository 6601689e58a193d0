using Sluice.Lab.Venues.Arithmetic;

namespace Sluice.Lab.Venues.Curves;

/// <summary>State of a pool of Meteora's cp-amm: one range of prices for everybody's liquidity, fees that lie beside it.</summary>
/// <param name="price">Square-root price at the start, 64 binary places.</param>
/// <param name="lowest">Where the range begins.</param>
/// <param name="highest">Where it ends.</param>
/// <param name="rate">Fee in billionths, rounded up.</param>
/// <param name="feesInB">Whether fees are taken in the second token only, otherwise of what goes out.</param>
/// <remarks>Source: MeteoraAg/damm-v2, curve.rs, state/pool.rs and state/fee.rs.</remarks>
internal sealed class CurveState(UInt128 price, UInt128 lowest, UInt128 highest, uint rate, bool feesInB) : PoolState
{
    /// <summary>Ends of a range over all prices.</summary>
    public static readonly UInt128 LowestPrice = 4_295_048_016, HighestPrice = UInt128.Parse("79226673521066979257578248091", null);

    private const uint Scale = 1_000_000_000, ProtocolPercent = 20;

    /// <summary>Square-root price, 64 binary places.</summary>
    public UInt128 Price { get; private set; } = price;

    /// <summary>Liquidity with 64 binary places.</summary>
    public UInt128 Liquidity { get; private set; }

    public bool FeesInB { get; } = feesInB;

    /// <summary>Fees per unit of liquidity, 128 binary places, which wrap around.</summary>
    public UInt128 GrowthA { get; private set; }

    public UInt128 GrowthB { get; private set; }

    /// <summary>Fees that are the protocol's and still lie in the vaults.</summary>
    public ulong ProtocolA { get; private set; }

    public ulong ProtocolB { get; private set; }

    /// <summary>What a swap would do; nothing comes out where the range does not reach.</summary>
    public CurveSwap Quote(bool aToB, ulong amount)
    {
        var takesIn = FeesInB && !aToB;
        var fee = takesIn ? FeeOf(amount) : 0;
        var net = amount - fee;
        var next = aToB ? RangeMath.AfterAIn(Price, Liquidity, net) : RangeMath.AfterBIn(Price, Liquidity, net);
        if (next < lowest || next > highest) { return default; }
        var output = aToB ? RangeMath.AmountB(Liquidity, Price, next, false) : RangeMath.AmountA(Liquidity, Price, next, false);
        if (takesIn) { return new CurveSwap(output, fee, fee, fee * ProtocolPercent / 100, next); }
        fee = FeeOf(output);
        return new CurveSwap(output - fee, 0, fee, fee * ProtocolPercent / 100, next);
    }

    /// <summary>Carries out a swap.</summary>
    /// <exception cref="InvalidOperationException">The range does not reach so far.</exception>
    public CurveSwap Swap(bool aToB, ulong amount)
    {
        var swap = Quote(aToB, amount);
        if (swap.PriceAfter == UInt128.Zero) { throw new InvalidOperationException("A pool was asked for more than it has."); }
        Price = swap.PriceAfter;
        var growth = MulDiv.Down((UInt128)(swap.Fee - swap.Protocol) << 64, UInt128.One << 64, Liquidity);
        if (aToB || FeesInB)
        {
            GrowthB = unchecked(GrowthB + growth);
            ProtocolB += swap.Protocol;
        }
        else
        {
            GrowthA = unchecked(GrowthA + growth);
            ProtocolA += swap.Protocol;
        }

        return swap;
    }

    /// <summary>What so much liquidity holds at the present price.</summary>
    public (ulong A, ulong B) AmountsOf(UInt128 liquidity, bool roundUp) =>
        (RangeMath.AmountA(liquidity, Price, highest, roundUp), RangeMath.AmountB(liquidity, lowest, Price, roundUp));

    /// <summary>Adds liquidity that nobody will take out and returns what it costs.</summary>
    public (ulong A, ulong B) Add(UInt128 liquidity)
    {
        Liquidity += liquidity;
        return AmountsOf(liquidity, roundUp: true);
    }

    /// <summary>Adds liquidity to a position and returns what it costs.</summary>
    public (ulong A, ulong B) Add(CurvePosition position, UInt128 liquidity)
    {
        UpdateFees(position);
        position.Liquidity += liquidity;
        return Add(liquidity);
    }

    /// <summary>Takes liquidity out of a position and returns what it held, without fees.</summary>
    public (ulong A, ulong B) Remove(CurvePosition position, UInt128 liquidity)
    {
        UpdateFees(position);
        position.Liquidity -= liquidity;
        Liquidity -= liquidity;
        return AmountsOf(liquidity, roundUp: false);
    }

    /// <summary>Brings the fees of a position up to date.</summary>
    public void UpdateFees(CurvePosition position)
    {
        position.OwedA += (ulong)MulDiv.Shift(position.Liquidity, unchecked(GrowthA - position.SeenA), 128);
        position.OwedB += (ulong)MulDiv.Shift(position.Liquidity, unchecked(GrowthB - position.SeenB), 128);
        (position.SeenA, position.SeenB) = (GrowthA, GrowthB);
    }

    public override PoolState Copy()
    {
        var copy = new CurveState(Price, lowest, highest, rate, FeesInB);
        copy.Restore(this);
        return copy;
    }

    /// <inheritdoc/>
    /// <remarks>Positions are not part of it: only swaps may be done between a copy and coming back to it.</remarks>
    public override void Restore(PoolState copy)
    {
        var from = (CurveState)copy;
        (Price, Liquidity, GrowthA, GrowthB) = (from.Price, from.Liquidity, from.GrowthA, from.GrowthB);
        (ProtocolA, ProtocolB) = (from.ProtocolA, from.ProtocolB);
    }

    private ulong FeeOf(ulong amount) => (ulong)((((UInt128)amount * rate) + (Scale - 1)) / Scale);
}
