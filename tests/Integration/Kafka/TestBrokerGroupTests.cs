using System.Collections.Concurrent;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Sluice.Tests.Broker;
using static Sluice.Tests.Integration.Kafka.TestBrokerClients;
using KafkaError = Confluent.Kafka.ErrorCode;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>Consumer groups of the test broker: sharing, rebalancing, expiry and who may commit, with Confluent's client.</summary>
public sealed class TestBrokerGroupTests
{
    [KafkaClientFact]
    public async Task Cooperative_members_share_partitions_and_keep_what_they_may_keep()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", partitions: 4);
        var revoked = new ConcurrentQueue<int>();
        using var first = Cooperative(broker, revoked);
        first.Subscribe("t");
        PollUntil(() => first.Assignment.Count == 4, "the first has all partitions", first);
        using var second = Cooperative(broker, []);
        second.Subscribe("t");
        PollUntil(() => first.Assignment.Count == 2 && second.Assignment.Count == 2, "each has two", first, second);

        Assert.Equal(2, revoked.Count);
        Assert.Equal(4, first.Assignment.Concat(second.Assignment).Distinct().Count());
        PollUntil(() => broker.Group("g")!.State == "Stable", "the group is stable", first, second);
        var group = broker.Group("g")!;
        Assert.Equal("cooperative-sticky", group.Protocol);
        Assert.Equal(2, group.Members.Count);

        second.Close();
        PollUntil(() => first.Assignment.Count == 4, "the first has all again", first);
        Assert.Single(broker.Group("g")!.Members);
    }

    [KafkaClientFact]
    public async Task The_partitions_of_a_member_that_is_killed_go_to_the_others_after_its_session()
    {
        var time = new JumpingTime();
        await using var broker = TestBroker.Start(new TestBrokerOptions { Time = time });
        broker.CreateTopic("t", partitions: 2);
        using var survivor = Consumer(broker, "g", config => config.SessionTimeoutMs *= 2);
        var killed = Consumer(broker, "g");
        survivor.Subscribe("t");
        killed.Subscribe("t");
        PollUntil(() => survivor.Assignment.Count == 1 && killed.Assignment.Count == 1, "each has one", survivor, killed);
        var generation = broker.Group("g")!.Generation;

        killed.Dispose(); // without Close: it does not say that it leaves
        Assert.Equal(2, broker.Group("g")!.Members.Count);
        time.Jump(Patience);
        PollUntil(() => survivor.Assignment.Count == 2, "the survivor has both", survivor);
        Assert.Single(broker.Group("g")!.Members);
        Assert.True(broker.Group("g")!.Generation > generation);
    }

    [KafkaClientFact]
    public async Task Committed_offsets_outlive_the_members()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using (var producer = Producer(broker))
        {
            for (var i = 0; i < 10; i++) { _ = await producer.ProduceAsync("t", Message($"{i}")); }
        }

        ConsumeResult<string, string>? result = null;
        using (var consumer = Consumer(broker, "g"))
        {
            consumer.Subscribe("t");
            PollUntil(() => (result = consumer.Consume(100)) is { IsPartitionEOF: false, Offset.Value: 3 }, "offset 3 is read");
            consumer.Commit(result);
            consumer.Close();
        }

        Assert.Equal(4, broker.CommittedOffsets("g")[("t", 0)]);
        Assert.Equal("Empty", broker.Group("g")!.State);
        using var next = Consumer(broker, "g");
        next.Subscribe("t");
        PollUntil(() => (result = next.Consume(100)) is { IsPartitionEOF: false }, "a record comes");
        Assert.Equal(4, result!.Offset.Value);
    }

    [KafkaClientFact]
    public async Task A_stranger_cannot_commit_for_a_group_that_has_members()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var stranger = Consumer(broker, "g");
        stranger.Assign(new TopicPartition("t", 0));
        stranger.Commit([new TopicPartitionOffset("t", 0, 1)]);
        Assert.Equal(1, broker.CommittedOffsets("g")[("t", 0)]);

        using var member = Consumer(broker, "g");
        member.Subscribe("t");
        PollUntil(() => member.Assignment.Count == 1, "the member has the partition", member);
        var refused = Assert.ThrowsAny<KafkaException>(() => stranger.Commit([new TopicPartitionOffset("t", 0, 0)]));
        Assert.Equal(KafkaError.UnknownMemberId, refused.Error.Code);
        Assert.Equal(1, broker.CommittedOffsets("g")[("t", 0)]);
    }

    [KafkaClientFact]
    public async Task A_static_member_that_is_back_within_its_session_gets_its_share_without_a_rebalance()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t", partitions: 2);
        using var other = Consumer(broker, "g", config => config.GroupInstanceId = "a");
        var restarted = Consumer(broker, "g", Restarted);
        other.Subscribe("t");
        restarted.Subscribe("t");
        PollUntil(() => other.Assignment.Count == 1 && restarted.Assignment.Count == 1, "each has one", other, restarted);
        var (generation, share) = (broker.Group("g")!.Generation, restarted.Assignment.Single());
        restarted.Dispose();
        using var back = Consumer(broker, "g", Restarted);
        back.Subscribe("t");
        PollUntil(() => back.Assignment.Count == 1, "it has its share", other, back);
        Assert.Equal(share, back.Assignment.Single());
        Assert.Equal(generation, broker.Group("g")!.Generation);

        static void Restarted(ConsumerConfig config) => (config.GroupInstanceId, config.SessionTimeoutMs) = ("b", (int)Patience.TotalMilliseconds);
    }

    [KafkaClientFact]
    public async Task Members_stay_when_the_broker_was_away_for_longer_than_their_session()
    {
        var time = new JumpingTime();
        await using var broker = TestBroker.Start(new TestBrokerOptions { Time = time });
        broker.CreateTopic("t");
        using var consumer = Consumer(broker, "g");
        consumer.Subscribe("t");
        PollUntil(() => consumer.Assignment.Count == 1, "the partition is assigned", consumer);
        var before = broker.Group("g")!;
        broker.GoAway();
        time.Jump(2 * Patience);
        broker.ComeBack();
        PollUntil(() => broker.ConnectionCount > 0, "the client is back", consumer);
        using var producer = Producer(broker);
        _ = await producer.ProduceAsync("t", Message("v"));
        PollUntil(() => consumer.Consume(100) is { IsPartitionEOF: false }, "a record comes");
        Assert.Equal(before.Members.Single().MemberId, broker.Group("g")!.Members.Single().MemberId);
    }

    [KafkaClientFact]
    public async Task Groups_are_listed_and_deleted()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("t");
        using var admin = Admin(broker);
        using var consumer = Consumer(broker, "g");
        consumer.Subscribe("t");
        PollUntil(() => consumer.Assignment.Count == 1, "the partition is assigned", consumer);
        consumer.Commit([new TopicPartitionOffset("t", 0, 0)]);

        var listed = await admin.ListConsumerGroupsAsync();
        Assert.Equal("g", Assert.Single(listed.Valid).GroupId);
        var refused = await Assert.ThrowsAsync<DeleteGroupsException>(() => admin.DeleteGroupsAsync(["g"]));
        Assert.Equal(KafkaError.NonEmptyGroup, refused.Results.Single().Error.Code);

        consumer.Close();
        await admin.DeleteGroupsAsync(["g"]);
        Assert.Null(broker.Group("g"));
    }

    private static IConsumer<string, string> Cooperative(TestBroker broker, ConcurrentQueue<int> revoked) =>
        ConsumerBuilder(broker, "g", config => config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky)
            .SetPartitionsRevokedHandler((_, partitions) => partitions.ForEach(one => revoked.Enqueue(one.Partition.Value)))
            .Build();
}
