using Sluice.Schemas.Records;

namespace Sluice.Cli.Bench;

/// <summary>Decoded blocks made up to measure detectors with: one swap a transaction, at prices of constant-product pools. Each list is given round and round.</summary>
internal static class DetectorBlocks
{
    /// <summary>
    /// Swaps of all blocks of a list together, whatever the size of one: a chain never gives a block twice, so blocks of any size must be as far from the caches.
    /// </summary>
    private const int SwapsOfAll = 40_000;

    /// <summary>
    /// Blocks of many pools, as the chain's: five swaps a pool on average, a tenth of the swaps round trips, every fiftieth three transactions a sandwich.
    /// </summary>
    public static RecordList<Block> OfManyPools(int swaps)
    {
        var maker = new DetectorBlockMaker(1);
        for (var i = 0; i < BlocksOf(swaps); i++)
        {
            maker.Begin();
            var pools = Math.Max(1, swaps / 5);
            while (maker.Count < swaps)
            {
                var pool = maker.Next(pools);
                var wallet = maker.Wallet();
                var bought = maker.Buy(pool, wallet, 100_000_000);
                if (maker.Next(50) == 0) { maker.Buy(pool, maker.Wallet(), 900_000_000); }
                if (maker.Next(10) == 0) { maker.Sell(pool, wallet, bought); }
                if (maker.Next(2) == 0) { maker.Sell(maker.Next(pools), maker.Wallet(), 400_000_000); }
            }
        }

        return maker.Finish();
    }

    /// <summary>Blocks of one pool in which everybody trades once.</summary>
    public static RecordList<Block> OfStrangers(int swaps)
    {
        var maker = new DetectorBlockMaker(2);
        for (var i = 0; i < BlocksOf(swaps); i++)
        {
            maker.Begin();
            while (maker.Count < Math.Max(2, swaps))
            {
                maker.Buy(0, maker.Wallet(), 100_000_000);
                maker.Sell(0, maker.Wallet(), 400_000_000);
            }
        }

        return maker.Finish();
    }

    /// <summary>Blocks of one pool in which half of the swaps open positions around each other and the other half closes them: every one holds all within it.</summary>
    public static RecordList<Block> OfNestedRoundTrips(int swaps)
    {
        var maker = new DetectorBlockMaker(3);
        for (var i = 0; i < BlocksOf(swaps); i++)
        {
            maker.Begin();
            var open = new Stack<(int Wallet, ulong Bought)>();
            for (var n = 0; n < Math.Max(2, swaps) / 2; n++)
            {
                var wallet = maker.Wallet();
                open.Push((wallet, maker.Buy(0, wallet, 100_000_000)));
            }

            while (open.TryPop(out var position)) { maker.Sell(0, position.Wallet, position.Bought); }
        }

        return maker.Finish();
    }

    /// <summary>Blocks with something for every detector: as those of many pools, and a tenth each of arbitrages, of which a tenth win no SOL but a token, and of failures, a fiftieth of liquidity and liquidations; a third tips.</summary>
    public static RecordList<Block> OfEverything(int swaps)
    {
        var maker = new DetectorBlockMaker(4);
        for (var i = 0; i < BlocksOf(swaps); i++)
        {
            maker.Begin();
            var pools = Math.Max(1, swaps / 5);
            while (maker.Count < swaps)
            {
                var pool = maker.Next(pools);
                switch (maker.Next(50))
                {
                    case < 5: maker.Arbitrage(pool, 100_000_000, winsToken: maker.Next(10) == 0); break;
                    case < 10: maker.Failure(); break;
                    case 10: maker.Provide(pool); break;
                    case 11: maker.Liquidate(pool); break;
                    case < 30: maker.Buy(pool, maker.Wallet(), 100_000_000); break;
                    default: maker.Sell(pool, maker.Wallet(), 400_000_000); break;
                }

                if (maker.Next(3) == 0) { maker.Tip(); }
            }
        }

        return maker.Finish();
    }

    /// <summary>At least as many as a detector's two windows hold, so that none comes twice in one.</summary>
    private static int BlocksOf(int swaps) => Math.Max(8, SwapsOfAll / Math.Max(2, swaps));
}
