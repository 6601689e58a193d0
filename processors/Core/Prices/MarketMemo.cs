using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>What a <see cref="PriceBook"/> knows of a market, kept by whoever numbers markets, so that its further swaps need no look-up. The default value knows nothing.</summary>
internal struct MarketMemo
{
    /// <summary>True when the mints were looked at.</summary>
    public bool IsRead;

    /// <summary>True when swaps in the direction that is called forward pay the quote in.</summary>
    public bool QuoteIsForward;

    /// <summary>Number of its pool + 1; 0 before a swap that is no dust.</summary>
    public int Pool;

    /// <summary>Least amount of the quote that tells a price, base units; 0 for a market that prices nothing.</summary>
    public ulong Dust;

    /// <summary>Reads the mints of a swap.</summary>
    public static MarketMemo Of(in Swap swap, bool isForward)
    {
        var units = SwapUnits.Of(swap);
        return units.HasQuote ? new() { IsRead = true, QuoteIsForward = units.QuoteIsIn == isForward, Dust = units.Dust } : new() { IsRead = true };
    }

    /// <summary>What a swap moves of the quote, base units.</summary>
    public readonly ulong QuoteOf(in Swap swap, bool isForward) => QuoteIsForward == isForward ? swap.AmountIn : swap.AmountOut;
}
