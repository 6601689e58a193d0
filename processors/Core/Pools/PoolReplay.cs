using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>Works out what victims lost: replays a pool's swaps in order without the attacker's, from the state before the attacker's first.</summary>
/// <remarks>
/// The loss is what the victim would have received for what it paid, less what it received, never below zero. A law is used only when it gives
/// the observed amounts of all steps with the attacker, to the base unit; else <see cref="ConcaveBounds"/> say what the amounts alone allow.
/// Swaps of others are replayed with the amount that they fixed; that an arbitrage would have been another one is not modelled.
/// Linear in the steps. Allocates nothing once buffers have grown. Not thread-safe.
/// </remarks>
public sealed class PoolReplay
{
    private readonly ConstantProduct _product = new();
    private readonly Concentrated _concentrated = new();
    private readonly ConcaveBounds _bounds = new();

    /// <summary>Estimates the loss of every victim.</summary>
    /// <param name="steps">
    /// All swaps of one pool and pair from the first front leg to the last victim, in order of execution; those just before tell the price before,
    /// those after are not looked at.
    /// </param>
    /// <param name="losses">At least as long as <paramref name="steps"/>: receives the estimate of each victim at its place, the default value elsewhere and where nothing is known.</param>
    public void Estimate(ReadOnlySpan<PoolStep> steps, Span<LossEstimate> losses)
    {
        losses[..steps.Length].Clear();
        var first = FirstOf(steps, StepRole.Attacker);
        var last = LastVictim(steps);
        if (last < 0 || !IsOnePair(steps)) { return; }
        var law = PoolModels.LawOf(steps[last].Swap);
        for (var i = 0; i < Math.Min(first, last + 1); i++)
        {
            // Nobody was before it.
            if (steps[i].Role == StepRole.Victim) { losses[i] = ConstantProduct.LossOf(steps[i].Swap, steps[i].Swap.AmountOut, MethodOf(law)); }
        }

        if (first > last || TryReplay(steps[..(last + 1)], first, law, losses)) { return; }

        // Later swaps may leave what is known while the first victim's do not.
        losses[first..steps.Length].Clear();
        _bounds.Estimate(steps[..(last + 1)], first, losses);
        var next = first + FirstOf(steps[first..], StepRole.Victim);
        var bounds = losses[next];
        if (next < last && !TryReplay(steps[..(next + 1)], first, law, losses)) { losses[next] = bounds; }
    }

    private bool TryReplay(ReadOnlySpan<PoolStep> steps, int first, PoolLaw law, Span<LossEstimate> losses) => law switch
    {
        PoolLaw.ConstantProduct => _product.TryEstimate(steps, first, LossMethod.ConstantProduct, losses),
        PoolLaw.VirtualReserves => _product.TryEstimate(steps, first, LossMethod.Curve, losses),
        PoolLaw.Concentrated => _concentrated.TryEstimate(steps, first, false, losses),
        PoolLaw.OneRange => _concentrated.TryEstimate(steps, first, true, losses),
        PoolLaw.Bins => TryOneBin(steps, first, losses),
        _ => false,
    };

    /// <summary>Within one bin the price is constant, so a swap that stays in it takes nothing from those after.</summary>
    private static bool TryOneBin(ReadOnlySpan<PoolStep> steps, int first, Span<LossEstimate> losses)
    {
        foreach (ref readonly var step in steps[first..])
        {
            if (step.Swap.TickBefore is not { } bin || step.Swap.TickAfter != bin || bin != steps[first].Swap.TickBefore) { return false; }
        }

        for (var i = first; i < steps.Length; i++)
        {
            if (steps[i].Role == StepRole.Victim) { losses[i] = ConstantProduct.LossOf(steps[i].Swap, steps[i].Swap.AmountOut, LossMethod.Bin); }
        }

        return true;
    }

    private static LossMethod MethodOf(PoolLaw law) => law switch
    {
        PoolLaw.ConstantProduct => LossMethod.ConstantProduct,
        PoolLaw.VirtualReserves => LossMethod.Curve,
        PoolLaw.Concentrated or PoolLaw.OneRange => LossMethod.Concentrated,
        PoolLaw.Bins => LossMethod.Bin,
        _ => LossMethod.Bounds,
    };

    private static int FirstOf(ReadOnlySpan<PoolStep> steps, StepRole role)
    {
        var i = 0;
        while (i < steps.Length && steps[i].Role != role) { i++; }
        return i;
    }

    private static int LastVictim(ReadOnlySpan<PoolStep> steps)
    {
        var i = steps.Length - 1;
        while (i >= 0 && steps[i].Role != StepRole.Victim) { i--; }
        return i;
    }

    private static bool IsOnePair(ReadOnlySpan<PoolStep> steps)
    {
        foreach (ref readonly var step in steps)
        {
            ref readonly var one = ref steps[0].Swap;
            var isSame = step.Swap.MintIn == one.MintIn && step.Swap.MintOut == one.MintOut;
            var isOther = step.Swap.MintIn == one.MintOut && step.Swap.MintOut == one.MintIn;
            if (step.Swap.Pool != one.Pool || !(isSame || isOther)) { return false; }
        }

        return true;
    }
}
