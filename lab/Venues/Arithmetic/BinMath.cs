namespace Sluice.Lab.Venues.Arithmetic;

/// <summary>Prices of Meteora's bins: (1 + step)^id with 64 binary places, and the amounts that they mean.</summary>
/// <remarks>
/// By squaring, with the inverse of the base where that is above one, each product rounded down. Source: MeteoraAg/dlmm-sdk,
/// commons/src/math/u64x64_math.rs and price_math.rs.
/// </remarks>
internal static class BinMath
{
    /// <summary>Price of the second token's units in the first's.</summary>
    /// <param name="id">Number of the bin, from -443,636 to 443,636.</param>
    /// <param name="stepBps">Basis points between bins.</param>
    public static UInt128 PriceAt(int id, uint stepBps)
    {
        var one = UInt128.One << 64;
        if (id == 0) { return one; }

        // The base is above one, so its inverse is raised, and the result of a positive number turned over.
        var square = UInt128.MaxValue / (one + (((UInt128)stepBps << 64) / 10_000));
        var result = one;
        for (var left = (uint)Math.Abs(id); left != 0; left >>= 1)
        {
            if ((left & 1) != 0) { result = MulDiv.Shift(result, square, 64); }
            square = MulDiv.Shift(square, square, 64);
        }

        return id > 0 ? UInt128.MaxValue / result : result;
    }

    /// <summary>The greatest bin whose price is not above the price.</summary>
    public static int BinAt(UInt128 price, uint stepBps)
    {
        // Of 1.0001 there are as many in a step as ln(1 + step) / ln(1.0001): a little less than the step.
        var tick = 2L * PriceMath.Tick(price) * 10_000;
        var id = (int)(tick / (long)((stepBps * 10_000UL) - (stepBps * (ulong)stepBps / 2)));
        while (PriceAt(id, stepBps) > price) { id--; }
        while (PriceAt(id + 1, stepBps) <= price) { id++; }
        return id;
    }

    /// <summary>Units of the second token for units of the first.</summary>
    public static ulong ToY(ulong x, UInt128 price, bool roundUp) => checked((ulong)MulDiv.Shift(price, x, 64, roundUp));

    /// <summary>Units of the first token for units of the second.</summary>
    public static ulong ToX(ulong y, UInt128 price, bool roundUp)
    {
        var (quotient, remainder) = UInt128.DivRem((UInt128)y << 64, price);
        return checked((ulong)quotient + (roundUp && remainder != UInt128.Zero ? 1UL : 0UL));
    }
}
