using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>What a trader had declared to accept, and how much of it a loss consumed.</summary>
/// <param name="LimitAmount">Least amount out that the trader accepted for what it paid in this swap, base units of its mintOut; null when none was declared.</param>
/// <param name="SlippageBps">Declared tolerance, basis points of the route's quote, else of the undisturbed amount; null when unknown.</param>
/// <param name="Used">loss / (undisturbed − limit), 0 to 1; null without a limit or an exact loss.</param>
/// <remarks>
/// The limit is the stricter one of the swap's own and of the route that it is part of. A route's counts only when the whole of what the route
/// pays comes from this swap; where the amount out was fixed, when this swap is the route's only one. A limit of 0 is none: routers that check at the end set it.
/// </remarks>
public readonly record struct Slippage(ulong? LimitAmount, int? SlippageBps, double? Used)
{
    /// <summary>Reads the limits of a victim's swap.</summary>
    /// <param name="tx">Its transaction.</param>
    /// <param name="swap">Index into the transaction's swaps.</param>
    /// <param name="loss">Its loss by <see cref="PoolReplay"/>.</param>
    public static Slippage Of(in Transaction tx, int swap, in LossEstimate loss)
    {
        ref readonly var victim = ref tx.Swaps[swap];
        var limit = LeastOut(victim, victim.LimitAmount, victim.IsExactOut);
        var bps = default(int?);
        if (RouteOf(tx, victim) is >= 0 and var index)
        {
            ref readonly var route = ref tx.Routes[index];
            bps = route.SlippageBps;
            var share = (ulong)Math.Clamp(route.SlippageBps, 0, 10_000);
            var bound = (UInt128)route.QuotedAmount * (route.IsExactOut ? 10_000 + share : 10_000 - share) / 10_000;
            if (IsWhole(tx, route, swap) && bound <= ulong.MaxValue) { limit = Stricter(limit, LeastOut(victim, (ulong)bound, route.IsExactOut)); }
        }

        if (limit is not { } least || loss.AmountOutWithout is not { } without || without == 0) { return new(limit, bps, null); }
        bps ??= (int)((UInt128)(without > least ? without - least : 0) * 10_000 / without);
        return new(limit, bps, without > least && loss.LossLow is { } lost ? (double)lost / (without - least) : null);
    }

    /// <summary>A limit on what is paid is one on what is received for it: at the worst price that it allows.</summary>
    private static ulong? LeastOut(in Swap swap, ulong? limit, bool isExactOut)
    {
        if (limit is null or 0) { return null; }
        if (!isExactOut) { return limit; }
        var paid = (UInt128)swap.AmountIn + (swap.TransferFeeIn ?? 0);
        return paid > limit ? null : (ulong)(paid * ConstantProduct.Received(swap, swap.AmountOut) / limit.Value);
    }

    private static ulong? Stricter(ulong? one, ulong? other) => one is null ? other : other is null ? one : Math.Max(one.Value, other.Value);

    /// <summary>The innermost route around a swap, or −1.</summary>
    private static int RouteOf(in Transaction tx, in Swap swap)
    {
        var found = -1;
        for (var i = 0; i < tx.Routes.Count; i++)
        {
            if (IsAround(tx.Routes[i], swap) && (found < 0 || tx.Routes[i].InnerIxIndex > tx.Routes[found].InnerIxIndex)) { found = i; }
        }

        return found;
    }

    private static bool IsAround(in Route route, in Swap swap) => route.IxIndex == swap.IxIndex && route.InnerIxIndex < swap.InnerIxIndex;

    private static bool IsWhole(in Transaction tx, in Route route, int swap)
    {
        ref readonly var victim = ref tx.Swaps[swap];
        for (var i = 0; i < tx.Swaps.Count; i++)
        {
            ref readonly var other = ref tx.Swaps[i];
            if (i == swap || !IsAround(route, other)) { continue; }
            if (route.IsExactOut || other.MintOut == victim.MintOut || other.MintIn == victim.MintOut) { return false; }
        }

        return true;
    }
}
