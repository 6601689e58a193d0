using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>The order of the legs: where they begin, where they end, and how often one does not take up what the one before gave.</summary>
/// <remarks>A hop that goes through two pools at once counts as one break, so that a split cycle is a cross-pair.</remarks>
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
            if (swaps[legs[i]].MintIn != swaps[legs[i - 1]].MintOut) { Breaks++; }
        }
    }

    /// <summary>What the first leg takes.</summary>
    public readonly Pubkey Start;

    /// <summary>What the last leg pays.</summary>
    public readonly Pubkey End;

    /// <summary>Legs that take another mint than the leg before paid.</summary>
    public readonly int Breaks;

    public bool Returns => Start == End;

    /// <summary>Class of the shape; a change within one unit is told apart by the caller.</summary>
    public ArbitrageClass Class => !Returns ? ArbitrageClass.LongTail
        : Breaks == 0 ? ArbitrageClass.Cyclic
        : Breaks == 1 ? ArbitrageClass.CrossPair
        : ArbitrageClass.LongTail;
}
