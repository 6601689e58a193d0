using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Protocol;

namespace Sluice.Tests.Broker.Log;

/// <summary>Fetch, versions 4 to 12: batches from an offset on, as a long poll. Sessions are declined (KIP-227).</summary>
internal static class FetchApi
{
    private const int NoSession = 0, InitialEpoch = 0, FinalEpoch = -1;
    private const sbyte ReadCommitted = 1;

    private sealed record Wanted(int Partition, int LeaderEpoch, long Offset, int MaxBytes);

    private sealed record Wish(int MaxWaitMs, int MinBytes, int MaxBytes, bool ReadCommitted, List<(string Topic, List<Wanted> Partitions)> Topics);

    private sealed class Found(string topic, int partition)
    {
        public string Topic { get; } = topic;

        public int Partition { get; } = partition;

        public ErrorCode Error { get; set; }

        public long HighWatermark { get; set; } = -1;

        public long LastStableOffset { get; set; } = -1;

        public long StartOffset { get; set; } = -1;

        public List<AbortedTransaction>? Aborted { get; set; }

        public List<ReadOnlyMemory<byte>> Batches { get; } = [];
    }

    public static async Task HandleAsync(Cluster cluster, Request request, ResponseWriter w, CancellationToken ct)
    {
        var wish = Read(request, out var sessionError);
        if (request.Injected != ErrorCode.None || sessionError != ErrorCode.None)
        {
            var error = request.Injected != ErrorCode.None ? request.Injected : sessionError;
            var failed = sessionError != ErrorCode.None ? []
                : wish.Topics.SelectMany(topic => topic.Partitions.Select(p => new Found(topic.Topic, p.Partition) { Error = error })).ToList();
            Write(w, request.Version, sessionError, failed);
            return;
        }

        var time = cluster.Options.Time;
        var started = time.GetTimestamp();
        var maxWait = TimeSpan.FromMilliseconds(wish.MaxWaitMs);
        while (true)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            List<Found> found;
            TimeSpan left;
            bool enough;
            lock (cluster.Gate)
            {
                found = Find(cluster, wish);
                left = maxWait - time.GetElapsedTime(started);
                enough = left <= TimeSpan.Zero || IsEnough(found, wish.MinBytes);
                if (!enough)
                {
                    foreach (var log in Logs(cluster, wish)) { log.Await(changed); }
                }
            }

            if (enough)
            {
                Write(w, request.Version, ErrorCode.None, found);
                return;
            }

            try { await changed.Task.WaitAsync(left, time, ct); }
            catch (TimeoutException) { /* The wait is over; what is there is the answer. */ }
            finally
            {
                lock (cluster.Gate)
                {
                    foreach (var log in Logs(cluster, wish)) { log.StopAwaiting(changed); }
                }
            }
        }
    }

    private static Wish Read(Request request, out ErrorCode sessionError)
    {
        var r = request.Body;
        var version = request.Version;
        _ = r.Int32(); // replica id
        var maxWaitMs = r.Int32();
        var minBytes = r.Int32();
        var maxBytes = r.Int32();
        var readCommitted = r.Int8() == ReadCommitted;
        sessionError = ErrorCode.None;
        if (version >= 7)
        {
            var sessionId = r.Int32();
            var sessionEpoch = r.Int32();
            if (sessionId != NoSession && sessionEpoch is not (InitialEpoch or FinalEpoch)) { sessionError = ErrorCode.FetchSessionIdNotFound; }
        }

        var topics = r.Array(r =>
        {
            var name = r.String();
            var partitions = r.Array(r =>
            {
                var partition = r.Int32();
                var leaderEpoch = version >= 9 ? r.Int32() : -1;
                var offset = r.Int64();
                if (version >= 12) { _ = r.Int32(); } // epoch of the last record fetched: there is one epoch
                if (version >= 5) { _ = r.Int64(); } // start offset of a follower
                var partitionMaxBytes = r.Int32();
                r.Tags();
                return new Wanted(partition, leaderEpoch, offset, partitionMaxBytes);
            });
            r.Tags();
            return (name, partitions);
        });
        return new Wish(maxWaitMs, minBytes, maxBytes, readCommitted, topics);
    }

    private static IEnumerable<PartitionLog> Logs(Cluster cluster, Wish wish)
    {
        foreach (var (topic, partitions) in wish.Topics)
        {
            foreach (var wanted in partitions)
            {
                if (cluster.Partition(topic, wanted.Partition) is { } log) { yield return log; }
            }
        }
    }

    private static List<Found> Find(Cluster cluster, Wish wish)
    {
        var all = new List<Found>();
        long left = wish.MaxBytes;
        var anything = false;
        foreach (var (topic, partitions) in wish.Topics)
        {
            foreach (var wanted in partitions)
            {
                var found = new Found(topic, wanted.Partition);
                all.Add(found);
                if (cluster.Partition(topic, wanted.Partition) is not { } log)
                {
                    found.Error = ErrorCode.UnknownTopicOrPartition;
                    continue;
                }

                if (wanted.LeaderEpoch > PartitionLog.LeaderEpoch)
                {
                    found.Error = ErrorCode.UnknownLeaderEpoch;
                    continue;
                }

                (found.HighWatermark, found.LastStableOffset, found.StartOffset) = (log.EndOffset, log.LastStableOffset, log.StartOffset);
                if (wanted.Offset < log.StartOffset || wanted.Offset > log.EndOffset)
                {
                    found.Error = ErrorCode.OffsetOutOfRange;
                    continue;
                }

                Take(log, wanted, wish.ReadCommitted, found, ref left, ref anything);
            }
        }

        return all;
    }

    /// <summary>Takes batches within the limits; the first batch of a response is taken whatever its size.</summary>
    private static void Take(PartitionLog log, Wanted wanted, bool readCommitted, Found found, ref long left, ref bool anything)
    {
        var end = readCommitted ? log.LastStableOffset : log.EndOffset;
        long partitionLeft = wanted.MaxBytes;
        var lastTaken = wanted.Offset;
        for (var i = log.IndexOf(wanted.Offset); i < log.Batches.Count; i++)
        {
            var batch = log.Batches[i];
            if (batch.BaseOffset >= end || (anything && (batch.Bytes.Length > partitionLeft || batch.Bytes.Length > left))) { break; }
            found.Batches.Add(batch.Bytes);
            partitionLeft -= batch.Bytes.Length;
            left -= batch.Bytes.Length;
            lastTaken = batch.LastOffset;
            anything = true;
        }

        if (readCommitted) { found.Aborted = found.Batches.Count == 0 ? [] : log.AbortedBetween(wanted.Offset, lastTaken + 1); }
    }

    private static bool IsEnough(List<Found> found, int minBytes)
    {
        long bytes = 0;
        foreach (var one in found)
        {
            if (one.Error != ErrorCode.None) { return true; }
            foreach (var batch in one.Batches) { bytes += batch.Length; }
        }

        return bytes >= minBytes;
    }

    private static void Write(ResponseWriter w, short version, ErrorCode error, List<Found> found)
    {
        w.Throttle();
        if (version >= 7)
        {
            w.Error(error);
            w.Int32(NoSession);
        }

        w.Array(found.GroupBy(one => one.Topic).ToList(), topic =>
        {
            w.String(topic.Key);
            w.Array(topic.ToList(), one =>
            {
                w.Int32(one.Partition);
                w.Error(one.Error);
                w.Int64(one.HighWatermark);
                w.Int64(one.LastStableOffset);
                if (version >= 5) { w.Int64(one.StartOffset); }
                if (one.Aborted is null) { w.Length(-1); }
                else
                {
                    w.Array(one.Aborted, aborted =>
                    {
                        w.Int64(aborted.ProducerId);
                        w.Int64(aborted.FirstOffset);
                        w.Tags();
                    });
                }

                if (version >= 11) { w.Int32(-1); } // preferred replica
                w.Batches(one.Batches);
                w.Tags();
            });
            w.Tags();
        });
        w.Tags();
    }
}
