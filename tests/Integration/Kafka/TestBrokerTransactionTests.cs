using System.Diagnostics;
using Confluent.Kafka;
using Sluice.Tests.Broker;
using Sluice.Tests.Broker.Protocol;
using static Sluice.Tests.Integration.Kafka.TestBrokerClients;
using KafkaError = Confluent.Kafka.ErrorCode;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>What exactly-once rests on: transactions, fencing and offsets in transactions, with Confluent's client.</summary>
public sealed class TestBrokerTransactionTests
{
    [KafkaClientFact]
    public async Task Readers_of_committed_records_see_committed_transactions_only()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", partitions: 2);
        using var producer = Producer(broker, "id");
        using var other = Producer(broker, "other");
        producer.InitTransactions(Patience);
        other.InitTransactions(Patience);
        Write(producer, "committed", commit: true);
        Write(producer, "aborted", commit: false);
        Write(producer, "committed too", commit: true);
        other.BeginTransaction();
        _ = await other.ProduceAsync(new TopicPartition("t", 0), Message("open"));
        Write(producer, "behind the open one", commit: true);

        var open = Assert.Single(broker.OpenTransactions);
        Assert.Equal("other", open.TransactionalId);
        Assert.Equal([("t", 0)], open.Partitions);
        Assert.Equal(
            ["committed 0", "committed 1", "committed too 0", "committed too 1", "behind the open one 1"],
            ReadToEnd(broker, "t").Order(Comparer<string>.Create((a, b) => Rank(a).CompareTo(Rank(b)))));
        Assert.Contains("aborted 0", ReadToEnd(broker, "t", IsolationLevel.ReadUncommitted));
        Assert.Contains("open", ReadToEnd(broker, "t", IsolationLevel.ReadUncommitted));

        other.CommitTransaction(Patience);
        Assert.Empty(broker.OpenTransactions);
        Assert.Equal(7, ReadToEnd(broker, "t").Count);
        Assert.Equal(7, broker.ReadCommitted("t").Count);
        Assert.Equal(9, broker.ReadAll("t").Count);

        // 5 records, of which one is open's, and 4 + 1 markers; 4 records and 4 markers.
        Assert.Equal([10, 8], broker.Offsets("t").Select(one => one.EndOffset));

        static int Rank(string value) => Array.IndexOf(
            ["committed 0", "committed 1", "committed too 0", "committed too 1", "behind the open one 1"], value);
    }

    [KafkaClientFact]
    public async Task A_producer_is_fenced_by_its_successor_and_its_transaction_is_aborted()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var zombie = Producer(broker, "id");
        zombie.InitTransactions(Patience);
        zombie.BeginTransaction();
        _ = await zombie.ProduceAsync("t", Message("of the zombie"));

        using var successor = Producer(broker, "id");
        successor.InitTransactions(Patience);
        Assert.Empty(broker.OpenTransactions);
        successor.BeginTransaction();
        _ = await successor.ProduceAsync("t", Message("of the successor"));
        var fenced = Assert.ThrowsAny<KafkaException>(() => zombie.CommitTransaction(Patience));
        Assert.True(fenced.Error.IsFatal, fenced.Error.ToString());
        Assert.Contains(fenced.Error.Code, new[] { KafkaError.Local_Fenced, KafkaError.ProducerFenced, KafkaError.InvalidProducerEpoch });
        successor.CommitTransaction(Patience);

        Assert.Equal(["of the successor"], ReadToEnd(broker, "t"));
        Assert.Equal(["of the zombie", "of the successor"], ReadToEnd(broker, "t", IsolationLevel.ReadUncommitted));
    }

    [KafkaClientFact]
    public async Task A_zombie_cannot_write_into_a_partition_it_has_already_added()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var zombie = Producer(broker, "id");
        zombie.InitTransactions(Patience);
        zombie.BeginTransaction();
        _ = await zombie.ProduceAsync("t", Message("in time"));
        using var successor = Producer(broker, "id");
        successor.InitTransactions(Patience);
        _ = await Assert.ThrowsAnyAsync<KafkaException>(() => zombie.ProduceAsync("t", Message("too late")));
        Assert.Equal(["in time"], broker.ReadAll("t").Select(record => record.ValueText));
        Assert.Empty(broker.ReadCommitted("t"));
    }

    [KafkaClientFact]
    public async Task Offsets_of_a_transaction_count_once_it_is_committed()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("in");
        var input = new TopicPartition("in", 0);
        using var producer = Producer(broker, "id");
        producer.InitTransactions(Patience);
        using var consumer = Consumer(broker, "g");
        consumer.Subscribe("in");
        PollUntil(() => consumer.Assignment.Count == 1, "the partition is assigned", consumer);

        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(input, 7)], consumer.ConsumerGroupMetadata, Patience);
        Assert.Empty(broker.CommittedOffsets("g"));
        Assert.Equal(["g"], Assert.Single(broker.OpenTransactions).Groups);

        // The client asks for stable offsets, and goes on asking while a transaction has some.
        var unstable = Assert.ThrowsAny<KafkaException>(() => consumer.Committed([input], TimeSpan.FromMilliseconds(500)));
        Assert.Contains(unstable.Error.Code, new[] { KafkaError.Local_TimedOut, KafkaError.UnstableOffsetCommit });
        producer.CommitTransaction(Patience);
        Assert.Equal(7, broker.CommittedOffsets("g")[("in", 0)]);
        Assert.Equal(7, consumer.Committed([input], Patience)[0].Offset.Value);

        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new TopicPartitionOffset(input, 9)], consumer.ConsumerGroupMetadata, Patience);
        producer.AbortTransaction(Patience);
        Assert.Equal(7, consumer.Committed([input], Patience)[0].Offset.Value);
    }

    [KafkaClientFact]
    public async Task Offsets_of_a_former_generation_are_refused()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("in", partitions: 2);
        using var producer = Producer(broker, "id");
        producer.InitTransactions(Patience);
        using var first = Consumer(broker, "g");
        first.Subscribe("in");
        PollUntil(() => first.Assignment.Count == 2, "the first has both partitions", first);
        var former = first.ConsumerGroupMetadata;
        using var second = Consumer(broker, "g");
        second.Subscribe("in");
        PollUntil(() => first.Assignment.Count == 1 && second.Assignment.Count == 1, "both have one", first, second);

        producer.BeginTransaction();
        var refused = Assert.ThrowsAny<KafkaException>(() => producer.SendOffsetsToTransaction(
            [new TopicPartitionOffset("in", 0, 5)], former, Patience));
        Assert.Equal(KafkaError.IllegalGeneration, refused.Error.Code);
        Assert.True(((KafkaTxnRequiresAbortException)refused).Error.IsError);
        producer.AbortTransaction(Patience);
        Assert.Empty(broker.CommittedOffsets("g"));

        producer.BeginTransaction();
        producer.SendOffsetsToTransaction([new TopicPartitionOffset("in", 0, 5)], first.ConsumerGroupMetadata, Patience);
        producer.CommitTransaction(Patience);
        Assert.Equal(5, broker.CommittedOffsets("g")[("in", 0)]);
    }

    [KafkaClientFact]
    public async Task A_transaction_that_takes_too_long_is_aborted_and_its_producer_fenced()
    {
        var time = new JumpingTime();
        await using var broker = TestBroker.Start(new TestBrokerOptions { Time = time });
        broker.CreateTopic("t");
        using var producer = Producer(broker, "id", config => config.TransactionTimeoutMs = (int)Patience.TotalMilliseconds);
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        _ = await producer.ProduceAsync("t", Message("late"));
        time.Jump(Patience / 2);
        Assert.Single(broker.OpenTransactions);
        time.Jump(Patience / 2);
        PollUntil(() => broker.OpenTransactions.Count == 0, "the transaction is aborted");
        Assert.Equal(2, broker.Offsets("t")[0].LastStableOffset);
        var refused = Assert.ThrowsAny<KafkaException>(() => producer.CommitTransaction(Patience));
        Assert.True(refused.Error.IsFatal, refused.Error.ToString());
        Assert.Empty(ReadToEnd(broker, "t"));
    }

    [KafkaClientFact]
    public async Task A_producer_that_lost_its_place_goes_on_under_a_new_epoch()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var producer = Producer(broker, "id");
        producer.InitTransactions(Patience);
        producer.BeginTransaction();
        var first = await producer.ProduceAsync("t", Message("first"));
        broker.InjectError(ApiKey.Produce, Broker.Protocol.ErrorCode.UnknownProducerId);
        _ = await Assert.ThrowsAnyAsync<KafkaException>(() => producer.ProduceAsync("t", Message("lost")));
        var before = broker.OpenTransactions.Single();
        producer.AbortTransaction(Patience);

        producer.BeginTransaction();
        _ = await producer.ProduceAsync("t", Message("second"));
        var after = broker.OpenTransactions.Single();
        producer.CommitTransaction(Patience);
        Assert.Equal((before.ProducerId, before.Epoch + 1), (after.ProducerId, after.Epoch));
        Assert.Equal(["second"], ReadToEnd(broker, "t"));
        Assert.Equal(0, first.Offset.Value);
    }

    [KafkaClientTheory]
    [InlineData(ApiKey.EndTxn)]
    [InlineData(ApiKey.AddPartitionsToTxn)]
    [InlineData(ApiKey.Produce)]
    public async Task A_lost_answer_in_a_transaction_changes_nothing(ApiKey request)
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", partitions: 2);
        using var producer = Producer(broker, "id");
        producer.InitTransactions(Patience);
        broker.LoseAnswers(request);
        Write(producer, "a", commit: true);
        Write(producer, "b", commit: true);
        Assert.Equal(["a 0", "a 1", "b 0", "b 1"], ReadToEnd(broker, "t").Order());
        Assert.Equal(4, broker.ReadAll("t").Count);
    }

    [KafkaClientFact]
    public async Task Markers_may_come_after_the_answer_and_the_client_waits_for_them()
    {
        await using var broker = TestBroker.Start(new TestBrokerOptions { MarkerDelay = TimeSpan.FromMilliseconds(150) });
        broker.CreateTopic("t", partitions: 2);
        using var producer = Producer(broker, "id");
        producer.InitTransactions(Patience);
        for (var i = 0; i < 5; i++) { Write(producer, $"{i}", commit: i != 2); }
        PollUntil(() => broker.OpenTransactions.Count == 0, "the last markers are there");
        Assert.Equal(["0", "1", "3", "4"], broker.ReadCommitted("t").Where(one => one.Partition == 0).Select(one => one.ValueText![..1]));
        Assert.Equal(8, ReadToEnd(broker, "t").Count);
    }

    [KafkaClientFact]
    public async Task Every_record_is_processed_exactly_once_although_connections_break_and_answers_get_lost()
    {
        const int records = 2000;
        await using var broker = TestBroker.Start(new TestBrokerOptions { MarkerDelay = TimeSpan.FromMilliseconds(2) });
        broker.CreateTopic("in", partitions: 4);
        broker.CreateTopic("out", partitions: 2);
        using (var feeder = Producer(broker))
        {
            for (var i = 0; i < records; i++) { feeder.Produce(new TopicPartition("in", i % 4), Message($"{i}")); }
            feeder.Flush(Patience);
        }

        using var done = new CancellationTokenSource();
        var workers = Enumerable.Range(0, 2).Select(i => Task.Run(() => Work(broker, $"worker-{i}", done.Token))).ToArray();
        Action[] faults =
        [
            broker.KillConnections,
            () => broker.LoseAnswers(ApiKey.EndTxn),
            () => broker.LoseAnswers(ApiKey.TxnOffsetCommit),
            () => broker.InjectError(ApiKey.AddOffsetsToTxn, Broker.Protocol.ErrorCode.CoordinatorNotAvailable),
            () => broker.LoseAnswers(ApiKey.Produce),
            () => broker.InjectError(ApiKey.EndTxn, Broker.Protocol.ErrorCode.NotCoordinator),
            () => broker.LoseAnswers(ApiKey.AddPartitionsToTxn),
        ];
        try
        {
            // One fault after the other, each when some more was done.
            for (var i = 0; i < faults.Length; i++)
            {
                var goal = (i + 1) * records / (faults.Length + 1);
                await CommittedAsync(broker, goal, workers);
                faults[i]();
            }

            await CommittedAsync(broker, records, workers);
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(workers).WaitAsync(Patience);
        }

        var values = broker.ReadCommitted("out").Select(record => int.Parse(record.ValueText!)).Order().ToList();
        Assert.Equal(Enumerable.Range(0, records), values);
    }

    private static void Write(IProducer<string, string> producer, string value, bool commit)
    {
        producer.BeginTransaction();
        for (var partition = 0; partition < 2; partition++) { producer.Produce(new TopicPartition("t", partition), Message($"{value} {partition}")); }
        producer.Flush(Patience); // an abort would drop what was not sent yet
        if (commit) { producer.CommitTransaction(Patience); } else { producer.AbortTransaction(Patience); }
    }

    private static async Task CommittedAsync(TestBroker broker, int records, Task[] workers)
    {
        var watch = Stopwatch.StartNew();
        while (broker.CommittedOffsets("g").Values.Sum() < records)
        {
            Assert.True(watch.Elapsed < 2 * Patience, $"Only {broker.CommittedOffsets("g").Values.Sum()} of {records} offsets were committed.");
            Assert.DoesNotContain(workers, worker => worker.IsCompleted);
            await Task.Delay(20);
        }
    }

    /// <summary>Reads, writes and commits offsets in one transaction; begins anew from the committed offsets after an abort.</summary>
    private static void Work(TestBroker broker, string transactionalId, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            // What was read of partitions that were taken away meanwhile is another's now, and is read again where they come back.
            var batch = new List<(TopicPartition From, string Value, long Next)>();
            using var producer = Producer(broker, transactionalId);
            using var consumer = ConsumerBuilder(broker, "g").SetPartitionsRevokedHandler((_, _) => batch.Clear()).SetPartitionsLostHandler((_, _) => batch.Clear()).Build();
            try
            {
                producer.InitTransactions(Patience);
                consumer.Subscribe("in");
                while (!ct.IsCancellationRequested) { Step(producer, consumer, batch); }
            }
            catch (KafkaException)
            {
                // Fatal, or an abort that failed too: a new producer and a new member take over.
            }

            consumer.Close();
        }
    }

    private static void Step(IProducer<string, string> producer, IConsumer<string, string> consumer, List<(TopicPartition From, string Value, long Next)> batch)
    {
        batch.Clear();
        for (var i = 0; i < 25; i++)
        {
            var result = consumer.Consume(TimeSpan.FromMilliseconds(20));
            if (result is null or { IsPartitionEOF: true }) { continue; }
            batch.Add((result.TopicPartition, result.Message.Value, result.Offset.Value + 1));
        }

        if (batch.Count == 0) { return; }
        producer.BeginTransaction();
        try
        {
            foreach (var one in batch) { producer.Produce(new TopicPartition("out", int.Parse(one.Value) % 2), Message(one.Value)); }
            producer.SendOffsetsToTransaction(batch.GroupBy(one => one.From).Select(of => new TopicPartitionOffset(of.Key, of.Last().Next)), consumer.ConsumerGroupMetadata, Patience);
            while (true)
            {
                try
                {
                    producer.CommitTransaction(Patience);
                    return;
                }
                catch (KafkaRetriableException)
                {
                    // The call may be made again; what it asks for was remembered.
                }
            }
        }
        catch (KafkaTxnRequiresAbortException)
        {
            producer.AbortTransaction(Patience);
            foreach (var committed in consumer.Committed(consumer.Assignment, Patience))
            {
                consumer.Seek(new TopicPartitionOffset(committed.TopicPartition, committed.Offset == Offset.Unset ? Offset.Beginning : committed.Offset));
            }
        }
    }
}
