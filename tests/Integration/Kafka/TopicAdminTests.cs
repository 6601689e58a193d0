using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;
using Sluice.Tests.Broker;
using static Sluice.Tests.Integration.Kafka.KafkaHarness;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Topics are made as they should be, and what is other than it should be is named.</summary>
public class TopicAdminTests
{
    [Fact]
    public async Task What_is_missing_is_created_and_found_again()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = 5 };
        using var admin = new TopicAdmin(options, NullLogger.Instance);
        for (var i = 0; i < 2; i++)
        {
            var made = await admin.EnsureAsync([TopicSpec.Of(Topics.Blocks, options), TopicSpec.Changelog(options.TopicPrefix + "state", 3)]);
            Assert.Equal(5, made[options.NameOf(Topics.Blocks)]);
            Assert.Equal(3, made[options.TopicPrefix + "state"]);
        }

        // Two that start together both find them in the end.
        var both = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var other = new TopicAdmin(options, NullLogger.Instance);
            return await other.EnsureAsync([TopicSpec.Of(Topics.Swaps, options)]);
        })));
        Assert.All(both, b => Assert.Equal(5, b[options.NameOf(Topics.Swaps)]));
    }

    [Fact]
    public async Task A_topic_with_other_settings_is_named_with_each_of_them()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = 2 };
        using var admin = new TopicAdmin(options, NullLogger.Instance);
        var name = options.NameOf(Topics.Blocks);
        await admin.EnsureAsync([new TopicSpec(name, 2, IsCompacted: true, TimeSpan.Zero)]);
        var wanted = TopicSpec.Of(Topics.Blocks, options with { Partitions = 12 });
        var error = await Assert.ThrowsAsync<KafkaBusException>(() => admin.EnsureAsync([wanted]));
        Assert.Contains($"{name} has 2 partitions, wanted are 12", error.Message, StringComparison.Ordinal);
        Assert.Contains($"{name} has cleanup.policy=compact, wanted is delete", error.Message, StringComparison.Ordinal);
        Assert.Contains("retention.ms=-1, wanted is 604800000", error.Message, StringComparison.Ordinal);
        using var lenient = new TopicAdmin(options with { TopicCheck = TopicCheck.Partitions }, NullLogger.Instance);
        Assert.Equal(2, (await lenient.EnsureAsync([TopicSpec.Of(Topics.Blocks, options)]))[name]);
    }

    [Fact]
    public async Task Brokers_that_do_not_answer_are_named()
    {
        var options = new KafkaOptions { BootstrapServers = "127.0.0.1:1" };
        using var admin = new TopicAdmin(options, NullLogger.Instance);
        var error = await Assert.ThrowsAsync<KafkaBusException>(() => admin.EnsureAsync([TopicSpec.Of(Topics.Blocks, options)]));
        Assert.Contains("127.0.0.1:1 cannot be reached", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topology_of_two_sources_gets_the_same_partitions_of_both()
    {
        await using var cluster = KafkaCluster.StartStrict(new TestBrokerOptions());
        var options = cluster.Options() with { Partitions = 4 };
        var other = new Topic<Rejection>(
            "others", "slot", "none", static (in r, key) => BitConverter.TryWriteBytes(key, System.Net.IPAddress.HostToNetworkOrder(r.Slot)) ? 8 : 0, static (in r) => r.Slot, TimeSpan.FromHours(1));
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<long, (int, int)>();
        var topology = new TopologyBuilder("two")
            .AddSource("numbers", TestTopologies.Numbers)
            .AddSource("others", other)
            .AddProcessor("pair", () => new Pairs(seen), "numbers", "others")
            .AddSink("results", TestTopologies.Results, "pair")
            .Build();
        await using var streams = Run(options, topology);
        await using var more = Run(options, topology);
        await UntilAsync(
            () => streams.Streams.Tasks.Count(t => t.State == KafkaTaskState.Running) == 2 && more.Streams.Tasks.Count(t => t.State == KafkaTaskState.Running) == 2, "each has two tasks");
        Write(options, TestTopologies.Numbers, 4, Enumerable.Range(0, 100).Select(i => Number(i, 1)));
        Write(options, other, 4, Enumerable.Range(0, 100).Select(i => Number(i, 2)));
        Assert.Equal(100, Read(options, TestTopologies.Results, 4, r => r.Slot, all => all.Count >= 100).Distinct().Count());
    }

    [Fact]
    public async Task Sources_with_unequal_partitions_are_refused()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options();
        using (var admin = new TopicAdmin(options, NullLogger.Instance))
        {
            await admin.EnsureAsync([TopicSpec.Of(TestTopologies.Numbers, options with { Partitions = 2 }), TopicSpec.Of(TestTopologies.Results, options with { Partitions = 3 })]);
        }

        var topology = new TopologyBuilder("unequal")
            .AddSource("numbers", TestTopologies.Numbers)
            .AddSource("results", TestTopologies.Results)
            .AddProcessor("pair", () => new Pairs([]), "numbers", "results")
            .Build();
        var streams = new KafkaStreams(options, [topology], await TopicFormats.CreateAsync(new FormatOptions(), default));
        var error = await Assert.ThrowsAsync<KafkaBusException>(() => streams.RunAsync(default));
        Assert.Contains("must be equal", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Gives a number out when both sources have shown it to the same task.</summary>
    private sealed class Pairs(System.Collections.Concurrent.ConcurrentDictionary<long, (int, int)> seen) : IProcessor<Rejection>
    {
        private readonly Dictionary<long, long> _sums = [];
        private ProcessorContext _context = null!;

        public void Init(ProcessorContext context) => _context = context;

        public void Process(in Rejection record, in RecordMetadata metadata)
        {
            seen[record.Slot] = (metadata.Partition, _context.Partition);
            _sums[record.Slot] = _sums.GetValueOrDefault(record.Slot) + record.Count;
            if (_sums[record.Slot] != 3) { return; }
            ref var result = ref _context.Forward(TestTopologies.Results);
            result.Slot = record.Slot;
            result.Stage = "two";
            result.Reason = "both";
        }
    }
}
