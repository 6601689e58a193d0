using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;
using Sluice.Bench.Kafka;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;
using Sluice.Streams.Kafka.Clients;

// One JSON line a figure. SLUICE_BENCH_KAFKA=host:port names a broker; without it the mock runs in this process and takes its share of the cores.
KafkaLibrary.Load();
if (args is ["worker", var servers, var prefix]) { return Takeover.Work(servers, prefix); }

var only = args.Length > 0 ? args[0] : null;
const int Partitions = 48; // the mock keeps 5 MiB of each
const int Keys = 10_000;
const int Records = 1_000_000;

if (only is null or "stateless") { Stateless(rounds: 3); }
if (only is null or "windowed") { Windowed(); }
if (only is null or "restore") { Restore(); }
if (only is null or "takeover")
{
    using var cluster = BenchCluster.Start();
    Print("worker killed until all 12 partitions are processed again, session time-out 6 s", ("seconds", Takeover.Measure(cluster) is { } s ? Math.Round(s, 2) : "more than 60"), ("broker", cluster.Name));
}

if (args is ["e2e", var program, var blocks])
{
    using var cluster = BenchCluster.Start();
    if (EndToEnd.Measure(cluster, program, blocks) is var (transactions, slots, seconds))
    {
        Print(
            "blocks in files to stored rows over Kafka: ingest, process and sink as three processes, broker as a fourth",
            ("tx_per_s", Math.Round(transactions / seconds)), ("transactions", transactions), ("slots", slots), ("seconds", Math.Round(seconds, 2)), ("broker", cluster.Name));
    }
}

return 0;

void Stateless(int rounds)
{
    // In turns, and the median of each, since a machine is never quiet; a topology is compared with the loop that has its client settings.
    var rates = new Dictionary<string, List<(double Rate, double Cpu)>>();
    var broker = "";
    for (var round = 0; round < rounds; round++)
    {
        foreach (var what in new[] { "bare loop", "at least once", "bare loop in transactions", "exactly once" })
        {
            using var cluster = BenchCluster.Start();
            broker = cluster.Name;
            var options = cluster.Options() with { Guarantee = what == "at least once" ? ProcessingGuarantee.AtLeastOnce : ProcessingGuarantee.ExactlyOnce };
            var topology = BenchTopologies.Stateless();
            cluster.Create(options, Partitions, topology);
            Fill(options, BenchTopologies.Input);
            var cpu = Environment.CpuUsage.TotalTime;
            var rate = what.StartsWith("bare", StringComparison.Ordinal) ? Bare(options, what != "bare loop") : Run(options, topology);

            // Processor time, broker included, says more than the clock where other things run.
            if (!rates.TryGetValue(what, out var list)) { rates[what] = list = []; }
            list.Add((rate, (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / Records));
        }
    }

    foreach (var (what, peer) in new[] { ("bare loop", "bare loop"), ("at least once", "bare loop"), ("bare loop in transactions", "bare loop in transactions"), ("exactly once", "bare loop in transactions") })
    {
        Print(
            $"stateless topology: {what}, records of 200 bytes with three headers",
            ("records_per_s", Math.Round(Median(rates[what].Select(r => r.Rate)))),
            ("of_bare_loop", Math.Round(Median(rates[what].Select(r => r.Rate)) / Median(rates[peer].Select(r => r.Rate)), 3)),
            ("cpu_us_per_record", Math.Round(Median(rates[what].Select(r => r.Cpu)), 2)),
            ("runs", rounds),
            ("broker", broker));
    }
}

static double Median(IEnumerable<double> values)
{
    var sorted = values.Order().ToArray();
    return sorted[sorted.Length / 2];
}

void Windowed()
{
    foreach (var guarantee in new[] { ProcessingGuarantee.AtLeastOnce, ProcessingGuarantee.ExactlyOnce })
    {
        using var cluster = BenchCluster.Start();
        var options = cluster.Options() with { Guarantee = guarantee };
        var topology = BenchTopologies.Windowed();
        cluster.Create(options, Partitions, topology);
        Fill(options, BenchTopologies.Input);
        Print($"windowed count of {Keys} keys, {guarantee}", ("records_per_s", Math.Round(Run(options, topology))), ("broker", cluster.Name));
    }
}

void Restore()
{
    using var cluster = BenchCluster.Start();
    var options = cluster.Options() with { Guarantee = ProcessingGuarantee.AtLeastOnce };
    var topology = BenchTopologies.Windowed();
    const int parts = 4;
    cluster.Create(options, parts, topology);
    var changelog = options.NameOf(topology.Outputs.OfType<Topic<ChangelogRecord>>().Single());
    using (var producer = new ProducerBuilder<byte[], byte[]>(ClientProperties.Producer(options, "fill", null)).Build())
    {
        for (var i = 0; i < 100_000; i++)
        {
            var key = new byte[16];
            BitConverter.TryWriteBytes(key, (long)i);
            producer.Produce(new TopicPartition(changelog, i % parts), new Message<byte[], byte[]> { Key = key, Value = BitConverter.GetBytes((long)i) });
        }

        producer.Flush(TimeSpan.FromMinutes(1));
    }

    for (var round = 0; round < 3; round++)
    {
        using var reader = new ChangelogReader(options, "bench", Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var registry = new TopicRegistry(parts, new Dictionary<string, int>(), 16);
        var tasks = Enumerable.Range(0, parts).Select(p => new KafkaTask(topology, p, registry, null, options)).ToArray();
        var clock = Stopwatch.StartNew();
        foreach (var task in tasks) { reader.Add(task.Targets[0]); }
        while (!tasks.All(t => reader.IsRestored(t.Targets[0]))) { reader.Poll(TimeSpan.FromMilliseconds(20)); }
        var seconds = clock.Elapsed.TotalSeconds;
        var keys = tasks.Sum(t => ((KeyValueStore<BenchTopologies.CountKey, long>)t.Task.Store("counts")).Count);
        Print("restore of kept state", ("keys", keys), ("seconds", Math.Round(seconds, 3)), ("broker", cluster.Name));
    }
}

void Fill(KafkaOptions options, Topic<Rejection> topic)
{
    using var producer = new ProducerBuilder<byte[], byte[]>(ClientProperties.Producer(options, "fill", null)).Build();
    var codec = AvroSchemas.CodecOf<Rejection>();
    var value = new ArrayBufferWriter<byte>();
    var key = new byte[Topic.MaxKeyBytes];
    var record = default(Rejection);
    record.Reset();
    long bytes = 0;

    // As every message of the product has them; the bare loop hands them on.
    var headers = MessageHeaders.Write("sluice.chain.Rejection:0123456789abcdef"u8.ToArray(), 1_700_000_000_000_000, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

    // Like real text: it repeats, and it does not compress to nothing.
    var random = new Random(1);
    var texts = Enumerable.Range(0, 64).Select(_ => new string([.. Enumerable.Range(0, 165).Select(_ => (char)random.Next('a', 'z' + 1))])).ToArray();
    for (var i = 0; i < Records; i++)
    {
        record.Slot = 300_000_000 + (i / 2_000);
        record.Version = (long)i * 7919 % Keys;
        record.Stage = "bench";
        record.Reason = texts[i % texts.Length];
        record.Count = i * 31;
        value.ResetWrittenCount();
        codec.WriteSingleObject(in record, value);
        bytes += value.WrittenCount;
        producer.Produce(
            new TopicPartition(options.NameOf(topic), topic.PartitionOf(in record, Partitions)),
            new Message<byte[], byte[]> { Key = key[..topic.WriteKey(in record, key)], Value = value.WrittenSpan.ToArray(), Headers = headers });
        if (i % 100_000 == 0) { producer.Flush(TimeSpan.FromMinutes(1)); }
    }

    producer.Flush(TimeSpan.FromMinutes(1));
    if (Environment.GetEnvironmentVariable("BENCH_VERBOSE") is not null) { Console.Error.WriteLine($"filled, {bytes / Records} bytes a record"); }
}

// The same clients and settings, no decoding: what Confluent.Kafka gives at best.
double Bare(KafkaOptions options, bool transactions)
{
    using var consumer = new ConsumerBuilder<byte[], byte[]>(ClientProperties.Consumer(options, options.GroupOf("bare"), "bare")).Build();
    using var producer = new ProducerBuilder<byte[], byte[]>(ClientProperties.Producer(options, "bare", transactions ? options.TopicPrefix + "bare" : null)).Build();
    if (transactions) { producer.InitTransactions(TimeSpan.FromSeconds(10)); }
    consumer.Subscribe(options.NameOf(BenchTopologies.Input));
    var output = options.NameOf(BenchTopologies.Output);
    var targets = Enumerable.Range(0, Partitions).Select(p => new TopicPartition(output, p)).ToArray();
    var positions = new Dictionary<TopicPartition, Offset>();
    var clock = new Stopwatch();
    var open = false;
    long commit = 0;
    var count = 0;
    while (count < Records)
    {
        var result = consumer.Consume(100);
        if (result is null || result.IsPartitionEOF) { continue; }
        if (count == 0) { clock.Start(); commit = Stopwatch.GetTimestamp(); }
        if (transactions && !open)
        {
            producer.BeginTransaction();
            open = true;
        }

        while (true)
        {
            try
            {
                producer.Produce(targets[result.Partition], result.Message, transactions ? null : static _ => { });
                break;
            }
            catch (ProduceException<byte[], byte[]>)
            {
                Thread.Sleep(1);
            }
        }

        count++;
        positions[result.TopicPartition] = result.Offset + 1;
        if (Stopwatch.GetElapsedTime(commit).TotalSeconds < 1 && count < Records) { continue; }
        var offsets = positions.Select(p => new TopicPartitionOffset(p.Key, p.Value)).ToArray();
        if (transactions)
        {
            producer.SendOffsetsToTransaction(offsets, consumer.ConsumerGroupMetadata, TimeSpan.FromSeconds(30));
            producer.CommitTransaction();
            open = false;
        }
        else
        {
            producer.Flush(TimeSpan.FromMinutes(1));
            consumer.Commit(offsets);
        }

        commit = Stopwatch.GetTimestamp();
    }

    return count / clock.Elapsed.TotalSeconds;
}

double Run(KafkaOptions options, Topology topology)
{
    using var stop = new CancellationTokenSource();
    var meter = new BenchCounter();
    var formats = TopicFormats.CreateAsync(new FormatOptions(), CancellationToken.None).GetAwaiter().GetResult();
    var streams = new KafkaStreams(options, [topology], formats, meter.Metrics);
    var running = streams.RunAsync(stop.Token);
    while (meter.Records == 0 && !running.IsCompleted) { Thread.Sleep(1); }
    var clock = Stopwatch.StartNew();
    var first = meter.Records;
    while (meter.Records < Records && !running.IsCompleted) { Thread.Sleep(5); }
    while (meter.CommitsAfter(Records) == 0 && !running.IsCompleted) { Thread.Sleep(1); }
    var seconds = clock.Elapsed.TotalSeconds;
    stop.Cancel();
    try
    {
        running.GetAwaiter().GetResult();
    }
    catch (OperationCanceledException)
    {
        // As asked.
    }

    return (Records - first) / seconds;
}

static void Print(string bench, params (string Name, object Value)[] values)
{
    var line = new Dictionary<string, object> { ["bench"] = bench };
    foreach (var (name, value) in values) { line[name] = value; }
    Console.Out.WriteLine(JsonSerializer.Serialize(line));
    Console.Out.Flush();
}
