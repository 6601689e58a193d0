using Confluent.Kafka;
using Sluice.Sinks;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Formats.Registry;
using Sluice.Streams.Kafka;
using Sluice.Tests.Integration.Formats;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>The ClickHouse engine decodes the messages of a topic, as its Kafka engine table would, with the schema that the registry gives it.</summary>
[Collection(TestStore.Collection)]
public sealed class EngineReadsMessagesTests : IDisposable
{
    private const int Count = 300;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [EngineFact]
    public async Task Messages_in_the_registry_s_framing_are_decoded_by_the_engine()
    {
        await using var registry = await TestRegistry.StartAsync();
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = 1 };
        await using var formats = await TopicFormats.CreateAsync(
            new FormatOptions { Registry = SchemaRegistryOptions.Parse(registry.Url, null, null), TopicPrefix = options.TopicPrefix }, default);
        var role = new ExclusiveRole<long, long>(options, "engine", "state", [Topics.Rejections], formats);
        await role.RunAsync(
            (session, _) =>
            {
                for (var i = 0; i < Count; i++)
                {
                    var record = KafkaHarness.Number(i, i * 7, $"reason-{i % 3}");
                    session.Write(Topics.Rejections, in record);
                }

                return Task.CompletedTask;
            },
            default);
        var file = Path.Combine(Directory.CreateTempSubdirectory("sluice-messages-").FullName, "messages.bin");
        await File.WriteAllBytesAsync(file, Values(options));
        await using var store = await _folder.OpenAsync();
        await store.ExecuteAsync(
            $"CREATE TABLE messages ENGINE = Memory AS SELECT * FROM file('{file}', 'AvroConfluent', 'slot Int64, stage String, reason String, count Int64') SETTINGS format_avro_schema_registry_url = '{registry.Url.TrimEnd('/')}'");
        var answer = await store.QueryAsync(new ClickHouseQuery("SELECT count(), sum(slot), sum(count), uniqExact(reason), any(stage) FROM messages") { Format = "TSV" });
        Assert.Equal($"{Count}\t{Count * (Count - 1) / 2}\t{7 * Count * (Count - 1) / 2}\t3\ttest", answer.Text.Trim());
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    private static byte[] Values(KafkaOptions options)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(new ConsumerConfig
        {
            BootstrapServers = options.BootstrapServers,
            GroupId = options.GroupOf("check"),
            EnableAutoCommit = false,
            EnablePartitionEof = true,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(options.NameOf(Topics.Rejections), 0, Offset.Beginning));
        var bytes = new List<byte>();
        while (true)
        {
            var message = consumer.Consume(KafkaHarness.Deadline);
            Assert.NotNull(message);
            if (message.IsPartitionEOF) { return [.. bytes]; }
            bytes.AddRange(message.Message.Value);
        }
    }
}
