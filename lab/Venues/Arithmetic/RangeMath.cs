namespace Sluice.Lab.Venues.Arithmetic;

/// <summary>Amounts and prices of liquidity that lies between two prices, in the roundings of the programs.</summary>
/// <remarks>
/// Prices are square roots of (second token per first) with 64 binary places. Liquidity has 64 binary places too: that is how
/// Meteora's cp-amm keeps it; Whirlpools and Raydium keep the whole number, which shifted left by 64 bits gives the same results, since
/// rounding twice in one direction is rounding once. What comes in is rounded up, what goes out down; prices so that the pool does
/// not lose. Source of the formulas: orca-so/whirlpools math/token_math.rs, raydium-io/raydium-clmm libraries/sqrt_price_math.rs,
/// MeteoraAg/damm-v2 curve.rs.
/// </remarks>
internal static class RangeMath
{
    /// <summary>The first token that lies between two prices: L x (high - low) / (high x low).</summary>
    public static ulong AmountA(UInt128 liquidity, UInt128 one, UInt128 other, bool roundUp)
    {
        var (low, high) = one < other ? (one, other) : (other, one);
        if (low == high) { return 0; }
        if (!roundUp) { return checked((ulong)(MulDiv.Down(liquidity, high - low, high) / low)); }
        var (quotient, remainder) = UInt128.DivRem(MulDiv.Up(liquidity, high - low, high), low);
        return checked((ulong)quotient + (remainder == UInt128.Zero ? 0UL : 1UL));
    }

    /// <summary>The second token that lies between two prices: L x (high - low).</summary>
    public static ulong AmountB(UInt128 liquidity, UInt128 one, UInt128 other, bool roundUp) =>
        checked((ulong)MulDiv.Shift(liquidity, one < other ? other - one : one - other, 128, roundUp));

    /// <summary>Whether the amount fits between the prices, and it; pools are asked for more than 64 bits when a range is wide.</summary>
    public static bool TryAmount(UInt128 liquidity, UInt128 one, UInt128 other, bool ofA, bool roundUp, out ulong amount)
    {
        var (low, high) = one < other ? (one, other) : (other, one);
        amount = 0;
        UInt128 wide;
        if (ofA)
        {
            var part = roundUp ? MulDiv.Up(liquidity, high - low, high) : MulDiv.Down(liquidity, high - low, high);
            (wide, var remainder) = UInt128.DivRem(part, low);
            if (roundUp && remainder != UInt128.Zero) { wide++; }
        }
        else
        {
            wide = MulDiv.Shift(liquidity, high - low, 128, roundUp);
        }

        if (wide > ulong.MaxValue) { return false; }
        amount = (ulong)wide;
        return true;
    }

    /// <summary>Price after the first token came in: L x p / (L + amount x p), rounded up.</summary>
    public static UInt128 AfterAIn(UInt128 price, UInt128 liquidity, ulong amount)
    {
        if (amount == 0) { return price; }
        var (high, low) = MulDiv.Multiply(price, amount);
        var denominator = liquidity + low;
        if (high != UInt128.Zero || denominator < low)
        {
            // Wider than 128 bits: divide both sides by p first, rounding so that the price stays on the pool's side.
            return MulDiv.Up(liquidity, UInt128.One, (liquidity / price) + amount);
        }

        return MulDiv.Up(liquidity, price, denominator);
    }

    /// <summary>Price after the second token came in: p + amount / L, rounded down.</summary>
    public static UInt128 AfterBIn(UInt128 price, UInt128 liquidity, ulong amount) =>
        checked(price + MulDiv.Down((UInt128)amount << 64, UInt128.One << 64, liquidity));

    /// <summary>Price after the first token went out: L x p / (L - amount x p), rounded up.</summary>
    public static UInt128 AfterAOut(UInt128 price, UInt128 liquidity, ulong amount) =>
        amount == 0 ? price : MulDiv.Up(liquidity, price, checked(liquidity - (price * amount)));

    /// <summary>Price after the second token went out: p - amount / L, the step rounded up.</summary>
    public static UInt128 AfterBOut(UInt128 price, UInt128 liquidity, ulong amount) =>
        checked(price - MulDiv.Up((UInt128)amount << 64, UInt128.One << 64, liquidity));
}
