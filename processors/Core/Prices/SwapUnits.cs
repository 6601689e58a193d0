using System.Runtime.CompilerServices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>The units of what a swap moves, looked up once for all who ask. Without branches on the direction, which no processor can foretell.</summary>
internal readonly struct SwapUnits
{
    /// <summary>Four bits a unit, lowest first: which of two mints is the quote, the higher one.</summary>
    private const uint Ranks = (0u << (4 * (int)MintUnit.None)) | (1u << (4 * (int)MintUnit.StakedSol)) | (2u << (4 * (int)MintUnit.Dollar)) | (3u << (4 * (int)MintUnit.Sol));

    private const uint DollarRank = 2, SolRank = 3;

    private readonly uint _in, _out;

    private SwapUnits(MintUnit unitIn, MintUnit unitOut) => (_in, _out) = ((Ranks >> (4 * (int)unitIn)) & 15, (Ranks >> (4 * (int)unitOut)) & 15);

    /// <summary>Looks at the mints of a swap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SwapUnits Of(in Swap swap) => new(KnownMints.UnitOf(swap.MintIn), KnownMints.UnitOf(swap.MintOut));

    /// <summary>Of a swap whose mints were looked at before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static SwapUnits Of(in SwapMark mark) => new(mark.UnitIn, mark.UnitOut);

    /// <summary>True where one mint is a quote for the other: SOL before dollars before staked SOL before all else.</summary>
    public bool HasQuote => _in != _out;

    /// <summary>True when the quote is what the trader paid.</summary>
    public bool QuoteIsIn => _in > _out;

    /// <summary>True when SOL was traded for dollars, of any decimals.</summary>
    public bool IsSolForDollar => _in + _out == SolRank + DollarRank;

    /// <summary>True when both mints have units, different ones: all that prices of dollars and of staked SOL are made of.</summary>
    public bool IsMoney => _in != _out && Math.Min(_in, _out) > 0;

    /// <summary>True when one of the mints is a dollar.</summary>
    public bool HasDollar => _in == DollarRank || _out == DollarRank;

    /// <summary>Least amount of the quote that tells a price, base units.</summary>
    public ulong Dust => Math.Max(_in, _out) == DollarRank ? PriceRules.DustUsdMicros : PriceRules.DustLamports;

    /// <summary>All bits when the quote is what the trader paid, else none.</summary>
    private long Mask => ((long)_out - _in) >> 63;

    /// <summary>The one of the amounts that is the quote's.</summary>
    public ulong QuoteOf(ulong amountIn, ulong amountOut) => amountOut ^ ((amountIn ^ amountOut) & (ulong)Mask);

    /// <summary>The quote.</summary>
    public ref readonly Pubkey QuoteOf(in Swap swap) => ref Either(swap, ~Mask);

    /// <summary>The mint that the quote prices.</summary>
    public ref readonly Pubkey BaseOf(in Swap swap) => ref Either(swap, Mask);

    /// <summary>Its hash.</summary>
    public uint BaseOf(in SwapMark mark) => mark.MintInHash ^ ((mark.MintInHash ^ mark.MintOutHash) & (uint)Mask);

    private static ref readonly Pubkey Either(in Swap swap, long isOut)
    {
        ref var mintIn = ref Unsafe.AsRef(in swap.MintIn);
        return ref Unsafe.AddByteOffset(ref mintIn, Unsafe.ByteOffset(ref mintIn, ref Unsafe.AsRef(in swap.MintOut)) & (nint)isOut);
    }
}
