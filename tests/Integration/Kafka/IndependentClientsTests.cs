using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>The examples of docs/examples and kcat read what the bus writes: clients that nobody here wrote.</summary>
public sealed class IndependentClientsTests
{
    private const int Count = 300;

    [ClientFact(ClientFactAttribute.Python)]
    public async Task A_client_in_Python_reads_and_decodes_every_finding()
    {
        await using var cluster = KafkaCluster.Start();
        var options = await WriteAsync(cluster);
        Check(await RunAsync("/usr/bin/python3", [Example("consume.py"), options.BootstrapServers, options.NameOf(Topics.Arbitrages), Schema, $"{Count}"]));
    }

    [ClientFact(ClientFactAttribute.JavaScript)]
    public async Task A_client_in_JavaScript_reads_and_decodes_every_finding()
    {
        await using var cluster = KafkaCluster.Start();
        var options = await WriteAsync(cluster);
        var modules = Directory.CreateTempSubdirectory("sluice-modules-");
        try
        {
            // Packages as npm would lay them out beside the program.
            var folder = Directory.CreateDirectory(Path.Combine(modules.FullName, "node_modules")).FullName;
            foreach (var (name, version) in ClientFactAttribute.Packages) { Directory.CreateSymbolicLink(Path.Combine(folder, name), ClientFactAttribute.PackageFolder(name, version)); }
            var program = Path.Combine(modules.FullName, "consume.js");
            File.Copy(Example("consume.js"), program);
            Check(await RunAsync("node", ["--preserve-symlinks", program, options.BootstrapServers, options.NameOf(Topics.Arbitrages), Schema, $"{Count}"]));
        }
        finally
        {
            modules.Delete(recursive: true);
        }
    }

    [ClientFact(ClientFactAttribute.Kcat)]
    public async Task Kcat_reads_every_message_with_its_key_and_headers()
    {
        await using var cluster = KafkaCluster.Start();
        var options = await WriteAsync(cluster);
        var output = await RunAsync(
            "kcat",
            ["-b", options.BootstrapServers, "-t", options.NameOf(Topics.Arbitrages), "-X", "isolation.level=read_committed", "-C", "-e", "-q", "-f", "%p %K %S %h\n"]);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ', 4)).ToArray();
        Assert.Equal(Count, lines.Length);
        Assert.All(lines, l => Assert.Equal("8", l[1]));
        Assert.All(lines, l => Assert.True(int.Parse(l[2], CultureInfo.InvariantCulture) > 100, l[2]));
        var avro = AvroSchemas.CodecOf<Arbitrage>().Schema;
        var schema = $"schema={avro.Name}:{avro.Fingerprint:x16}";
        Assert.All(lines, l => Assert.Contains(schema, l[3], StringComparison.Ordinal));
        Assert.All(lines, l => Assert.Contains("arrival=1700000000000001", l[3], StringComparison.Ordinal));
        Assert.All(lines, l => Assert.Contains("traceparent=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", l[3], StringComparison.Ordinal));
        Assert.Equal(2, lines.Select(l => l[0]).Distinct().Count());
    }

    private static string Schema => Path.Combine(RealData.RepositoryRoot, "schemas", "avro", "mev.arbitrages.avsc");

    private static string Example(string name) => Path.Combine(RealData.RepositoryRoot, "docs", "examples", name);

    /// <summary>Writes findings in transactions, as the bus does, and one that is given up.</summary>
    private static async Task<KafkaOptions> WriteAsync(KafkaCluster cluster)
    {
        var options = cluster.Options() with { Partitions = 2 };
        var formats = await TopicFormats.CreateAsync(new FormatOptions(), default);
        var role = new ExclusiveRole<long, long>(options, "clients", "state", [Topics.Arbitrages], formats, null, NullLogger.Instance);
        await role.RunAsync(
            (session, _) =>
            {
                for (var i = 0; i < Count; i++)
                {
                    var finding = Finding(i);
                    session.Write(Topics.Arbitrages, in finding, 1_700_000_000_000_001, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
                    if (i % 100 == 99) { session.Commit(); }
                }

                return Task.CompletedTask;
            },
            default);
        return options;
    }

    private static Arbitrage Finding(int number)
    {
        var finding = default(Arbitrage);
        finding.Reset();
        finding.Id = FindingId.Parse($"finding-{number}");
        finding.RuleVersion = 1;
        finding.Slot = 300_000_000 + (number * 4);
        finding.TxIndex = number;
        finding.Class = ArbitrageClass.Cyclic;
        finding.ProfitMint = WellKnown.WrappedSol;
        finding.Gross = Gross(number);
        finding.FeeLamports = 5_000;
        ref var leg = ref finding.Legs!.Add();
        leg.Venue = "raydium-amm-v4";
        leg.AmountIn = ulong.MaxValue - (ulong)number;
        leg.AmountOut = (ulong)number;
        return finding;
    }

    // Beyond what a double holds exactly.
    private static Int128 Gross(int number) => ((Int128)1 << 80) + number;

    private static void Check(string output)
    {
        var records = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToDictionary(r => r.GetProperty("id").GetString()!);
        Assert.Equal(Count, records.Count);
        for (var i = 0; i < Count; i++)
        {
            var record = records[$"finding-{i}"];
            Assert.Equal(300_000_000 + (i * 4), record.GetProperty("slot").GetInt64());
            Assert.Equal(Gross(i).ToString(CultureInfo.InvariantCulture), Text(record.GetProperty("gross")));
            Assert.Equal((ulong.MaxValue - (ulong)i).ToString(CultureInfo.InvariantCulture), Text(record.GetProperty("legs")[0].GetProperty("amountIn")));
            Assert.Equal(WellKnown.WrappedSol.ToString(), record.GetProperty("profitMint").GetString());
        }

        static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
    }

    private static async Task<string> RunAsync(string program, string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(KafkaHarness.Deadline);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"{program} did not end; it printed: {await output} {await error}");
        }

        Assert.True(process.ExitCode == 0, await error);
        return await output;
    }
}
