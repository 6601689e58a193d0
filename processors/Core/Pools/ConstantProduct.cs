using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>Replays pools of x · y = k, on reserves or on a launch curve's virtual reserves.</summary>
/// <remarks>
/// A swap of a (after the fee on the way in) gives out = ⌊R_out · a / (R_in + a)⌋, less the fee on the way out. Steps:
/// <list type="number">
/// <item>Hold the law against every observed swap: what a must have been for the observed amount out, at the reserves that the swap carries.
/// One fee rate must explain all of them, on the way in or else on the way out.</item>
/// <item>Hold the reserves of each swap against those of the one before: in added, out taken away, up to the fee; else liquidity came or went.</item>
/// <item>From the reserves before the attacker's first swap, do all swaps but the attacker's: a trader who fixed the amount in puts in the same, so the same
/// fee leaves the same a; one who fixed the amount out takes the same. A loss is told for the amount that the victim paid in either case.</item>
/// </list>
/// </remarks>
internal sealed class ConstantProduct
{
    private Fit[] _fits = new Fit[16];

    /// <summary>Where the fee is taken.</summary>
    private enum FeeSide : byte
    {
        In,
        Out,
    }

    /// <summary>Works out losses; false when the steps do not follow the law.</summary>
    /// <param name="steps">Swaps of the pool.</param>
    /// <param name="first">The attacker's first; those before are not looked at.</param>
    /// <param name="method">What to call it.</param>
    /// <param name="losses">Receives the victims'.</param>
    public bool TryEstimate(ReadOnlySpan<PoolStep> steps, int first, LossMethod method, Span<LossEstimate> losses)
    {
        if (_fits.Length < steps.Length) { _fits = new Fit[Math.Max(steps.Length, _fits.Length * 2)]; }
        var fits = _fits.AsSpan(0, steps.Length);
        ref readonly var start = ref steps[first].Swap;
        var mint = start.MintIn;
        if (!TryFit(steps, first, mint, fits)) { return false; }

        // Reserves of the first swap's token in (x) and token out (y), without the attacker.
        UInt128 x = start.ReserveIn!.Value, y = start.ReserveOut!.Value;
        for (var i = first; i < steps.Length; i++)
        {
            if (steps[i].Role == StepRole.Attacker) { continue; }
            ref readonly var swap = ref steps[i].Swap;
            ref readonly var fit = ref fits[i];
            var paysX = swap.MintIn == mint;
            ref var reserveIn = ref paysX ? ref x : ref y;
            ref var reserveOut = ref paysX ? ref y : ref x;
            if (reserveIn == 0 || reserveOut == 0 || reserveIn > ulong.MaxValue || reserveOut > ulong.MaxValue) { return false; }

            var gross = reserveOut * fit.Net / (reserveIn + fit.Net);
            var amount = fit.AmountOf(gross);
            if (steps[i].Role == StepRole.Victim) { losses[i] = LossOf(swap, amount, method); }
            if (!swap.IsExactOut)
            {
                reserveIn += swap.AmountIn - fit.LeftIn;
                reserveOut -= UInt128.Min(amount + fit.LeftOut, reserveOut);
                continue;
            }

            if (fit.Gross >= reserveOut) { return false; }
            var needed = Math.Min((ulong)UInt128.Min((reserveIn * fit.Gross / (reserveOut - fit.Gross)) + 1, ulong.MaxValue), (ulong)fit.Net);
            reserveIn += (UInt128)needed * (swap.AmountIn - fit.LeftIn) / UInt128.Max(fit.Net, 1);
            reserveOut -= UInt128.Min(swap.AmountOut + fit.LeftOut, reserveOut);
        }

        return true;
    }

    /// <summary>The loss against what the pool gave, brought to what arrived after a Token-2022 fee.</summary>
    public static LossEstimate LossOf(in Swap swap, UInt128 amount, LossMethod method)
    {
        var observed = Received(swap, swap.AmountOut);
        var without = Received(swap, (ulong)UInt128.Clamp(amount, swap.AmountOut, ulong.MaxValue));
        return new(without, without - observed, without - observed, method);
    }

    /// <summary>What arrives of an amount that leaves the pool: the mint's fee takes the share that it took of the observed one, rounded up.</summary>
    public static ulong Received(in Swap swap, ulong amount)
    {
        if (swap.TransferFeeOut is not > 0 || swap.AmountOut == 0) { return amount; }
        var product = (UInt128)amount * swap.TransferFeeOut.Value;
        var fee = (product / swap.AmountOut) + (product % swap.AmountOut == 0 ? 0u : 1u);
        return fee >= amount ? 0 : amount - (ulong)fee;
    }

    private static bool TryFit(ReadOnlySpan<PoolStep> steps, int first, in Pubkey mint, Span<Fit> fits)
    {
        for (var i = first; i < steps.Length; i++)
        {
            ref readonly var swap = ref steps[i].Swap;
            if (swap.ReserveIn is not > 0 || swap.ReserveOut is not { } reserveOut || swap.AmountOut == 0 || swap.AmountOut >= reserveOut) { return false; }
        }

        return TryFitDirection(steps, first, mint, true, fits) && TryFitDirection(steps, first, mint, false, fits) && IsContinuous(steps, first, fits);
    }

    /// <summary>Each direction has a fee of its own, first looked for where the event says it was taken: some venues take it from the quote, in or out.</summary>
    private static bool TryFitDirection(ReadOnlySpan<PoolStep> steps, int first, in Pubkey mint, bool paysX, Span<Fit> fits)
    {
        var side = FeeSide.In;
        foreach (ref readonly var step in steps[first..])
        {
            if (step.Swap.MintIn == mint == paysX && step.Swap.FeeMint == step.Swap.MintOut) { side = FeeSide.Out; }
        }

        return TryFitDirection(steps, first, mint, paysX, fits, side)
            || TryFitDirection(steps, first, mint, paysX, fits, side == FeeSide.In ? FeeSide.Out : FeeSide.In);
    }

    private static bool TryFitDirection(ReadOnlySpan<PoolStep> steps, int first, in Pubkey mint, bool paysX, Span<Fit> fits, FeeSide side)
    {
        var rates = default(FeeInterval);
        for (var i = first; i < steps.Length; i++)
        {
            ref readonly var swap = ref steps[i].Swap;
            if (swap.MintIn == mint != paysX) { continue; }
            UInt128 reserveIn = swap.ReserveIn!.Value, reserveOut = swap.ReserveOut!.Value, amount = swap.AmountOut;
            ref var fit = ref fits[i];
            fit = default;
            if (side == FeeSide.Out)
            {
                fit.Net = swap.AmountIn;
                fit.Gross = reserveOut * fit.Net / (reserveIn + fit.Net);
                fit.Observed = amount;
                if (amount > fit.Gross || !rates.Take(fit.Gross - amount, fit.Gross - amount, fit.Gross)) { return false; }
                continue;
            }

            // ⌊R_out · a / (R_in + a)⌋ = out: the least and the greatest a.
            var least = Up(amount * reserveIn, reserveOut - amount);
            var most = amount + 1 < reserveOut ? Up((amount + 1) * reserveIn, reserveOut - amount - 1) - 1 : swap.AmountIn;
            most = UInt128.Min(most, swap.AmountIn);
            if (least > most || !rates.Take(swap.AmountIn - most, swap.AmountIn - least, swap.AmountIn)) { return false; }
            (fit.Least, fit.Most, fit.Gross, fit.Observed) = (least, most, amount, amount);
        }

        if (side == FeeSide.Out) { return true; }
        for (var i = first; i < steps.Length; i++)
        {
            ref readonly var swap = ref steps[i].Swap;
            if (swap.MintIn == mint != paysX) { continue; }
            UInt128 paid = swap.AmountIn;
            fits[i].Net = paid - rates.FeeOf(paid, paid - fits[i].Most, paid - fits[i].Least);
        }

        return true;
    }

    /// <summary>Every swap finds the reserves that the one before left, but for a share of its fee that left the pool.</summary>
    private static bool IsContinuous(ReadOnlySpan<PoolStep> steps, int first, Span<Fit> fits)
    {
        for (var i = first; i + 1 < steps.Length; i++)
        {
            ref readonly var swap = ref steps[i].Swap;
            ref readonly var next = ref steps[i + 1].Swap;
            var sameWay = next.MintIn == swap.MintIn;
            var expectedIn = (UInt128)swap.ReserveIn!.Value + swap.AmountIn;
            var expectedOut = (UInt128)swap.ReserveOut!.Value - swap.AmountOut;
            UInt128 foundIn = (sameWay ? next.ReserveIn : next.ReserveOut)!.Value, foundOut = (sameWay ? next.ReserveOut : next.ReserveIn)!.Value;
            if (foundIn > expectedIn || foundOut > expectedOut) { return false; }
            fits[i].LeftIn = expectedIn - foundIn;
            fits[i].LeftOut = expectedOut - foundOut;
            var most = (UInt128)PoolRules.MaxFeeBps;
            if (fits[i].LeftIn * 10_000 > swap.AmountIn * most || fits[i].LeftOut * 10_000 > swap.AmountOut * most) { return false; }
        }

        return true;
    }

    private static UInt128 Up(UInt128 value, UInt128 divisor) => (value / divisor) + (value % divisor == 0 ? 0u : 1u);

    /// <summary>What the law says of one observed swap.</summary>
    private struct Fit
    {
        /// <summary>Least and greatest a that give the observed amount.</summary>
        public UInt128 Least, Most;

        /// <summary>a: what moved the curve.</summary>
        public UInt128 Net;

        /// <summary>What the curve gave, before the fee on the way out, and what the trader had of it.</summary>
        public UInt128 Gross, Observed;

        /// <summary>What of the amount in, or beyond the amount out, left the pool as fees of others.</summary>
        public UInt128 LeftIn, LeftOut;

        /// <summary>What the trader has of another gross amount: the fee is the share that it was.</summary>
        public readonly UInt128 AmountOf(UInt128 gross) => Gross == Observed ? gross : gross * Observed / Gross;
    }
}
