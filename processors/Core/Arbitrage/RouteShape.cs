using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>The order of the legs: where they begin, where they end, and how often one does not take up what the one before gave.</summary>
/// <remarks>Legs next to each other that trade the same pair the same way are one hop: a part went through each pool.</remarks>
internal readonly struct RouteShape
{
    public RouteShape(ReadOnlySpan<Swap> swaps, ReadOnlySpan<int> legs)
    {
        ref readonly var first = ref swaps[legs[0]];
        ref readonly var last = ref swaps[legs[^1]];
        Start = first.MintIn;
        End = last.MintOut;
        for (var i = 1; i < legs.Length; i++)
        {
            ref readonly var before = ref swaps[legs[i - 1]];
            ref readonly var leg = ref swaps[legs[i]];
            if (leg.MintIn == before.MintIn && leg.MintOut == before.MintOut) { continue; }
            if (leg.MintIn != before.MintOut) { Breaks++; }
        }
    }

    /// <summary>What the first leg takes.</summary>
    public readonly Pubkey Start;

    /// <summary>What the last leg pays.</summary>
    public readonly Pubkey End;

    /// <summary>Hops that take another mint than the hop before paid.</summary>
    public readonly int Breaks;

    public bool Returns => Start == End;

    /// <summary>Class of the shape; a change within one unit is told apart by the caller.</summary>
    public ArbitrageClass Class => !Returns ? ArbitrageClass.LongTail
        : Breaks == 0 ? ArbitrageClass.Cyclic
        : Breaks == 1 ? ArbitrageClass.CrossPair
        : ArbitrageClass.LongTail;
}
