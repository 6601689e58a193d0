using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Sluice.Streams.Kafka;
using Sluice.Tests.Broker.Protocol;
using static Sluice.Tests.Integration.Kafka.KafkaHarness;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>What goes wrong between the bus and its brokers: each number still comes out once, and its sum is right.</summary>
public class KafkaRecoveryTests
{
    private const int Partitions = 2;
    private const int Numbers = 400;

    public static TheoryData<string> Faults =>
    [
        "EndTxn answers are lost", "TxnOffsetCommit answers are lost", "Produce answers are lost", "coordinator moves", "producer is fenced", "member is forgotten",
        "connections break", "partitions are refused",
    ];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_loses_nothing_and_doubles_nothing(string fault)
    {
        await using var cluster = KafkaCluster.StartStrict();
        var options = cluster.Options() with { Partitions = Partitions, CommitInterval = TimeSpan.FromMilliseconds(20) };
        var log = new RecordingLog();
        await using var streams = new RunningStreams(options, [TestTopologies.Sum()], log);
        await UntilAsync(() => streams.Streams.Tasks.Count(t => t.State == KafkaTaskState.Running) == Partitions, "all tasks run");
        for (var round = 0; round < 4; round++)
        {
            Inject(cluster, fault);
            Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, Numbers).Select(i => Number(i, 1)));
            var expected = (round + 1) * Numbers;
            Read(options, TestTopologies.Results, Partitions, r => r.Count, all => all.Count >= expected);
        }

        Check(options, rounds: 4);
    }

    [Fact]
    public async Task A_broker_that_goes_away_for_longer_than_a_transaction_may_take_is_waited_for()
    {
        await using var cluster = KafkaCluster.StartStrict();
        var options = cluster.Options() with { Partitions = Partitions, TransactionTimeout = TimeSpan.FromSeconds(2), CommitInterval = TimeSpan.FromMilliseconds(20) };
        var log = new RecordingLog();
        await using var streams = new RunningStreams(options, [TestTopologies.Sum()], log);
        for (var round = 0; round < 2; round++)
        {
            Write(options, TestTopologies.Numbers, Partitions, Enumerable.Range(0, Numbers).Select(i => Number(i, 1)));
            if (round == 0) { Read(options, TestTopologies.Results, Partitions, r => r.Count, all => all.Count >= Numbers / 2); }
            log.Clear();
            cluster.Strict!.GoAway();
            await UntilAsync(() => log.Messages.Any(m => m.Contains("does not answer", StringComparison.Ordinal) || m.Contains("brokers are down", StringComparison.Ordinal)), "the outage is noticed");
            cluster.Strict.ComeBack();
            var expected = (round + 1) * Numbers;
            Read(options, TestTopologies.Results, Partitions, r => r.Count, all => all.Count >= expected);
        }

        Check(options, rounds: 2);
    }

    private static void Check(KafkaOptions options, int rounds)
    {
        var sums = Read(options, TestTopologies.Results, Partitions, r => (r.Slot, r.Count));
        Assert.Equal(rounds * Numbers, sums.Count);
        Assert.All(sums.GroupBy(s => s.Slot), g => Assert.Equal(Enumerable.Range(1, rounds).Select(i => (long)i), g.Select(s => s.Count)));
    }

    private static void Inject(KafkaCluster cluster, string fault)
    {
        var broker = cluster.Strict!;
        switch (fault)
        {
            case "EndTxn answers are lost": broker.LoseAnswers(ApiKey.EndTxn); break;
            case "TxnOffsetCommit answers are lost": broker.LoseAnswers(ApiKey.TxnOffsetCommit); break;
            case "Produce answers are lost": broker.LoseAnswers(ApiKey.Produce, 2); break;
            case "coordinator moves":
                broker.InjectError(ApiKey.AddOffsetsToTxn, ErrorCode.NotCoordinator);
                broker.InjectError(ApiKey.TxnOffsetCommit, ErrorCode.CoordinatorNotAvailable);
                break;
            case "producer is fenced": broker.InjectError(ApiKey.EndTxn, ErrorCode.InvalidProducerEpoch); break;
            case "member is forgotten": broker.InjectError(ApiKey.TxnOffsetCommit, ErrorCode.UnknownMemberId); break;
            case "connections break": broker.KillConnections(); break;
            case "partitions are refused": broker.InjectError(ApiKey.AddPartitionsToTxn, ErrorCode.TopicAuthorizationFailed); break;
            default: throw new ArgumentException(fault, nameof(fault));
        }
    }

    private sealed class RecordingLog : ILogger
    {
        private readonly ConcurrentQueue<string> _messages = new();

        public IReadOnlyCollection<string> Messages => _messages;

        public void Clear() => _messages.Clear();

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _messages.Enqueue(formatter(state, exception));

        public bool IsEnabled(LogLevel logLevel) => true;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;
    }
}
