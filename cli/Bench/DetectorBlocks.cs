using System.Runtime.InteropServices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>Decoded blocks made up to measure detectors with: one swap a transaction, at prices of constant-product pools. Each list is given round and round.</summary>
internal static class DetectorBlocks
{
    private const string Venue = "raydium-amm-v4";

    /// <summary>
    /// Blocks of many pools, as the chain's: five swaps a pool on average, a tenth of the swaps round trips, every fiftieth three transactions a sandwich.
    /// </summary>
    public static RecordList<Block> OfManyPools(int swaps)
    {
        var maker = new Maker(1);
        for (var i = 0; i < 8; i++)
        {
            maker.Begin();
            var pools = Math.Max(1, swaps / 5);
            while (maker.Count < swaps)
            {
                var pool = maker.Next(pools);
                var wallet = maker.Wallet();
                var bought = maker.Buy(pool, wallet, 1_000_000);
                if (maker.Next(50) == 0) { maker.Buy(pool, maker.Wallet(), 9_000_000); }
                if (maker.Next(10) == 0) { maker.Sell(pool, wallet, bought); }
                if (maker.Next(2) == 0) { maker.Sell(maker.Next(pools), maker.Wallet(), 4_000_000); }
            }
        }

        return maker.Blocks;
    }

    /// <summary>Blocks of one pool in which everybody trades once.</summary>
    public static RecordList<Block> OfStrangers(int swaps)
    {
        var maker = new Maker(2);
        for (var i = 0; i < 8; i++)
        {
            maker.Begin();
            while (maker.Count < Math.Max(2, swaps))
            {
                maker.Buy(0, maker.Wallet(), 1_000_000);
                maker.Sell(0, maker.Wallet(), 4_000_000);
            }
        }

        return maker.Blocks;
    }

    /// <summary>Blocks of one pool in which half of the swaps open positions around each other and the other half closes them: every one holds all within it.</summary>
    public static RecordList<Block> OfNestedRoundTrips(int swaps)
    {
        var maker = new Maker(3);
        for (var i = 0; i < 8; i++)
        {
            maker.Begin();
            var open = new Stack<(int Wallet, ulong Bought)>();
            for (var n = 0; n < Math.Max(2, swaps) / 2; n++)
            {
                var wallet = maker.Wallet();
                open.Push((wallet, maker.Buy(0, wallet, 1_000_000)));
            }

            while (open.TryPop(out var position)) { maker.Sell(0, position.Wallet, position.Bought); }
        }

        return maker.Blocks;
    }

    private sealed class Maker(int seed)
    {
        private readonly Random _random = new(seed);
        private readonly Dictionary<int, (ulong Sol, ulong Tokens)> _reserves = [];
        private int _wallets;

        public RecordList<Block> Blocks { get; } = new();

        public int Count => Blocks[Blocks.Count - 1].Transactions.Count;

        public void Begin()
        {
            ref var block = ref Blocks.Add();
            block.IsComplete = true;
            block.Leader = Key(1, 0);
        }

        public int Next(int end) => _random.Next(end);

        public int Wallet() => _wallets++;

        public ulong Buy(int pool, int wallet, ulong amount) => Trade(pool, wallet, amount, isBuy: true);

        public void Sell(int pool, int wallet, ulong amount) => Trade(pool, wallet, amount, isBuy: false);

        private ulong Trade(int pool, int wallet, ulong amountIn, bool isBuy)
        {
            ref var held = ref CollectionsMarshal.GetValueRefOrAddDefault(_reserves, pool, out var isKnown);
            if (!isKnown) { held = (1_000_000_000_000, 5_000_000_000_000); }
            var (reserveIn, reserveOut) = isBuy ? held : (held.Tokens, held.Sol);
            var amountOut = (ulong)((UInt128)amountIn * reserveOut / (reserveIn + amountIn));
            held = isBuy ? (held.Sol + amountIn, held.Tokens - amountOut) : (held.Sol - amountOut, held.Tokens + amountIn);

            ref var tx = ref Blocks[Blocks.Count - 1].Transactions.Add();
            tx.Index = Count - 1;
            tx.Signer = Key(2, wallet);
            tx.Signature = MemoryMarshal.Read<Signature>(MemoryMarshal.AsBytes<Pubkey>([Key(3, tx.Index), Key(4, Blocks.Count)]));
            tx.FeeLamports = 5_000 + (ulong)wallet % 97;
            tx.Wrapper = Key(5, 0);
            tx.WrapperName = Venue;
            ref var swap = ref tx.Swaps.Add();
            swap.InnerIxIndex = -1;
            swap.Venue = Venue;
            swap.Program = Key(5, 0);
            swap.Pool = Key(6, pool);
            swap.Trader = tx.Signer;
            (swap.MintIn, swap.MintOut) = isBuy ? (WellKnown.WrappedSol, Key(7, pool)) : (Key(7, pool), WellKnown.WrappedSol);
            (swap.VaultIn, swap.VaultOut) = isBuy ? (Key(8, pool), Key(9, pool)) : (Key(9, pool), Key(8, pool));
            (swap.AmountIn, swap.AmountOut, swap.ReserveIn, swap.ReserveOut) = (amountIn, amountOut, reserveIn, reserveOut);
            swap.Source = SwapSource.Both;
            Change(ref tx, tx.Signer, swap, 1);
            Change(ref tx, Key(10, 0), swap, -1);
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

        /// <summary>A key of random-looking bytes, the same for the same numbers.</summary>
        private static Pubkey Key(int kind, int number)
        {
            var random = new Random((kind << 24) ^ number);
            Span<byte> bytes = stackalloc byte[Pubkey.Size];
            random.NextBytes(bytes);
            return new Pubkey(bytes);
        }
    }
}
