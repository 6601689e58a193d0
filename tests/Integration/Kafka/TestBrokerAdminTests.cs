using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sluice.Tests.Broker;
using static Sluice.Tests.Integration.Kafka.TestBrokerClients;
using KafkaError = Confluent.Kafka.ErrorCode;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Topics and their configuration, with Confluent's admin client.</summary>
public sealed class TestBrokerAdminTests
{
    [KafkaClientFact]
    public async Task Topics_are_created_with_their_configuration_described_and_deleted()
    {
        await using var broker = TestBroker.Start();
        using var admin = Admin(broker);
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification
            {
                Name = "t",
                NumPartitions = 3,
                ReplicationFactor = 1,
                Configs = new() { ["cleanup.policy"] = "compact", ["retention.ms"] = "1234" },
            },
        ]);
        var topic = admin.GetMetadata("t", Patience).Topics.Single();
        Assert.Equal([0, 1, 2], topic.Partitions.Select(one => one.PartitionId).Order());

        var resource = new ConfigResource { Type = ResourceType.Topic, Name = "t" };
        var configs = (await admin.DescribeConfigsAsync([resource])).Single().Entries;
        Assert.Equal(("compact", ConfigSource.DynamicTopicConfig), (configs["cleanup.policy"].Value, configs["cleanup.policy"].Source));
        Assert.Equal("1234", configs["retention.ms"].Value);
        Assert.Equal(("1048588", ConfigSource.DefaultConfig), (configs["max.message.bytes"].Value, configs["max.message.bytes"].Source));
        Assert.True(configs["compression.type"].IsDefault);

        await admin.IncrementalAlterConfigsAsync(new()
        {
            [resource] = [new ConfigEntry { Name = "retention.ms", Value = "99", IncrementalOperation = AlterConfigOpType.Set }],
        });
        configs = (await admin.DescribeConfigsAsync([resource])).Single().Entries;
        Assert.Equal(("99", "compact"), (configs["retention.ms"].Value, configs["cleanup.policy"].Value));

        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = "t", IncreaseTo = 5 }]);
        Assert.Equal(5, broker.Offsets("t").Count);
        await admin.DeleteTopicsAsync(["t"]);
        Assert.Empty(broker.Topics);
        var gone = await Assert.ThrowsAsync<DescribeConfigsException>(() => admin.DescribeConfigsAsync([resource]));
        Assert.Equal(KafkaError.UnknownTopicOrPart, gone.Results.Single().Error.Code);
    }

    [KafkaClientTheory]
    [InlineData("taken", 1, 1, "retention.ms", "1", KafkaError.TopicAlreadyExists)]
    [InlineData("t", 1, 3, "retention.ms", "1", KafkaError.InvalidReplicationFactor)]
    [InlineData("bad name", 1, 1, "retention.ms", "1", KafkaError.TopicException)]
    [InlineData("t", 1, 1, "no.such.config", "1", KafkaError.InvalidConfig)]
    [InlineData("t", 1, 1, "retention.ms", "soon", KafkaError.InvalidConfig)]
    public async Task A_topic_that_cannot_be_is_refused(
        string name, int partitions, short replicas, string config, string value, KafkaError expected)
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("taken");
        using var admin = Admin(broker);
        var refused = await Assert.ThrowsAsync<CreateTopicsException>(() => admin.CreateTopicsAsync(
            [new TopicSpecification { Name = name, NumPartitions = partitions, ReplicationFactor = replicas, Configs = new() { [config] = value } }]));
        Assert.Equal(expected, refused.Results.Single().Error.Code);
        Assert.Equal(["taken"], broker.Topics);
    }

    [KafkaClientFact]
    public async Task More_replicas_are_accepted_where_the_options_pretend_more_brokers()
    {
        await using var broker = TestBroker.Start(new TestBrokerOptions { Brokers = 3 });
        using var admin = Admin(broker);
        await CreateTopicAsync(admin, "t", partitions: 2, replicas: 3);
        using var producer = Producer(broker);
        _ = await producer.ProduceAsync("t", Message("v"));
        Assert.Equal(["v"], ReadToEnd(broker, "t"));
        Assert.Equal(3, admin.GetMetadata("t", Patience).Topics.Single().Partitions[0].InSyncReplicas.Length);
    }

    [KafkaClientFact]
    public async Task A_compacted_topic_takes_no_record_without_a_key()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", 1, ("cleanup.policy", "compact"));
        using var producer = Producer(broker);
        var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync("t", new Message<string, string> { Key = null!, Value = "v" }));
        Assert.Equal(KafkaError.InvalidRecord, refused.Error.Code);
    }

    [KafkaClientFact]
    public async Task Deleted_records_are_gone_for_every_reader()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker);
        for (var i = 0; i < 5; i++) { _ = await producer.ProduceAsync("t", Message($"{i}")); }
        using var admin = Admin(broker);
        _ = await admin.DeleteRecordsAsync([new TopicPartitionOffset("t", 0, 3)]);
        Assert.Equal(["3", "4"], ReadToEnd(broker, "t"));
        Assert.Equal(3, broker.Offsets("t")[0].StartOffset);
    }
}
