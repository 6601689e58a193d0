namespace Sluice.Processors.Core.Prices;

/// <summary>A pool's price and its weight in one unit.</summary>
/// <param name="Price">Price of the token.</param>
/// <param name="Weight">Liquidity.</param>
/// <param name="Pool">Number of the observation.</param>
/// <param name="Pair">Its key, which orders equal prices.</param>
internal readonly record struct Quote(Rate Price, UInt128 Weight, int Pool, PoolPair Pair);

/// <summary>The liquidity-weighted median of pools' prices, in which no pool has the say alone.</summary>
/// <remarks>
/// Three pools or more: the heaviest counts for at most one unit less than all the others together, so whatever one pool states, the result
/// lies between the lowest and the highest price of the others. Two: the lower one, as long as they are near each other. One: that one.
/// </remarks>
internal static class PoolMedian
{
    private static readonly Comparison<Quote> ByPrice = static (one, other) =>
        one.Price.CompareTo(other.Price) is not 0 and var order ? order : one.Pair.CompareTo(other.Pair);

    /// <summary>Index into <paramref name="quotes"/>, which it sorts; −1 when there is no price.</summary>
    public static int Find(Span<Quote> quotes)
    {
        if (quotes.Length == 0) { return -1; }
        quotes.Sort(ByPrice);
        if (quotes.Length == 1) { return 0; }
        if (quotes.Length == 2)
        {
            var farthest = quotes[0].Price.Times(Rate.Of(10_000 + PriceRules.TwoPoolsApartBps, 10_000));
            return quotes[1].Price.CompareTo(farthest) <= 0 ? 0 : -1;
        }

        var (total, heaviest) = (UInt128.Zero, 0);
        for (var i = 0; i < quotes.Length; i++)
        {
            total += quotes[i].Weight;
            if (quotes[i].Weight > quotes[heaviest].Weight) { heaviest = i; }
        }

        var others = total - quotes[heaviest].Weight;
        var limit = UInt128.Min(quotes[heaviest].Weight, others - 1);
        total = others + limit;
        UInt128 sum = 0;
        for (var i = 0; i < quotes.Length - 1; i++)
        {
            sum += i == heaviest ? limit : quotes[i].Weight;
            if (sum * 2 >= total) { return i; }
        }

        return quotes.Length - 1;
    }
}
