using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;
using Sluice.Streams.Kafka.Clients;

namespace Sluice.Bench.Kafka;

/// <summary>Time from killing one of two worker processes until all partitions are processed again.</summary>
internal static class Takeover
{
    private const int Partitions = 12;

    /// <summary>A worker: runs the stateless topology until it is killed.</summary>
    public static int Work(string servers, string prefix)
    {
        var options = new KafkaOptions { BootstrapServers = servers, TopicPrefix = prefix, TopicCheck = TopicCheck.Partitions, Guarantee = ProcessingGuarantee.AtLeastOnce };
        var formats = TopicFormats.CreateAsync(new FormatOptions(), CancellationToken.None).GetAwaiter().GetResult();
        var streams = new KafkaStreams(options, [BenchTopologies.Stateless()], formats);
        var running = streams.RunAsync(CancellationToken.None);
        var last = -1;
        while (!running.IsCompleted)
        {
            var tasks = streams.Tasks.Count(t => t.State == KafkaTaskState.Running);
            if (tasks != last) { Console.Out.WriteLine(last = tasks); }
            Thread.Sleep(50);
        }

        running.GetAwaiter().GetResult();
        return 0;
    }

    /// <summary>Seconds, or null when it did not happen within a minute.</summary>
    public static double? Measure(BenchCluster cluster)
    {
        var options = cluster.Options() with { Guarantee = ProcessingGuarantee.AtLeastOnce };
        cluster.Create(options, Partitions, BenchTopologies.Stateless());
        using var first = Start(options);
        Await(first, Partitions);
        using var second = Start(options);
        Await(second, Partitions / 2);
        using var producer = new ProducerBuilder<byte[], byte[]>(ClientProperties.Producer(options, "fill", null)).Build();
        using var consumer = new ConsumerBuilder<byte[], byte[]>(ClientProperties.Reader(options, "check")).Build();
        consumer.Assign(Enumerable.Range(0, Partitions).Select(p => new TopicPartitionOffset(options.NameOf(BenchTopologies.Output), p, Offset.Beginning)));
        first.Kill();
        var clock = Stopwatch.StartNew();
        var record = default(Rejection);
        record.Reset();
        record.Stage = record.Reason = "takeover";
        for (var p = 0; p < Partitions; p++)
        {
            var value = new System.Buffers.ArrayBufferWriter<byte>();
            AvroSchemas.CodecOf<Rejection>().WriteSingleObject(in record, value);
            producer.Produce(
                new TopicPartition(options.NameOf(BenchTopologies.Input), p), new Message<byte[], byte[]> { Key = [1], Value = value.WrittenSpan.ToArray() });
        }

        producer.Flush(TimeSpan.FromSeconds(10));
        var seen = 0;
        while (seen < Partitions && clock.Elapsed < TimeSpan.FromMinutes(1))
        {
            // The worker copies a record of every partition to the partition of its key; all have one key.
            if (consumer.Consume(50) is { IsPartitionEOF: false }) { seen++; }
        }

        var seconds = clock.Elapsed.TotalSeconds;
        second.Kill();
        return seen == Partitions ? seconds : null;
    }

    private static Process Start(KafkaOptions options) => Process.Start(new ProcessStartInfo(
        "dotnet", [typeof(Takeover).Assembly.Location, "worker", options.BootstrapServers, options.TopicPrefix]) { RedirectStandardOutput = true })!;

    private static void Await(Process worker, int tasks)
    {
        while (worker.StandardOutput.ReadLine() is { } line)
        {
            if (int.Parse(line, CultureInfo.InvariantCulture) == tasks) { return; }
        }
    }
}
