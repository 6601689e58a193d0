using System.Numerics;
using System.Runtime.InteropServices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>What a swap says by its transaction alone, whatever the window it is read for.</summary>
internal struct SwapReading
{
    /// <summary>As of <see cref="Markets.HashOf"/>.</summary>
    public uint MarketHash;

    /// <summary>Who holds what was traded.</summary>
    public Pubkey Holder;

    /// <summary>What the trader paid and received, transfer fees included and taken off. Base units.</summary>
    public ulong Paid, Received;

    /// <summary>True when it repeats a swap of the list, and so is no leg.</summary>
    public bool IsRepeated;

    /// <summary>True when the holder signs the transaction, and when it is who pays the fee.</summary>
    public bool Signs, IsSigner;

    /// <summary>True when it opens or closes positions.</summary>
    public bool Counts;

    public bool CanFront, CanBack, CanBeVictim;
}

/// <summary>Reads the swaps of a transaction once for the windows of both leader groups that a slot belongs to. Not thread-safe.</summary>
internal sealed class TransactionReading
{
    private readonly ValueList<SwapReading> _swaps = new();

    /// <summary>The transaction's swaps, in its order.</summary>
    public ReadOnlySpan<SwapReading> Swaps => _swaps.Span;

    /// <summary>
    /// What wallets of one software have in common, fee, instructions, compute budget and program, as 64 bits: two of them are the same by chance once in 2^64.
    /// </summary>
    public ulong Template { get; private set; }

    /// <summary>True when it has a compute budget or a priority fee, by which one software's wallets differ from everybody's.</summary>
    public bool IsTellingTemplate { get; private set; }

    /// <summary>A program without a known name that is no venue called directly: its own caller's, as far as can be told; null otherwise.</summary>
    public Pubkey? PrivateWrapper { get; private set; }

    /// <summary>Reads a transaction of interest.</summary>
    /// <param name="tx">Transaction.</param>
    /// <param name="hash">Of the market of its first swap; null where it was not made ahead.</param>
    /// <param name="isExplained">True when it is a finding of its own, whose swaps serve nothing here.</param>
    public void Read(in Transaction tx, uint? hash, bool isExplained)
    {
        _swaps.Clear();
        var swaps = tx.Swaps.Span;
        if (swaps.Length == 0) { return; }
        IsTellingTemplate = tx.PriorityFeeLamports > 0 || tx.ComputeUnitLimit is not null || tx.ComputeUnitPriceMicroLamports is not null;
        Template = TemplateOf(tx);
        PrivateWrapper = IsPrivate(tx) ? tx.Wrapper : null;
        for (var i = 0; i < swaps.Length; i++)
        {
            ref var reading = ref _swaps.Reserve(1)[0];
            reading = default;
            reading.MarketHash = i == 0 && hash is { } known ? known : Markets.HashOf(swaps[i]);
            reading.IsRepeated = i > 0 && IsSeenTwice(swaps, i);
            if (!reading.IsRepeated) { Read(tx, swaps[i], isExplained, ref reading); }
        }
    }

    private static void Read(in Transaction tx, in Swap swap, bool isExplained, ref SwapReading reading)
    {
        var paid = Sum(swap.AmountIn, swap.TransferFeeIn ?? 0);
        var received = swap.AmountOut - Math.Min(swap.AmountOut, swap.TransferFeeOut ?? 0);
        var holder = Holders.Of(tx, swap, paid, received);
        (reading.Holder, reading.Paid, reading.Received) = (holder, paid, received);
        reading.IsSigner = holder == tx.Signer;
        reading.Signs = reading.IsSigner || Holders.IsSigner(tx, holder);
        if (paid == 0 || received == 0 || swap.MintIn == swap.MintOut || isExplained) { return; }
        var changesLiquidity = tx.MintsOrBurnsShares || ChangesLiquidity(tx, swap.Pool);
        reading.CanBeVictim = !changesLiquidity || swap.Source != SwapSource.Generic;
        if (changesLiquidity) { return; }
        reading.Counts = true;
        Holders.Positions(tx, reading.Holder, swap, paid, received, out reading.CanFront, out reading.CanBack);
    }

    /// <summary>
    /// True for a swap that stands in the list already, as where a router's frame and the pool's frame both show it: a pool never gives the same amount for
    /// the same amount twice in one instruction and the same vaults.
    /// </summary>
    private static bool IsSeenTwice(ReadOnlySpan<Swap> swaps, int index)
    {
        ref readonly var swap = ref swaps[index];
        for (var i = index - 1; i >= 0 && swaps[i].IxIndex == swap.IxIndex; i--)
        {
            ref readonly var other = ref swaps[i];
            if (other.AmountIn == swap.AmountIn && other.AmountOut == swap.AmountOut && other.VaultIn == swap.VaultIn && other.VaultOut == swap.VaultOut
                && other.MintIn == swap.MintIn && other.MintOut == swap.MintOut)
            {
                return true;
            }
        }

        return false;
    }

    private static bool ChangesLiquidity(in Transaction tx, in Pubkey pool)
    {
        foreach (ref readonly var change in tx.LiquidityChanges.Span)
        {
            if (change.Pool == pool && change.Kind != LiquidityChangeKind.Collect) { return true; }
        }

        return false;
    }

    private static ulong TemplateOf(in Transaction tx)
    {
        var fee = Mix(tx.FeeLamports, (ulong)tx.InstructionCount);
        var budget = Mix((ulong)(tx.ComputeUnitLimit ?? -1), tx.ComputeUnitPriceMicroLamports ?? 0);
        if (tx.Wrapper is null) { return Mix(fee, budget); }
        var wrapper = MemoryMarshal.Cast<byte, ulong>(Nullable.GetValueRefOrDefaultRef(in tx.Wrapper).Bytes);
        return Mix(Mix(fee, budget), Mix(Mix(wrapper[0], wrapper[1]), Mix(wrapper[2], wrapper[3])));
    }

    /// <summary>Folds a number into a hash: the halves of a product depend on all bits of both.</summary>
    private static ulong Mix(ulong hash, ulong number)
    {
        var high = Math.BigMul(hash ^ 0x9E3779B97F4A7C15UL, number ^ 0xD1342543DE82EF95UL, out var low);
        return high ^ low ^ BitOperations.RotateLeft(hash, 23);
    }

    private static bool IsPrivate(in Transaction tx)
    {
        if (tx.Wrapper is null || tx.WrapperName is not null || tx.UsesAggregator) { return false; }
        ref readonly var wrapper = ref Nullable.GetValueRefOrDefaultRef(in tx.Wrapper);
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            if (swap.Program == wrapper) { return false; }
        }

        return true;
    }

    private static ulong Sum(ulong left, ulong right) => left + right < left ? ulong.MaxValue : left + right;
}
