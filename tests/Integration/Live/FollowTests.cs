using System.Globalization;
using System.Net;
using System.Text.Json;
using Sluice.Cli.Serve;
using Sluice.Lab;
using Sluice.Lab.Faults;
using Sluice.Lab.Node;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Integration.Cli.Roles;

namespace Sluice.Tests.Integration.Live;

/// <summary>A chain followed through a node that fails now and then, killed in the middle: the rows of a replay.</summary>
public sealed class FollowTests
{
    private const string Seed = "31";

    private static readonly string[] Tables =
    [
        "blocks", "transactions", "swaps", "arbitrages", "rejections", "data_quality", "decoder_agreement", "skipped_slots", "sandwiches", "round_trips", "jit",
        "liquidations", "failed_attempts", "bundles",
    ];

    [Fact]
    public async Task What_is_followed_and_killed_and_followed_on_is_what_a_replay_stores()
    {
        using var folder = new TemporaryFolder();
        var chain = SimulatorOptions.ForEvaluation(ulong.Parse(Seed, CultureInfo.InvariantCulture), int.MaxValue);
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, Node.Web3Tests.FreePair()),
                Simulation = chain,
                SlotTime = TimeSpan.FromMilliseconds(60),
                SlotsBefore = 100,
                Node = new NodeOptions { Faults = FaultOptions.Every(7, 30), KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        string[] command =
        [
            "run", "--rpc", node.HttpAddress, "--rpc", node.HttpAddress + "#weight=2", "--from", chain.FirstSlot.ToString(CultureInfo.InvariantCulture),
            "--store", folder["followed"], "--port", "0",
        ];
        await using (var first = await RunningRole.StartPlainAsync(command))
        {
            await StoredAsync(first, 40);
            first.Kill();
        }

        // Without --from it goes on where the store ends.
        await using (var second = await RunningRole.StartPlainAsync([.. command[..5], .. command[7..]]))
        {
            await StoredAsync(second, 130);
            Assert.Equal(130, await second.EndAsync());
        }

        var slots = await SluiceProcess.RunAsync("query", "SELECT max(slot) FROM blocks", "--store", folder["followed"], "--json");
        var newest = ulong.Parse(JsonDocument.Parse(slots.Lines[0]).RootElement.EnumerateObject().First().Value.ToString(), CultureInfo.InvariantCulture);
        var made = await SluiceProcess.RunAsync(
            "simulate", "--out", folder["blocks"], "--preset", "evaluation", "--seed", Seed, "--slots", (newest - chain.FirstSlot + 1).ToString(CultureInfo.InvariantCulture));
        Assert.True(made.ExitCode == 0, made.Errors);
        var replayed = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["replayed"]);
        Assert.True(replayed.ExitCode == 0, replayed.Errors);

        // What a leader group's end gives out is open for the last group, and its findings may lie in the one before.
        var before = (newest / 4 * 4) - 4;
        foreach (var table in Tables) { Assert.Equal(await RowsAsync(folder["replayed"], table, before), await RowsAsync(folder["followed"], table, before)); }
    }

    private static async Task StoredAsync(RunningRole run, long slots) => await Kafka.KafkaHarness.UntilAsync(
        () =>
        {
            var (status, body) = run.GetAsync("/api/v1/summary").GetAwaiter().GetResult();
            return status == HttpStatusCode.OK && JsonDocument.Parse(body).RootElement.GetProperty("slots").GetInt64() >= slots;
        },
        $"seed {Seed}: {slots} slots are stored");

    private static async Task<string> RowsAsync(string store, string table, ulong before)
    {
        // Where a block came from is the one thing that must differ.
        var columns = table == "blocks" ? "* EXCEPT (source)" : "*";
        var sql = string.Create(CultureInfo.InvariantCulture, $"SELECT '{table}' AS name, count() AS n, sum(cityHash64(toString(tuple(*)))) AS h FROM (SELECT {columns} FROM {table} FINAL WHERE slot < {before})");
        var rows = await SluiceProcess.RunAsync("query", sql, "--store", store, "--json");
        Assert.True(rows.ExitCode == 0, rows.Errors);
        return rows.Lines[0];
    }
}
