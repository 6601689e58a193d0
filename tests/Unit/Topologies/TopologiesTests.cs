using Sluice.Processors.Topologies;
using Sluice.Streams;
using Sluice.Streams.Testing;
using Sluice.Tests.Unit.Detection;

namespace Sluice.Tests.Unit.Topologies;

public class TopologiesTests
{
    private static readonly string[] Cases =
    [
        "swap P1 alice 1000000 SOL > 150000 USDC\nswap P2 alice 150000 USDC > 1020000 SOL",
        "swap P1 alice 150000 USDC > 1000000 SOL\nswap P2 alice 1000000 SOL > 777 BONK\naggregator",
        "swap P1 alice 150000 USDC > 1000000 SOL",
        "gain alice 5 SOL",
        "failed",
        "swap P3 alice 1000000 USDC > 900 WIF\nswap P4 alice 900 WIF > 1005000 USDC\ntip 9",
    ];

    [Fact]
    public void Every_swap_of_a_block_becomes_a_row_in_order()
    {
        var driver = new TopologyTestDriver(SwapsTopology.Build(version: 3));
        Pipe(driver, 42, Cases);
        Assert.Equal(
            [(42, 0, 0, 1_000_000UL, 3), (42, 0, 1, 150_000UL, 3), (42, 1, 0, 150_000UL, 3), (42, 1, 1, 1_000_000UL, 3), (42, 2, 0, 150_000UL, 3),
                (42, 5, 0, 1_000_000UL, 3), (42, 5, 1, 900UL, 3)],
            driver.ReadAll(Topics.Swaps, s => ((int)s.Slot, s.TxIndex, s.InnerIxIndex, s.AmountIn, (int)s.Version)));
    }

    [Fact]
    public void Findings_and_rejections_add_up_to_the_candidates()
    {
        var driver = new TopologyTestDriver(ArbitrageTopology.Build(version: 3));
        Pipe(driver, 42, Cases);
        Assert.Equal([0, 5], driver.ReadAll(Topics.Arbitrages, a => a.TxIndex));
        Assert.Equal(
            [(42L, "arbitrage", "failed_transaction", 1L, 3L), (42L, "arbitrage", "fewer_than_two_swaps", 1L, 3L), (42L, "arbitrage", "aggregator_route", 1L, 3L)],
            driver.ReadAll(Topics.Rejections, r => (r.Slot, r.Stage, r.Reason, r.Count, r.Version)));
    }

    [Fact]
    public void Context_blocks_give_nothing_but_their_empty_batches()
    {
        var arbitrage = new TopologyTestDriver(ArbitrageTopology.Build(1));
        Pipe(arbitrage, 42, Cases, isContext: true);
        Assert.Equal(0, arbitrage.Read(Topics.Arbitrages)!.Count);
        Assert.Equal(0, arbitrage.Read(Topics.Rejections)!.Count);

        var swaps = new TopologyTestDriver(SwapsTopology.Build(1));
        Pipe(swaps, 42, Cases, isContext: true);
        Assert.Equal(0, swaps.Read(Topics.Swaps)!.Count);
    }

    [Fact]
    public void The_same_rows_come_of_straight_duplicated_restored_and_partitioned_runs()
    {
        var golden = Run(new TopologyTestDriver(ArbitrageTopology.Build(1)));
        Assert.NotEmpty(golden);
        Assert.Equal(golden, Run(new TopologyTestDriver(ArbitrageTopology.Build(1), partitions: 5)));
        Assert.Equal(golden, Run(new TopologyTestDriver(ArbitrageTopology.Build(1)), times: 2).Distinct());

        for (var stop = 0; stop < 20; stop++)
        {
            var first = new TopologyTestDriver(ArbitrageTopology.Build(1), partitions: 3);
            var rows = Run(first, until: stop);
            rows.AddRange(Run(new TopologyTestDriver(ArbitrageTopology.Build(1), partitions: 3, first.Snapshot())));
            Assert.Equal(golden, rows.Order());
        }

        static List<string> Run(TopologyTestDriver driver, int times = 1, int until = 20)
        {
            for (var slot = 0; slot < until; slot++)
            {
                for (var i = 0; i < times; i++) { Pipe(driver, slot, Cases[..(1 + (slot % Cases.Length))]); }
            }

            var rows = driver.ReadAll(Topics.Arbitrages, a => $"{a.Slot} {a.TxIndex} {a.Id} {a.Gross} {a.Net} {a.Class}");
            rows.AddRange(driver.ReadAll(Topics.Rejections, r => $"{r.Slot} {r.Reason} {r.Count}"));
            rows.Sort();
            return rows;
        }
    }

    [Fact]
    public void Prices_look_into_earlier_blocks_of_the_group_whose_records_are_used_again_only_afterwards()
    {
        const string WinsBonk = "swap P1 alice 1000 BONK > 2000000000 SOL\nswap P2 alice 2000000000 SOL > 1050 BONK\ntip 1";
        var driver = new TopologyTestDriver(ArbitrageTopology.Build(version: 3));
        Pipe(driver, 40, ["swap T1 bob 1000000000 SOL > 500 BONK", "swap T2 bob 1010000000 SOL > 500 BONK"]);
        Pipe(driver, 41, ["swap P9 bob 1000000000 SOL > 70 WIF", "swap P9 bob 1000000000 SOL > 69 WIF"]);
        Pipe(driver, 42, [WinsBonk]);
        Pipe(driver, 43, [WinsBonk]);
        Pipe(driver, 44, [WinsBonk]); // another group's, with the slot before it
        Assert.Equal([(42L, 4), (43L, 4), (44L, 2)], driver.ReadAll(Topics.Arbitrages, a => (a.Slot, a.PricePools)));
    }

    private static void Pipe(TopologyTestDriver driver, long slot, string[] cases, bool isContext = false)
    {
        var batch = driver.PoolOf(Topics.Blocks).Rent();
        batch.Slot = slot;
        ref var block = ref batch.Records.Add();
        block.Slot = slot;
        block.IsContext = isContext;
        for (var i = 0; i < cases.Length; i++)
        {
            ref var tx = ref block.Transactions.Add();
            tx = new ArbitrageCase(cases[i]).Tx;
            tx.Index = i;
        }

        driver.Pipe(batch);
    }
}
