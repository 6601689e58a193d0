using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Prices;

/// <summary>What a verdict needs to know of the block around a transaction: its header, and what SOL was traded for in it.</summary>
/// <remarks>
/// The price of a mint is the SOL and the tokens that changed hands in all of the block's swaps between the two, as a fraction of
/// two sums; larger swaps weigh more. A dollar without swaps of its own has the price of the other dollars. Prices are made on
/// first use and hold for the block only. Not thread-safe.
/// </remarks>
public sealed class BlockContext
{
    private readonly Dictionary<Pubkey, Price> _prices = [];
    private Price _usdc, _dollar;
    private RecordList<Transaction>? _transactions;
    private BlockSwaps? _swaps;
    private bool _hasPrices, _hasDollars;

    /// <summary>Slot.</summary>
    public long Slot { get; private set; }

    /// <summary>Block time, where known.</summary>
    public long? BlockTimeUnixMs { get; private set; }

    /// <summary>Identity of the leader, where known.</summary>
    public Pubkey? Leader { get; private set; }

    /// <summary>Turns to a block, which must stay unchanged while it is judged.</summary>
    public void Begin(in Block block) => Begin(block, isTold: false, null);

    /// <summary>Turns to a block of which there is an index.</summary>
    internal void Begin(in Block block, BlockSwaps swaps) => Begin(block, isTold: false, swaps);

    /// <summary>Turns to a block of which all swaps of SOL for dollars are given by <see cref="TakeSolForDollar"/> before anything is judged, by somebody who reads the block anyway.</summary>
    internal void BeginTold(in Block block) => Begin(block, isTold: true, null);

    private void Begin(in Block block, bool isTold, BlockSwaps? swaps)
    {
        Slot = block.Slot;
        BlockTimeUnixMs = block.BlockTimeUnixMs;
        Leader = block.Leader;
        _transactions = block.Transactions;
        _swaps = swaps;
        _hasPrices = false;
        _hasDollars = isTold;
        _usdc = _dollar = default;
    }

    /// <summary>Takes a swap that traded SOL for a dollar; both of its amounts are more than none.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    internal void TakeSolForDollar(in Swap swap)
    {
        if (swap.MintIn == WellKnown.WrappedSol) { Add(swap.MintOut, swap.AmountIn, swap.AmountOut, onlyDollars: true); }
        else { Add(swap.MintIn, swap.AmountOut, swap.AmountIn, onlyDollars: true); }
    }

    /// <summary>What SOL was traded for in this block, or a price without amounts.</summary>
    public Price PriceOf(in Pubkey mint)
    {
        if (mint == WellKnown.Usdc) { return PriceOfUsdc(); }
        if (!_hasPrices)
        {
            _hasPrices = true;
            _prices.Clear();
            if (_swaps is null) { Add(onlyDollars: false); }
        }

        ref var price = ref CollectionsMarshal.GetValueRefOrAddDefault(_prices, mint, out var isKnown);
        if (!isKnown && _swaps is not null) { price = PriceOf(mint, _swaps); }
        return !price.IsKnown && KnownMints.AreEqual(mint, WellKnown.Usdc) ? PriceOfDollar() : price;
    }

    private static Price PriceOf(in Pubkey mint, BlockSwaps swaps)
    {
        var price = default(Price);
        foreach (var number in swaps.Of(mint))
        {
            ref readonly var swap = ref swaps.SwapOf(number);
            if (swap.AmountIn == 0 || swap.AmountOut == 0) { continue; }
            if (swap.MintIn == WellKnown.WrappedSol && swap.MintOut == mint) { price.Add(swap.AmountIn, swap.AmountOut); }
            else if (swap.MintOut == WellKnown.WrappedSol && swap.MintIn == mint) { price.Add(swap.AmountOut, swap.AmountIn); }
        }

        return price;
    }

    /// <summary>With every arbitrage a dollar is asked for, and mostly nothing else: the other mints are not looked up for it.</summary>
    private Price PriceOfUsdc() => PriceOfDollar() is var dollar && _usdc.IsKnown ? _usdc : dollar;

    private Price PriceOfDollar()
    {
        if (!_hasDollars)
        {
            _hasDollars = true;
            if (_swaps is null) { Add(onlyDollars: true); }
            else { AddDollars(_swaps); }
        }

        return _dollar;
    }

    private void AddDollars(BlockSwaps swaps)
    {
        foreach (var number in swaps.OfMoney)
        {
            if (SwapUnits.Of(swaps[number]).IsSolForDollar) { Add(new ReadOnlySpan<Swap>(in swaps.SwapOf(number)), onlyDollars: true); }
        }
    }

    private void Add(bool onlyDollars)
    {
        if (_transactions is null) { return; }
        var transactions = _transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps);
            Add(transactions[i].Swaps.Span, onlyDollars);
        }
    }

    private void Add(ReadOnlySpan<Swap> swaps, bool onlyDollars)
    {
        foreach (ref readonly var swap in swaps)
        {
            if (swap.AmountIn == 0 || swap.AmountOut == 0) { continue; }
            if (swap.MintIn == WellKnown.WrappedSol) { Add(swap.MintOut, swap.AmountIn, swap.AmountOut, onlyDollars); }
            else if (swap.MintOut == WellKnown.WrappedSol) { Add(swap.MintIn, swap.AmountOut, swap.AmountIn, onlyDollars); }
        }
    }

    private void Add(in Pubkey mint, ulong lamports, ulong tokens, bool onlyDollars)
    {
        if (!onlyDollars) { CollectionsMarshal.GetValueRefOrAddDefault(_prices, mint, out _).Add(lamports, tokens); }
        else if (KnownMints.UnitOf(mint) == MintUnit.Dollar && KnownMints.AreEqual(mint, WellKnown.Usdc))
        {
            _dollar.Add(lamports, tokens);
            if (mint == WellKnown.Usdc) { _usdc.Add(lamports, tokens); }
        }
    }
}

/// <summary>A fraction: lamports that changed hands for base units of a token.</summary>
public struct Price
{
    /// <summary>Lamports.</summary>
    public UInt128 Lamports;

    /// <summary>Base units of the token.</summary>
    public UInt128 Tokens;

    /// <summary>False when nothing was traded.</summary>
    public readonly bool IsKnown => Lamports != 0 && Tokens != 0;

    public void Add(ulong lamports, ulong tokens)
    {
        Lamports += lamports;
        Tokens += tokens;
    }

    /// <summary>Base units of the token for so many lamports, rounded up; null when nothing was traded or there is no room for the result.</summary>
    public readonly Int128? ToTokens(ulong lamports)
    {
        if (!IsKnown) { return null; }
        var (of, per) = (Tokens, Lamports);

        // u64 × u64 fits in 128 bits; the sums of a block may be wider, and lose their last bits together.
        while (of > ulong.MaxValue)
        {
            of >>= 1;
            per >>= 1;
        }

        if (per == 0) { return null; }
        var product = of * lamports;
        var tokens = (product / per) + (product % per == 0 ? 0u : 1u);
        return tokens <= (UInt128)Int128.MaxValue ? (Int128)tokens : null;
    }

    /// <summary>Lamports for so many base units of the token, rounded down; null when nothing was traded or the amount is too wide.</summary>
    public readonly UInt128? ToLamports(UInt128 tokens)
    {
        if (!IsKnown || tokens > ulong.MaxValue) { return null; }
        var (of, per) = (Lamports, Tokens);
        while (of > ulong.MaxValue)
        {
            of >>= 1;
            per >>= 1;
        }

        return per == 0 ? null : of * tokens / per;
    }
}
