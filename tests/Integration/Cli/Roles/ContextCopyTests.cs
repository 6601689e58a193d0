using Sluice.Streams;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Cli.Roles;

/// <summary>Whoever reads one partition finds each of its leader groups with the slot before and the slot after it, in order.</summary>
public class ContextCopyTests
{
    private const int Partitions = 3;

    [KafkaClientFact]
    public async Task Every_group_stands_with_its_neighbours_in_one_partition_in_order()
    {
        await using var cluster = KafkaCluster.Start();
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "40", "--seed", "11")).ExitCode);
        Assert.Equal(0, (await SluiceProcess.RunAsync([.. PipelineTests.Kafka("ingest", cluster), folder["blocks"], "--http", "off"])).ExitCode);
        var read = KafkaHarness.Read(
            cluster.Options(), Topics.Blocks, Partitions, b => (Partition: Topics.Blocks.PartitionOf(in b, Partitions), b.Slot, b.IsContext, Transactions: b.Transactions.Count));
        var blocks = read.Where(b => !b.IsContext).ToDictionary(b => b.Slot);
        Assert.True(blocks.Count > 20, $"{blocks.Count} blocks");

        foreach (var partition in read.GroupBy(b => b.Partition))
        {
            // Ascending, and no slot twice: a copy is not written where the block itself stands.
            Assert.Equal(partition.Select(b => b.Slot).Distinct().Order(), partition.Select(b => b.Slot));
            var slots = partition.Select(b => b.Slot).ToHashSet();
            foreach (var group in partition.Where(b => !b.IsContext).Select(b => LeaderGroup.Of(b.Slot)).Distinct())
            {
                var neighbours = new[] { (group * 4) - 1, (group * 4) + 4 }.Where(blocks.ContainsKey);
                Assert.All(neighbours, s => Assert.Contains(s, slots));
            }
        }

        Assert.All(read.Where(b => b.IsContext), copy => Assert.Equal(blocks[copy.Slot].Transactions, copy.Transactions));
        Assert.Contains(read, b => b.IsContext);
    }
}
