using System.CommandLine;
using System.Globalization;
using System.Net;
using Sluice.Cli.Live;
using Sluice.Cli.Serve;
using Sluice.Ingest.Archive;
using Sluice.Lab;
using Sluice.Lab.Faults;
using Sluice.Lab.Node;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Integration.Kafka;

namespace Sluice.Tests.Integration.Live;

/// <summary>A chain recorded through a node with every fault on, killed and interrupted on the way: it replays to the rows of the clean blocks.</summary>
public sealed class RecordTests
{
    private const string Seed = "33", Slots = "130";

    private static readonly string[] Tables =
    [
        "blocks", "transactions", "swaps", "arbitrages", "rejections", "data_quality", "decoder_agreement", "skipped_slots", "sandwiches", "round_trips", "jit",
        "liquidations", "failed_attempts", "bundles",
    ];

    [Fact]
    public async Task What_was_recorded_in_three_goes_replays_as_the_clean_blocks()
    {
        using var folder = new TemporaryFolder();
        var chain = SimulatorOptions.ForEvaluation(ulong.Parse(Seed, CultureInfo.InvariantCulture), int.MaxValue);

        // The chain stops behind what is recorded, so that a slow machine finds all of it.
        var pace = new Pace(ahead: 210);
        pace.Reached(chain.FirstSlot);
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()),
                Simulation = chain,
                SlotTime = TimeSpan.FromMilliseconds(60),
                Published = (_, status) => pace.WaitFor(status.Confirmed),
                SlotsBefore = 80,
                Node = new NodeOptions { Faults = FaultOptions.Every(9, 30), KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        using var going = pace;
        var archive = folder["chain.sluice"];
        string[] command =
        [
            "record", "--rpc", node.HttpAddress, "--rpc", node.HttpAddress + "#weight=2", "--out", archive,
            "--from", chain.FirstSlot.ToString(CultureInfo.InvariantCulture), "--slots", Slots,
        ];
        using (var killed = SluiceProcess.Start(command))
        {
            await RecordedAsync(archive, 25);
            killed.Kill();
            await killed.WaitForExitAsync();
        }

        // Half a block more, as when the process ends while it writes.
        using (var file = File.Open(archive, FileMode.Append)) { file.Write("BLKF and no more"u8); }
        using (var interrupt = new CancellationTokenSource())
        {
            var interrupted = RecordCommand.Create().Parse(command[1..])
                .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = TextWriter.Null }, interrupt.Token);
            await RecordedAsync(archive, 60);
            await interrupt.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => interrupted);
        }

        using (var closed = ArchiveReader.Open(archive)) { Assert.True(closed.IsClosed); }
        var last = await SluiceProcess.RunAsync(command);
        Assert.True(last.ExitCode == 0, $"seed {Seed}: {last.Errors}");
        Assert.Contains("holds all of it", (await SluiceProcess.RunAsync(command)).Output);

        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--preset", "evaluation", "--seed", Seed, "--slots", Slots);
        Assert.True(made.ExitCode == 0, made.Errors);
        Assert.Equal(await RowsAsync(folder, "clean", folder["blocks"]), await RowsAsync(folder, "recorded", archive));
    }

    private static Task RecordedAsync(string archive, int blocks) => KafkaHarness.UntilAsync(
        () =>
        {
            if (!File.Exists(archive) || new FileInfo(archive).Length < 16) { return false; }
            using var reader = ArchiveReader.Open(archive);
            return reader.Slots.Count() >= blocks;
        },
        $"seed {Seed}: {blocks} blocks are recorded");

    /// <summary>Count and sum of every table after a replay.</summary>
    private static async Task<string[]> RowsAsync(TemporaryFolder folder, string store, string blocks)
    {
        var replayed = await SluiceProcess.RunAsync("replay", blocks, "--store", folder[store]);
        Assert.True(replayed.ExitCode == 0, replayed.Errors);

        // Where a block came from is the one thing that must differ.
        var sums = Tables.Select(t =>
            $"SELECT '{t}' AS name, count() AS n, sum(cityHash64(toString(tuple(*)))) AS h FROM (SELECT {(t == "blocks" ? "* EXCEPT (source)" : "*")} FROM {t} FINAL)");
        var rows = await SluiceProcess.RunAsync("query", $"SELECT * FROM ({string.Join(" UNION ALL ", sums)}) ORDER BY name", "--store", folder[store], "--json");
        Assert.True(rows.ExitCode == 0, rows.Errors);
        return rows.Lines;
    }
}
