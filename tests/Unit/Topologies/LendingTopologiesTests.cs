using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;
using Sluice.Tests.Unit.Detection;

namespace Sluice.Tests.Unit.Topologies;

/// <summary>Liquidations, failed attempts, just-in-time liquidity and bundles: the same rows whatever the partitions, the copies, the duplicates and the restarts.</summary>
public class LendingTopologiesTests
{
    private const string Cycle = "\n swap P1 bob 1000000000 SOL > 150000000 USDC\n swap P2 bob 150000000 USDC > 1010000000 SOL\n delta bob 10000000 SOL";

    /// <summary>Findings within groups, over a group's border, and of which only the neighbour's slots tell.</summary>
    private static readonly Dictionary<long, string> Blocks = new()
    {
        [101] = "tx alice\n liquidate solend alice debtor repaid 150000000 USDC seized 1050000000 SOL\n delta alice 5000000 USDC\ntx z failed\n liquidate solend z debtor",
        [102] = "tx x failed wrapper bot\ntx y failed wrapper app",
        [103] = "tx lp\n add P lp 1000000 SOL 150000 USDC position X\ntx w failed wrapper bot",
        [104] = "tx bob wrapper bot" + Cycle + "\ntx victim\n swap P victim 500000 SOL > 74000 USDC\ntx v failed wrapper bot",
        [105] = "tx lp\n remove P lp 1500300 SOL 76000 USDC position X\ntx s\n add Q s 5 SOL 6 USDC position S",
        [107] = "tx lp\n add P lp 1000000 SOL 150000 USDC position X\ntx victim\n swap P victim 500000 SOL > 74000 USDC\ntx lp tip 9\n remove P lp 1500300 SOL 76000 USDC position X",
        [108] = "tx a\ntx a tip 5\ntx u failed wrapper bot",
        [110] = "tx c failed wrapper other",
        [111] = "tx lp\n add R lp 1000000 SOL 150000 USDC position Y\ntx victim\n swap R victim 500000 SOL > 74000 USDC",
        [113] = "tx lp\n remove R lp 1500300 SOL 76000 USDC position Y",
        [116] = "tx t failed\n liquidate solend t debtor",
        [118] = "tx lp\n add T lp 1000000 SOL 150000 USDC position Z",
        [120] = "tx victim\n swap T victim 500000 SOL > 74000 USDC\ntx lp\n remove T lp 1500300 SOL 76000 USDC position Z",
    };

    public static TheoryData<string> Names => [LiquidationTopology.Name, JitTopology.Name, BundlesTopology.Name];

    [Fact]
    public void Liquidations_and_attempts_are_found_and_the_rest_is_counted()
    {
        var rows = Run(LiquidationTopology.Name, 1);
        Assert.Equal(
            [
                "attempt 101 INSTRUCTION 0", "attempt 102 PROGRAM 1", "attempt 103 PROGRAM 1", "attempt 104 PROGRAM 1", "attempt 116 INSTRUCTION 0",
                "liquidation 101 5000000", "rejected 101 liquidation failed_transaction 1", "rejected 102 attempt plain_failure 1", "rejected 108 attempt plain_failure 1",
                "rejected 110 attempt plain_failure 1", "rejected 116 liquidation failed_transaction 1",
            ],
            rows);
    }

    [Fact]
    public void Liquidity_over_a_groups_border_is_the_group_of_its_victim()
    {
        var rows = Run(JitTopology.Name, 1);
        Assert.Equal(["jit 104 103-105 300", "jit 107 107-107 300", "jit 111 111-113 300", "jit 120 118-120 300", "rejected 105 jit stays 1", "rejected 111 jit stays 1"], rows);
    }

    [Fact]
    public void Bundles_are_each_blocks_own() => Assert.Equal(
        ["bundle 107 3", "bundle 108 2", "rejected 111 bundles no_tip 1", "rejected 120 bundles no_tip 1"], Run(BundlesTopology.Name, 1));

    [Theory]
    [MemberData(nameof(Names))]
    public void Partitions_copies_and_duplicates_change_nothing(string name)
    {
        var golden = Run(name, 1);
        Assert.NotEmpty(golden);
        Assert.Equal(golden, Run(name, 1, copies: true));
        Assert.Equal(golden, Run(name, 1, times: 2).Distinct().Order(StringComparer.Ordinal));
        for (var partitions = 2; partitions < 7; partitions++) { Assert.Equal(golden, Run(name, partitions, copies: true)); }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_restart_anywhere_gives_the_same_rows(string name)
    {
        var golden = Run(name, 1);
        for (var stop = 100; stop <= 117; stop++)
        {
            var first = new TopologyTestDriver(TopologyCatalog.Build(name, 1), 3);
            Feed(first, 3, copies: true, until: stop);
            var rows = Rows(name, first);
            var second = new TopologyTestDriver(TopologyCatalog.Build(name, 1), 3, first.Snapshot());
            Feed(second, 3, copies: true, until: long.MaxValue);
            second.Finish();
            rows.AddRange(Rows(name, second));
            Assert.Equal(golden, rows.Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Unrelated_blocks_change_nothing(string name)
    {
        var golden = Run(name, 1);
        var noise = Enumerable.Range(200, 40).ToDictionary(s => (long)s, s => $"tx n{s}\n swap N n{s} 5 SOL > 6 WIF");
        Assert.Equal(golden, Run(name, 1, more: noise));
    }

    private static List<string> Run(string name, int partitions, bool copies = false, int times = 1, Dictionary<long, string>? more = null)
    {
        var driver = new TopologyTestDriver(TopologyCatalog.Build(name, 1), partitions);
        Feed(driver, partitions, copies, long.MaxValue, times, more);
        driver.Finish();
        return [.. Rows(name, driver).Order(StringComparer.Ordinal)];
    }

    private static void Feed(TopologyTestDriver driver, int partitions, bool copies, long until, int times = 1, Dictionary<long, string>? more = null)
    {
        foreach (var (slot, text) in Blocks.Concat(more ?? []).Where(b => b.Key < until).OrderBy(b => b.Key))
        {
            for (var i = 0; i < times; i++)
            {
                // The copy of a group's last slot comes before the next group, that of its first after the group before.
                Pipe(driver, partitions, slot, text, slot / 4, isContext: false);
                if (copies && slot % 4 == 3) { Pipe(driver, partitions, slot, text, (slot / 4) + 1, isContext: true); }
                if (copies && slot % 4 == 0) { Pipe(driver, partitions, slot, text, (slot / 4) - 1, isContext: true); }
            }
        }
    }

    private static void Pipe(TopologyTestDriver driver, int partitions, long slot, string text, long group, bool isContext)
    {
        var batch = driver.PoolOf(Topics.Blocks).Rent();
        batch.Slot = slot;
        batch.Records.Add() = new BlockText(text, slot, isContext).Block;
        var home = new RecordList<Block>();
        ref var first = ref home.Add();
        first.Slot = group * (long)WellKnown.SlotsPerLeaderGroup;
        driver.PipeTo(Topics.Blocks.PartitionOf(in first, partitions), batch);
    }

    private static List<string> Rows(string name, TopologyTestDriver driver)
    {
        var rows = new List<string>();
        var outputs = TopologyCatalog.Build(name, 1).Outputs;
        Read(Topics.Liquidations, l => $"liquidation {l.Slot} {l.Gross}");
        Read(Topics.Attempts, a => $"attempt {a.Slot} {a.Evidence.ToString().ToUpperInvariant()} {a.Successes}");
        Read(Topics.Jit, j => $"jit {j.Slot} {j.FirstSlot}-{j.LastSlot} {j.Gross}");
        Read(Topics.Bundles, b => $"bundle {b.Slot} {b.TransactionCount}");
        Read(Topics.Rejections, r => $"rejected {r.Slot} {r.Stage} {r.Reason} {r.Count}");
        return rows;

        void Read<T>(Topic<T> topic, Func<T, string> select)
            where T : struct, IRecord
        {
            if (outputs.Contains(topic)) { rows.AddRange(driver.ReadAll(topic, select)); }
        }
    }
}
