using System.Diagnostics;
using Confluent.Kafka;
using Sluice.Tests.Broker;
using Sluice.Tests.Broker.Protocol;
using static Sluice.Tests.Integration.Kafka.TestBrokerClients;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Producing to the test broker and consuming from it, with clients nobody here wrote.</summary>
public sealed class TestBrokerLogTests
{
    [KafkaClientFact]
    public async Task What_is_produced_is_consumed_in_order()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", partitions: 2);
        using var producer = Producer(broker);
        for (var i = 0; i < 1000; i++) { producer.Produce(new TopicPartition("t", i % 2), Message($"{i}")); }
        producer.Flush(Patience);

        var values = ReadToEnd(broker, "t");
        Assert.Equal(1000, values.Count);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{2 * i}"), values.Where(value => int.Parse(value) % 2 == 0));
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{(2 * i) + 1}"), values.Where(value => int.Parse(value) % 2 == 1));
        Assert.Equal(1000, broker.ReadCommitted("t").Count);
    }

    [KafkaClientTheory]
    [InlineData(CompressionType.None)]
    [InlineData(CompressionType.Gzip)]
    [InlineData(CompressionType.Snappy)]
    [InlineData(CompressionType.Lz4)]
    public async Task Records_are_read_for_inspection_whatever_their_compression(CompressionType compression)
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker, configure: config => config.CompressionType = compression);
        var sent = Enumerable.Range(0, 300).Select(i => $"value {i} " + new string((char)('a' + (i % 26)), i)).ToList();
        foreach (var value in sent) { producer.Produce("t", Message(value)); }
        producer.Flush(Patience);

        Assert.Equal(sent, broker.ReadCommitted("t").Select(record => record.ValueText));
        Assert.Equal(sent, ReadToEnd(broker, "t"));
        Assert.Equal((int)compression, broker.RawBatches("t", 0)[^1].Span[22] & 7);
    }

    [KafkaClientFact]
    public async Task A_topic_that_does_not_exist_is_not_created_unless_the_options_say_so()
    {
        await using var broker = TestBroker.Start();
        using var producer = Producer(broker, configure: config => config.MessageTimeoutMs = 2000);
        var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.ProduceAsync("t", Message("v")));
        Assert.Contains(refused.Error.Code, new[] { Confluent.Kafka.ErrorCode.Local_UnknownTopic, Confluent.Kafka.ErrorCode.UnknownTopicOrPart, Confluent.Kafka.ErrorCode.Local_MsgTimedOut });
        Assert.Empty(broker.Topics);

        await using var creating = TestBroker.Start(new TestBrokerOptions { AutoCreateTopics = true, DefaultPartitions = 3 });
        using var other = Producer(creating);
        _ = await other.ProduceAsync("t", Message("v"));
        Assert.Equal(3, creating.Offsets("t").Count);
    }

    [KafkaClientFact]
    public async Task A_message_larger_than_the_topic_allows_is_refused()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", 1, ("max.message.bytes", "2000"));
        using var producer = Producer(broker);
        _ = await producer.ProduceAsync("t", Message(new string('x', 1000)));
        var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync("t", Message(new string('x', 3000))));
        Assert.Equal(Confluent.Kafka.ErrorCode.MsgSizeTooLarge, refused.Error.Code);
        Assert.Single(broker.ReadAll("t"));
    }

    [KafkaClientFact]
    public async Task A_batch_whose_answer_was_lost_is_stored_once()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker);
        _ = await producer.ProduceAsync("t", Message("first"));
        broker.LoseAnswers(ApiKey.Produce, 2);
        var second = await producer.ProduceAsync("t", Message("second"));
        _ = await producer.ProduceAsync("t", Message("third"));

        Assert.Equal(1, second.Offset.Value);
        Assert.Equal(["first", "second", "third"], broker.ReadAll("t").Select(record => record.ValueText));
    }

    [KafkaClientFact]
    public async Task An_injected_error_is_retried_by_the_client_and_nothing_is_stored_for_it()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker);
        broker.InjectError(ApiKey.Produce, Broker.Protocol.ErrorCode.NotLeaderOrFollower, 2);
        var stored = await producer.ProduceAsync("t", Message("v"));
        Assert.Equal(0, stored.Offset.Value);
        Assert.Single(broker.ReadAll("t"));
    }

    [KafkaClientFact]
    public async Task Clients_survive_that_the_broker_goes_away_and_comes_back()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker);
        using var consumer = Consumer(broker, "g");
        consumer.Subscribe("t");
        _ = await producer.ProduceAsync("t", Message("before"));
        var values = new List<string>();
        void Collect(int count)
        {
            var watch = Stopwatch.StartNew();
            while (values.Count < count)
            {
                Assert.True(watch.Elapsed < Patience, $"{values.Count} of {count} records came.");
                if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is { IsPartitionEOF: false } result) { values.Add(result.Message.Value); }
            }
        }

        Collect(1);
        broker.GoAway();
        Assert.Equal(0, broker.ConnectionCount);
        var during = producer.ProduceAsync("t", Message("during"));
        Assert.Null(consumer.Consume(TimeSpan.FromMilliseconds(200)));
        Assert.False(during.IsCompleted);
        broker.ComeBack();
        _ = await during.WaitAsync(Patience);
        broker.KillConnections();
        _ = await producer.ProduceAsync("t", Message("after")).WaitAsync(Patience);
        Collect(3);
        Assert.Equal(["before", "during", "after"], values);
    }

    [KafkaClientFact]
    public async Task Paused_connections_answer_when_they_are_resumed()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker);
        _ = await producer.ProduceAsync("t", Message("before"));
        broker.PauseConnections();
        var during = producer.ProduceAsync("t", Message("during"));
        await Assert.ThrowsAsync<TimeoutException>(() => during.WaitAsync(TimeSpan.FromMilliseconds(300)));
        Assert.Single(broker.ReadAll("t"));
        broker.ResumeConnections();
        _ = await during.WaitAsync(Patience);
        Assert.Equal(2, broker.ReadAll("t").Count);
    }

    [KafkaClientFact]
    public async Task Offsets_are_found_by_time()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker);
        for (var i = 0; i < 10; i++)
        {
            _ = await producer.ProduceAsync("t", new Message<string, string>
            {
                Key = "k",
                Value = $"{i}",
                Timestamp = new Timestamp(1_700_000_000_000 + (i * 1000), TimestampType.CreateTime),
            });
        }

        using var consumer = Consumer(broker, "g");
        var found = consumer.OffsetsForTimes(
            [new TopicPartitionTimestamp("t", 0, new Timestamp(1_700_000_004_500, TimestampType.CreateTime))], Patience);
        Assert.Equal(5, found[0].Offset.Value);
        var ends = consumer.QueryWatermarkOffsets(new TopicPartition("t", 0), Patience);
        Assert.Equal((0, 10), (ends.Low.Value, ends.High.Value));
    }

    [KafkaClientFact]
    public async Task Compaction_keeps_the_newest_record_of_a_key_at_its_offset()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", 1, ("cleanup.policy", "compact"));
        using var producer = Producer(broker, "id", config => config.CompressionType = CompressionType.Lz4);
        producer.InitTransactions(Patience);
        foreach (var commit in new[] { true, false, true })
        {
            producer.BeginTransaction();
            for (var i = 0; i < 50; i++) { producer.Produce("t", Message($"{i} {commit}", $"{i % 5}")); }
            producer.Produce("t", new Message<string, string> { Key = "gone", Value = null! });
            if (commit) { producer.CommitTransaction(Patience); } else { producer.AbortTransaction(Patience); }
        }

        var before = broker.Offsets("t")[0];
        broker.Compact("t", dropTombstones: true);
        var expected = Enumerable.Range(45, 5).Select(i => $"{i} True").ToList();
        Assert.Equal(expected, broker.ReadCommitted("t").Select(record => record.ValueText));
        Assert.Equal(expected, ReadToEnd(broker, "t"));
        Assert.Equal(before, broker.Offsets("t")[0]);
        Assert.Equal(expected, ReadToEnd(broker, "t", IsolationLevel.ReadUncommitted));
    }
}
