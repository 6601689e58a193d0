using Sluice.Streams;
using Sluice.Streams.Kafka;
using static Sluice.Tests.Integration.Kafka.KafkaHarness;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>The Kafka bus on a cluster.</summary>
public class KafkaStreamsTests
{
    private const int Partitions = 4;

    [Theory]
    [InlineData(ProcessingGuarantee.ExactlyOnce, false)]
    [InlineData(ProcessingGuarantee.AtLeastOnce, false)]
    [InlineData(ProcessingGuarantee.ExactlyOnce, true)]
    [InlineData(ProcessingGuarantee.AtLeastOnce, true)]
    public async Task Every_record_comes_out_once_and_in_the_order_of_its_partition(ProcessingGuarantee guarantee, bool onMock)
    {
        await using var cluster = onMock ? KafkaCluster.StartMock() : KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = Partitions, Guarantee = guarantee };
        var topology = TestTopologies.Copy();
        cluster.CreateOnMock(options, Partitions, topology);
        await using var streams = Run(options, topology);
        await UntilAsync(() => streams.Streams.Tasks.Count(t => t.State == KafkaTaskState.Running) == Partitions, "all tasks run");
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 10_000).Select(i => Number(i % 500, i)));
        var results = Read(options, TestTopologies.Results, Partitions, r => (r.Slot, r.Count), r => r.Count >= 10_000);
        Assert.Equal(10_000, results.Distinct().Count());
        Assert.Equal(10_000, results.Count);
        Assert.All(results.GroupBy(r => r.Slot), g => Assert.Equal(g.Select(r => r.Count).Order(), g.Select(r => r.Count)));
    }

    [Fact]
    public async Task Bytes_that_are_no_record_and_a_record_that_a_processor_fails_on_become_dead_letters_and_the_rest_goes_on()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = 1 };
        var topology = TestTopologies.Copy();
        cluster.CreateOnMock(options, 1, topology);
        await using var streams = Run(options, topology);
        Write(options, TestTopologies.Numbers, 1, Enumerable.Range(0, 100).Select(i => Number(7, i)));
        WriteRaw(options, TestTopologies.Numbers, 0, [1, 2, 3], [9, 9, 9]);
        Write(options, TestTopologies.Numbers, 1, [Number(7, 100), Number(8, 101, "poison"), Number(8, 102)]);
        var letters = Read(options, Topics.DeadLetters, 1, l => (l.Reason, l.Offset, l.PayloadLength), l => l.Select(x => x.Reason).Distinct().Count() >= 2);
        var results = Read(options, TestTopologies.Results, 1, r => r.Count, r => r.Contains(102));
        Assert.Equal(Enumerable.Range(0, 103).Where(i => i != 101).Select(i => (long)i), results.Distinct());
        Assert.Contains(letters, l => l is { Reason: "processor_failed", Offset: 102 });
        Assert.Contains(letters, l => l is { Reason: not "processor_failed", Offset: 100, PayloadLength: 3 });
        if (!cluster.IsMock) { Assert.Equal(102, results.Count); }
    }

    [Fact]
    public async Task Two_processes_share_the_partitions_and_the_one_that_stays_takes_all()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = Partitions };
        var topology = TestTopologies.Copy();
        cluster.CreateOnMock(options, Partitions, topology);
        var first = Run(options, topology);
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 1_000).Select(i => Number(i, i)));
        await using var second = Run(options, topology);
        await UntilAsync(() => Running(first) == Partitions / 2 && Running(second) == Partitions / 2, "each has half of the tasks");
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(1_000, 1_000).Select(i => Number(i, i)));
        await first.DisposeAsync();
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(2_000, 1_000).Select(i => Number(i, i)));
        await UntilAsync(() => Running(second) == Partitions, "the second has all tasks");
        var results = Read(options, TestTopologies.Results, Partitions, r => r.Count, r => r.Distinct().Count() >= 3_000);
        Assert.Equal(Enumerable.Range(0, 3_000).Select(i => (long)i), results.Distinct().Order());
        if (!cluster.IsMock) { Assert.Equal(3_000, results.Count); }

        static int Running(RunningStreams streams) => streams.Streams.Tasks.Count(t => t.State == KafkaTaskState.Running);
    }
}
