using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;

namespace Sluice.Processors.Core.Common;

/// <summary>What lamports cost in another token.</summary>
internal static class CostInTokens
{
    /// <summary>Amount at which prices are asked for: large enough that rounding to a lamport does not matter.</summary>
    public static readonly Int128 Reference = 1_000_000_000_000;

    /// <summary>Base units of the token for so many lamports, rounded up; null without a price.</summary>
    public static Int128? Of(Int128 lamports, in Pubkey mint, PriceBook prices, long slot)
    {
        if (mint == WellKnown.WrappedSol) { return lamports; }
        return prices.Value(mint, Reference, slot).Lamports is { } per && per > 0 ? ((lamports * Reference) + per - 1) / per : null;
    }
}
