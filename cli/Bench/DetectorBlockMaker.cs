using System.Runtime.InteropServices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>Makes blocks of transactions at prices of constant-product pools, the same for the same seed.</summary>
internal sealed class DetectorBlockMaker(int seed)
{
    private const string Venue = "raydium-amm-v4";

    private readonly Random _random = new(seed);
    private readonly Dictionary<int, (ulong Sol, ulong Tokens)> _reserves = [];
    private int _wallets;

    /// <summary>Numbers of pools that trade a token which another pool trades too begin here.</summary>
    private const int OtherPools = 1 << 20;

    private readonly RecordList<Block> _blocks = new();

    public int Count => _blocks[_blocks.Count - 1].Transactions.Count;

    /// <summary>The blocks, with what a decoder makes beside a block.</summary>
    public RecordList<Block> Finish()
    {
        foreach (ref var block in _blocks.Span) { block.MakeDigest(); }
        return _blocks;
    }

    public void Begin()
    {
        ref var block = ref _blocks.Add();
        block.IsComplete = true;
        block.Leader = Key(1, 0);
    }

    public int Next(int end) => _random.Next(end);

    public int Wallet() => _wallets++;

    public ulong Buy(int pool, int wallet, ulong amount) => Trade(pool, wallet, amount, isBuy: true);

    public void Sell(int pool, int wallet, ulong amount) => Trade(pool, wallet, amount, isBuy: false);

    /// <summary>A token is bought in one pool and sold in another one for more; or sold and bought, which wins the token.</summary>
    public void Arbitrage(int pool, ulong amount, bool winsToken)
    {
        ref var tx = ref Begin(Wallet());
        var between = Swap(ref tx, pool, pool, amount, isBuy: !winsToken);
        Swap(ref tx, pool + OtherPools, pool, between, isBuy: winsToken);
        ref var back = ref tx.Swaps[1];
        back.AmountOut = amount + (amount / 100);
        foreach (ref readonly var swap in tx.Swaps.Span) { Change(ref tx, tx.Signer, swap, 1); }
    }

    /// <summary>A transaction that was reverted, as bots' mostly are.</summary>
    public void Failure()
    {
        ref var tx = ref Begin(Wallet());
        tx.Status = TransactionStatus.Failed;
        tx.Error = "InstructionError";
    }

    /// <summary>Liquidity is added around a purchase and removed again.</summary>
    public void Provide(int pool)
    {
        var (provider, position) = (Wallet(), Wallet());
        Change(pool, provider, position, LiquidityChangeKind.Add);
        Buy(pool, Wallet(), 500_000_000);
        Change(pool, provider, position, LiquidityChangeKind.Remove);
    }

    /// <summary>Collateral is seized and sold.</summary>
    public void Liquidate(int pool)
    {
        Sell(pool, Wallet(), 300_000_000);
        ref var tx = ref Newest;
        ref var call = ref tx.Liquidations.Add();
        call.Protocol = "lender";
        call.Program = Key(12, 0);
        call.Instruction = "liquidate";
        call.Liquidator = tx.Signer;
        call.Obligation = Key(13, tx.Index);
        (call.RepayMint, call.RepaidAmount) = (WellKnown.WrappedSol, 200_000_000);
        (call.SeizedMint, call.SeizedAmount) = (Token(pool), 300_000_000);
    }

    /// <summary>The newest transaction pays a tip.</summary>
    public void Tip() => Newest.TipLamports = 10_000;

    private ref Transaction Newest => ref _blocks[_blocks.Count - 1].Transactions[Count - 1];

    private void Change(int pool, int provider, int position, LiquidityChangeKind kind)
    {
        ref var tx = ref Begin(provider);
        ref var change = ref tx.LiquidityChanges.Add();
        change.Venue = Venue;
        change.Program = Key(5, 0);
        change.Pool = Key(6, pool);
        change.Kind = kind;
        change.Provider = tx.Signer;
        change.Position = Key(14, position);

        // What the purchase between paid in and took out is gone with it, at the price of five for one.
        var isLess = kind == LiquidityChangeKind.Remove;
        (change.MintA, change.AmountA) = (WellKnown.WrappedSol, isLess ? 140_000_000UL : 100_000_000);
        (change.MintB, change.AmountB) = (Token(pool), isLess ? 300_000_000UL : 500_000_000);
    }

    private ulong Trade(int pool, int wallet, ulong amountIn, bool isBuy)
    {
        ref var tx = ref Begin(wallet);
        var amountOut = Swap(ref tx, pool, pool, amountIn, isBuy);
        ref readonly var swap = ref tx.Swaps[0];
        Change(ref tx, tx.Signer, swap, 1);
        Change(ref tx, Key(10, 0), swap, -1);
        return amountOut;
    }

    private ref Transaction Begin(int wallet)
    {
        ref var tx = ref _blocks[_blocks.Count - 1].Transactions.Add();
        tx.Index = Count - 1;
        tx.Signer = Key(2, wallet);
        tx.Signature = MemoryMarshal.Read<Signature>(MemoryMarshal.AsBytes<Pubkey>([Key(3, tx.Index), Key(4, _blocks.Count)]));
        tx.FeeLamports = 5_000 + ((ulong)wallet % 97);
        tx.Wrapper = Key(5, 0);
        tx.WrapperName = Venue;
        return ref tx;
    }

    private ulong Swap(ref Transaction tx, int pool, int token, ulong amountIn, bool isBuy)
    {
        ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_reserves, pool, out var isKnown);
        if (!isKnown) { held = (1_000_000_000_000, 5_000_000_000_000); }
        var (reserveIn, reserveOut) = isBuy ? held : (held.Tokens, held.Sol);
        var amountOut = (ulong)((UInt128)amountIn * reserveOut / (reserveIn + amountIn));
        held = isBuy ? (held.Sol + amountIn, held.Tokens - amountOut) : (held.Sol - amountOut, held.Tokens + amountIn);

        ref var swap = ref tx.Swaps.Add();
        swap.IxIndex = tx.Swaps.Count - 1;
        swap.InnerIxIndex = -1;
        swap.Venue = Venue;
        swap.Program = Key(5, 0);
        swap.Pool = Key(6, pool);
        swap.Trader = tx.Signer;
        (swap.MintIn, swap.MintOut) = isBuy ? (WellKnown.WrappedSol, Token(token)) : (Token(token), WellKnown.WrappedSol);
        (swap.VaultIn, swap.VaultOut) = isBuy ? (Key(8, pool), Key(9, pool)) : (Key(9, pool), Key(8, pool));
        (swap.AmountIn, swap.AmountOut, swap.ReserveIn, swap.ReserveOut) = (amountIn, amountOut, reserveIn, reserveOut);
        swap.Source = SwapSource.Both;
        return amountOut;
    }

    private static void Change(ref Transaction tx, in Pubkey owner, in Swap swap, int sign)
    {
        foreach (var (mint, delta) in ((Pubkey, Int128)[])[(swap.MintIn, -(Int128)swap.AmountIn), (swap.MintOut, swap.AmountOut)])
        {
            ref var change = ref tx.BalanceChanges.Add();
            change.Owner = owner;
            change.Mint = mint;
            change.Delta = delta * sign;
            change.IsSigner = sign > 0;
        }
    }

    /// <summary>What a pool trades for SOL: every tenth one dollars.</summary>
    private static Pubkey Token(int number) => number % 10 == 1 ? WellKnown.Usdc : Key(7, number);

    /// <summary>A key of random-looking bytes, the same for the same numbers: SplitMix64 from them on.</summary>
    private static Pubkey Key(int kind, int number)
    {
        var state = ((ulong)(uint)kind << 32) | (uint)number;
        Span<ulong> words = stackalloc ulong[Pubkey.Size / sizeof(ulong)];
        state *= 0xD1342543DE82EF95UL;
        foreach (ref var word in words)
        {
            state += 0x9E3779B97F4A7C15UL;
            var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9UL;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBUL;
            word = mixed ^ (mixed >> 31);
        }

        return new Pubkey(MemoryMarshal.AsBytes(words));
    }
}
