using Sluice.Streams;
using Sluice.Streams.Kafka;
using static Sluice.Tests.Integration.Kafka.KafkaHarness;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Kept and replayable state on a cluster: restored, followed, asked.</summary>
public class KafkaStateTests
{
    private const int Partitions = 3;
    private const int Keys = 60;

    [Fact]
    public async Task Kept_state_goes_on_where_it_stopped()
    {
        await using var cluster = KafkaCluster.Start();
        var options = Options(cluster);
        var topology = TestTopologies.Sum();
        cluster.CreateOnMock(options, Partitions, topology);
        for (var round = 1; round <= 3; round++)
        {
            await using var streams = Run(options, topology);
            Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 600).Select(i => Number(i % Keys, 1)));
            var expected = round * 600;
            Read(options, TestTopologies.Results, Partitions, r => r.Count, all => all.Count >= expected);
        }

        var sums = Read(options, TestTopologies.Results, Partitions, r => (r.Slot, r.Count));
        Assert.Equal(1_800, sums.Count);
        Assert.All(sums.GroupBy(s => s.Slot), g => Assert.Equal(Enumerable.Range(1, 30).Select(i => (long)i), g.Select(s => s.Count)));
    }

    [Fact]
    public async Task A_window_is_rebuilt_by_reading_and_gives_nothing_twice()
    {
        await using var cluster = KafkaCluster.Start();
        var options = Options(cluster);
        var topology = TestTopologies.Windowed();
        cluster.CreateOnMock(options, 1, topology);
        options = options with { Partitions = 1 };
        var slot = 0;
        for (var round = 1; round <= 3; round++)
        {
            await using var streams = Run(options, topology);
            Write(options, TestTopologies.Numbers, 1, Enumerable.Range(0, 25).Select(_ => Number(slot++, 1)));
            var expected = round * 25;
            Read(options, TestTopologies.Results, 1, r => r.Count, all => all.Count >= expected);
        }

        var sums = Read(options, TestTopologies.Results, 1, r => (r.Slot, r.Count));
        Assert.Equal(Enumerable.Range(0, 75).Select(s => ((long)s, (long)Math.Min(s + 1, 10))), sums);
    }

    [Fact]
    public async Task A_store_answers_when_it_is_complete_and_says_so_before()
    {
        await using var cluster = KafkaCluster.Start();
        var options = Options(cluster);
        var topology = TestTopologies.Sum();
        cluster.CreateOnMock(options, Partitions, topology);
        await using (var first = Run(options, topology))
        {
            Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 5_000).Select(i => Number(i, i)));
            Read(options, TestTopologies.Results, Partitions, r => r.Count, all => all.Count >= 5_000);
        }

        await using var second = Run(options, topology);
        var answers = new List<StoreAnswer<int>>();
        await UntilAsync(
            () =>
            {
                var now = second.Streams.QueryAsync<KeyValueStore<long, long>, int>("sum", "sums", s => s.Count).GetAwaiter().GetResult();
                answers.AddRange(now);
                return now.Count == Partitions && now.All(a => a.State == KafkaTaskState.Running);
            },
            "every partition answers");
        Assert.Equal(5_000, answers.TakeLast(Partitions).Sum(a => a.Value));

        // Whatever was answered before is the whole or nothing.
        Assert.All(answers.GroupBy(a => a.Partition), g => Assert.Single(g.Where(a => a.State == KafkaTaskState.Running).Select(a => a.Value).Distinct()));
        Assert.All(answers.Where(a => a.State != KafkaTaskState.Running), a => Assert.Equal(0, a.Value));
        await Assert.ThrowsAsync<ArgumentException>(() => second.Streams.QueryAsync<KeyValueStore<long, long>, int>("sum", "other", s => s.Count));
    }

    [Fact]
    public async Task What_stood_by_takes_over_with_its_state()
    {
        await using var cluster = KafkaCluster.Start();
        var options = Options(cluster) with { Standby = true };
        var topology = TestTopologies.Sum();
        cluster.CreateOnMock(options, Partitions, topology);
        var first = Run(options, topology);
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 3_000).Select(i => Number(i, 1)));
        Read(options, TestTopologies.Results, Partitions, r => r.Count, all => all.Count >= 3_000);
        await using var second = Run(options, topology);
        await UntilAsync(
            () => second.Streams.Tasks.Any(t => t.State == KafkaTaskState.Standby) && first.Streams.Tasks.Any(t => t.State == KafkaTaskState.Standby),
            "both own some partitions and follow the others");
        await first.DisposeAsync();
        await UntilAsync(() => second.Streams.Tasks.Count(t => t.State == KafkaTaskState.Running) == Partitions, "the second owns all");
        Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, 3_000).Select(i => Number(i, 1)));
        var sums = Read(options, TestTopologies.Results, Partitions, r => (r.Slot, r.Count), all => all.Count >= 6_000);
        Assert.All(sums.GroupBy(s => s.Slot), g => Assert.Equal([1, 2], g.Select(s => s.Count)));
    }

    private static KafkaOptions Options(KafkaCluster cluster) => cluster.Options() with { Partitions = Partitions };
}
