using Confluent.Kafka;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;
using static Sluice.Tests.Integration.Kafka.KafkaHarness;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>One writer at a time, the next one goes on where it stopped.</summary>
public class ExclusiveRoleTests
{
    [Fact]
    public async Task Two_workers_write_every_number_once_when_the_first_is_stopped_in_the_middle()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = 3, CommitInterval = TimeSpan.FromMilliseconds(20) };
        using var stopFirst = new CancellationTokenSource();
        var firstIsHalf = new TaskCompletionSource();
        var first = Role(options);
        var running = first.RunAsync(
            async (session, ct) =>
            {
                for (var i = 0; i < 500; i++) { Add(session, i); }

                // Not committed: the next one must write these again.
                session.Commit();
                for (var i = 500; i < 700; i++) { Add(session, i); }
                firstIsHalf.SetResult();
                await Task.Delay(Timeout.Infinite, ct);
            },
            stopFirst.Token);
        await firstIsHalf.Task.WaitAsync(Deadline);
        var second = Role(options);
        var finishing = second.RunAsync(
            (session, _) =>
            {
                for (var i = 0; i < 1_000; i++) { Add(session, i); }
                return Task.CompletedTask;
            },
            CancellationToken.None);
        Assert.True(first.IsActive);
        Assert.False(second.IsActive);
        await stopFirst.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WaitAsync(Deadline));
        await finishing.WaitAsync(Deadline);
        var written = Read(options, TestTopologies.Numbers, 3, r => r.Count);
        Assert.Equal(Enumerable.Range(0, 1_000).Select(i => (long)i), written.Order());
    }

    [Fact]
    public async Task A_worker_that_was_only_taken_for_dead_is_refused()
    {
        await using var cluster = KafkaCluster.Start();
        var options = cluster.Options() with { Partitions = 1 };
        var formats = await TopicFormats.CreateAsync(new FormatOptions(), default);
        using (var admin = new TopicAdmin(options, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance))
        {
            var changelog = ChangelogRecord.TopicOf("numbers", "written");
            var partitions = await admin.EnsureAsync([TopicSpec.Of(TestTopologies.Numbers, options), TopicSpec.Changelog(options.NameOf(changelog), 1)]);
            using var zombie = Open();
            zombie.Write(TestTopologies.Numbers, Number(1, 1));
            using var successor = Open();
            successor.Write(TestTopologies.Numbers, Number(2, 2));
            successor.Commit();
            Assert.ThrowsAny<KafkaException>(() =>
            {
                zombie.Write(TestTopologies.Numbers, Number(3, 3));
                zombie.Commit();
            });
            Assert.Equal([2], Read(options, TestTopologies.Numbers, 1, r => r.Count));

            ExclusiveSession<long, long> Open() => ExclusiveSession<long, long>.Open(
                options, "numbers", changelog, formats, partitions, null, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance, default);
        }
    }

    private static ExclusiveRole<long, long> Role(KafkaOptions options) => new(
        options, "numbers", "written", [TestTopologies.Numbers], TopicFormats.CreateAsync(new FormatOptions(), default).GetAwaiter().GetResult());

    private static void Add(ExclusiveSession<long, long> session, int number)
    {
        if (session.State.TryGet(number, out _)) { return; }
        session.State.Put(number, 1);
        session.Write(TestTopologies.Numbers, Number(number, number));
    }
}
