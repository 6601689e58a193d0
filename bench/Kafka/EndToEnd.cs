using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Bench.Kafka;

/// <summary>Files of blocks to stored rows through the roles as processes: ingest, process and sink, over a broker.</summary>
internal static partial class EndToEnd
{
    private const int Partitions = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>Transactions and seconds from the start of ingest to the last row stored.</summary>
    /// <param name="program">sluice.dll.</param>
    /// <param name="blocks">Folder of blocks.</param>
    public static (long Transactions, long Slots, double Seconds)? Measure(BenchCluster cluster, string program, string blocks)
    {
        var options = cluster.Options();
        foreach (var topic in Topics.All) { cluster.Create(options.NameOf(topic), Partitions); }
        cluster.Create(options.TopicPrefix + KafkaSchemas.TopicName, 1);
        cluster.Create($"{options.TopicPrefix}{options.ApplicationId}-ingest-ledger-changelog", 1);
        var store = Directory.CreateTempSubdirectory("sluice-bench-");
        var roles = new List<Process>();
        try
        {
            var process = Start(program, [.. On(options, "process"), "--topologies", "swaps,arbitrage", "--http", "127.0.0.1:0"]);
            roles.Add(process);
            var sink = Start(program, [.. On(options, "sink", hasGuarantee: false), "--store", store.FullName, "--batch-age-ms", "200", "--http", "127.0.0.1:0"]);
            roles.Add(sink);
            using var http = new HttpClient();
            var processAddress = Address(process);
            var sinkAddress = Address(sink);
            if (!Until(() => IsHealthy(http, processAddress) && IsHealthy(http, sinkAddress))) { return null; }
            var clock = Stopwatch.StartNew();
            using var ingest = Start(program, [.. On(options, "ingest"), blocks, "--json", "--http", "off"]);
            var errors = ingest.StandardError.ReadToEndAsync();
            var output = ingest.StandardOutput.ReadToEnd().Trim();
            if (output.Length == 0) { throw new InvalidOperationException(errors.GetAwaiter().GetResult()); }
            var summary = JsonDocument.Parse(output.Split((char)10)[^1]).RootElement;
            var slots = summary.GetProperty("slots").GetInt64();
            var swaps = Number(summary.GetProperty("swaps"));
            if (!Until(() => Stored(http, sinkAddress) is var rows && rows.GetValueOrDefault("blocks") >= slots && rows.GetValueOrDefault("swaps") >= swaps)) { return null; }
            return (Number(summary.GetProperty("transactions")), slots, clock.Elapsed.TotalSeconds);
        }
        finally
        {
            foreach (var role in roles)
            {
                role.Kill();
                role.WaitForExit();
                role.Dispose();
            }

            store.Delete(recursive: true);
        }
    }

    private static string[] On(KafkaOptions options, string command, bool hasGuarantee = true) =>
    [
        command, "--kafka", options.BootstrapServers, "--topic-prefix", options.TopicPrefix, "--topic-check", "partitions",

        // The mock forgets offsets that come in transactions.
        .. hasGuarantee ? ["--guarantee", Environment.GetEnvironmentVariable("SLUICE_BENCH_KAFKA") is null ? "at_least_once" : "exactly_once_v2"] : Array.Empty<string>(),
    ];

    private static Process Start(string program, string[] arguments) => Process.Start(
        new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static Uri Address(Process role)
    {
        while (role.StandardError.ReadLine() is { } line)
        {
            if (ServingOn().Match(line) is not { Success: true } match) { continue; }
            _ = role.StandardError.ReadToEndAsync();
            return new Uri(match.Groups[1].Value);
        }

        throw new InvalidOperationException($"a role ended: {role.ExitCode}");
    }

    private static bool IsHealthy(HttpClient http, Uri role) => http.GetAsync(new Uri(role, "/health")).GetAwaiter().GetResult().IsSuccessStatusCode;

    private static Dictionary<string, long> Stored(HttpClient http, Uri sink) => StoredLine()
        .Matches(http.GetStringAsync(new Uri(sink, "/metrics")).GetAwaiter().GetResult())
        .ToDictionary(m => m.Groups[1].Value, m => long.Parse(m.Groups[2].Value, CultureInfo.InvariantCulture));

    private static long Number(JsonElement value) => long.Parse(value.ToString(), CultureInfo.InvariantCulture);

    private static bool Until(Func<bool> holds)
    {
        var clock = Stopwatch.StartNew();
        while (!holds())
        {
            if (clock.Elapsed > Limit) { return false; }
            Thread.Sleep(20);
        }

        return true;
    }

    [GeneratedRegex(@"Serving on (http://[^ ]+?): ")]
    private static partial Regex ServingOn();

    [GeneratedRegex("^pipeline_sinks_row_stored\\w*\\{table=\"(\\w+)\"\\} (\\d+)", RegexOptions.Multiline)]
    private static partial Regex StoredLine();
}
