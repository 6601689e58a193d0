using System.Runtime.InteropServices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Topologies;

/// <summary>What the newest swap of a pool tells.</summary>
[Flags]
public enum PoolFacts : long
{
    None = 0,
    ReserveA = 1,
    ReserveB = 2,
    SqrtPrice = 4,
}

/// <summary>A pool after the newest swap that was seen there: the value of the changelog <c>pools-latest-changelog</c>, as <see cref="Size"/> bytes without
/// gaps, numbers little-endian, in the order of the fields.</summary>
/// <remarks>The two tokens are told apart by their mints' bytes: A is the lesser one, whatever the direction of the swap.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1)]
public struct PoolState
{
    /// <summary>Bytes of the layout.</summary>
    public const int Size = 240;

    /// <summary>Program that made the swap: the venue.</summary>
    public Pubkey Program;

    /// <summary>The tokens.</summary>
    public Pubkey MintA, MintB;

    /// <summary>The pool's token accounts of A and B.</summary>
    public Pubkey VaultA, VaultB;

    /// <summary>Square root of the price after the swap, unsigned Q64.64 as the venue's event states it, and so in the venue's own order of the tokens.</summary>
    public Int128 SqrtPriceX64;

    /// <summary>Reserves after the swap, base units: those before it and what it moved.</summary>
    public ulong ReserveA, ReserveB;

    /// <summary>Which of the fields above are known; the others are 0.</summary>
    public PoolFacts Known;

    /// <summary>Slot of the newest swap.</summary>
    public long Slot;

    /// <summary>Swaps in which the trader paid A, or B. One that is processed again counts again.</summary>
    public long SwapsAToB, SwapsBToA;

    /// <summary>Place of the newest swap in its block, as in <see cref="PoolSwap"/>.</summary>
    public int TxIndex, IxIndex, InnerIxIndex, LegIndex;

    /// <summary>Takes a swap: counts it, and takes over what it tells unless a newer one was seen.</summary>
    public void Take(in PoolSwap swap)
    {
        var paysA = swap.MintIn.CompareTo(swap.MintOut) < 0;
        if (paysA) { SwapsAToB++; } else { SwapsBToA++; }
        if (IsNewerThan(in swap)) { return; }
        (Slot, TxIndex, IxIndex, InnerIxIndex, LegIndex) = (swap.Slot, swap.TxIndex, swap.IxIndex, swap.InnerIxIndex, swap.LegIndex);
        Program = swap.Program;
        (MintA, MintB) = paysA ? (swap.MintIn, swap.MintOut) : (swap.MintOut, swap.MintIn);
        (VaultA, VaultB) = paysA ? (swap.VaultIn, swap.VaultOut) : (swap.VaultOut, swap.VaultIn);

        // An event that contradicts the transfers must not stop the pipeline: what would be less than nothing is not known.
        var reserveIn = swap.ReserveIn + swap.AmountIn is { } more && more >= swap.AmountIn ? more : (ulong?)null;
        var reserveOut = swap.ReserveOut >= swap.AmountOut ? swap.ReserveOut - swap.AmountOut : null;
        var (a, b) = paysA ? (reserveIn, reserveOut) : (reserveOut, reserveIn);
        (ReserveA, ReserveB, SqrtPriceX64) = (a ?? 0, b ?? 0, swap.SqrtPriceX64 ?? 0);
        Known = (a is null ? PoolFacts.None : PoolFacts.ReserveA) | (b is null ? PoolFacts.None : PoolFacts.ReserveB)
            | (swap.SqrtPriceX64 is null ? PoolFacts.None : PoolFacts.SqrtPrice);
    }

    private readonly bool IsNewerThan(in PoolSwap swap) => SwapsAToB + SwapsBToA > 1
        && (Slot, TxIndex, IxIndex, InnerIxIndex, LegIndex).CompareTo((swap.Slot, swap.TxIndex, swap.IxIndex, swap.InnerIxIndex, swap.LegIndex)) > 0;
}
