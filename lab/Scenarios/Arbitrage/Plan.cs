using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Arbitrage;

/// <summary>How the amounts of a plan's legs follow from each other.</summary>
internal enum Shape
{
    /// <summary>Each leg sells what the one before it bought.</summary>
    Chain,

    /// <summary>A chain whose middle legs are executed the other way round, from inventory.</summary>
    Shuffled,

    /// <summary>Bought in two pools, sold in a third.</summary>
    SplitBuy,

    /// <summary>Bought in one pool, sold in two.</summary>
    SplitSell,
}

/// <summary>An arbitrage that could be made: its legs in the order of the money, and what they give.</summary>
/// <remarks>No pool occurs twice, so quotes do not depend on the order of execution.</remarks>
internal sealed class Plan
{
    private const int Steps = 60;

    public required Shape Shape { get; init; }

    public required List<Leg> Legs { get; init; }

    /// <summary>The class that the definitions give it: cyclic, cross-pair, stable or long-tail.</summary>
    public required string Class { get; init; }

    /// <summary>Part of the money that the first of two parallel legs takes.</summary>
    public byte SplitPercent { get; init; } = 60;

    public Mint MintIn => Legs[0].MintIn;

    /// <summary>Mint of the gain; of a plan between two dollar tokens the one that comes out.</summary>
    public Mint MintOut => Legs[^1].MintOut;

    /// <summary>Input of each leg for that amount of money.</summary>
    public ulong[] Amounts { get; } = new ulong[8];

    /// <summary>Order of execution, as numbers of legs.</summary>
    public ReadOnlySpan<int> Order => Shape == Shape.Shuffled ? [0, 2, 1, 3] : Straight[..Legs.Count];

    private static ReadOnlySpan<int> Straight => [0, 1, 2, 3];

    /// <summary>What comes out at the end, with <see cref="Amounts"/> filled in.</summary>
    public ulong Price(ulong amountIn)
    {
        switch (Shape)
        {
            case Shape.SplitBuy:
                Amounts[0] = Part(amountIn);
                Amounts[1] = amountIn - Amounts[0];
                Amounts[2] = Legs[0].Quote(Amounts[0]) + Legs[1].Quote(Amounts[1]);
                return Legs[2].Quote(Amounts[2]);
            case Shape.SplitSell:
                Amounts[0] = amountIn;
                var bought = Legs[0].Quote(amountIn);
                Amounts[1] = Part(bought);
                Amounts[2] = bought - Amounts[1];
                return Legs[1].Quote(Amounts[1]) + Legs[2].Quote(Amounts[2]);
            default:
                var held = amountIn;
                for (var i = 0; i < Legs.Count; i++)
                {
                    Amounts[i] = held;
                    held = Legs[i].Quote(held);
                }

                return held;
        }
    }

    /// <summary>What would be gained; the two dollar tokens count as equal.</summary>
    public long Gain(ulong amountIn) => (long)Price(amountIn) - (long)amountIn;

    /// <summary>
    /// The amount up to <paramref name="most"/> that gains most. The gain is concave, so three-part search finds it.
    /// </summary>
    public ulong BestInput(ulong most)
    {
        ulong low = 1, high = most;
        for (var i = 0; i < Steps && high - low > 2; i++)
        {
            var third = (high - low) / 3;
            if (Gain(low + third) < Gain(high - third))
            {
                low += third;
            }
            else
            {
                high -= third;
            }
        }

        return (low + high) / 2;
    }

    /// <summary>The smallest amount up to the best one that gains what is wanted.</summary>
    public ulong InputFor(long wanted, ulong best)
    {
        ulong low = 0, high = best;
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (Gain(middle) >= wanted)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return high;
    }

    private ulong Part(ulong amount) => (ulong)((UInt128)amount * SplitPercent / 100);
}
