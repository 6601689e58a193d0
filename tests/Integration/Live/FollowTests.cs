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
    private const int Before = 100;

    private static readonly string[] Tables =
    [
        "blocks", "transactions", "swaps", "arbitrages", "rejections", "data_quality", "decoder_agreement", "skipped_slots", "sandwiches", "round_trips", "jit",
        "liquidations", "failed_attempts", "bundles",
    ];

    [Fact]
    public async Task What_is_followed_through_faults_and_forks_and_killed_is_what_a_replay_stores()
    {
        using var folder = new TemporaryFolder();
        var chain = SimulatorOptions.ForEvaluation(ulong.Parse(Seed, CultureInfo.InvariantCulture), int.MaxValue);
        var faults = WithForkAfter(chain.FirstSlot + Before + 40, out var forkEnd);
        var pace = new Pace(ahead: 12);
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, FreePorts.Pair()),
                Simulation = chain,
                SlotTime = TimeSpan.FromMilliseconds(50),
                Published = (_, status) => pace.WaitFor(status.Confirmed),
                SlotsBefore = Before,
                Node = new NodeOptions { Faults = faults, KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        using var going = pace;
        string[] command =
        [
            "run", "--rpc", node.HttpAddress, "--rpc", node.HttpAddress + "#weight=2", "--from", chain.FirstSlot.ToString(CultureInfo.InvariantCulture),
            "--store", folder["followed"], "--port", "0",
        ];
        await using (var first = await RunningRole.StartPlainAsync(command))
        {
            await ReachedAsync(first, pace, "position", chain.FirstSlot + 60);
            await Kafka.KafkaHarness.UntilAsync(() => StoredSlots(first) >= 40, $"seed {Seed}: 40 slots are stored");
            first.Kill();
        }

        // Without --from it goes on where the store ends.
        await using (var second = await RunningRole.StartPlainAsync([.. command[..5], .. command[7..]]))
        {
            await ReachedAsync(second, pace, "reconciled", forkEnd + 8);
            Assert.Equal(130, await second.EndAsync());
        }

        var reconciled = await NumberAsync(folder["followed"], "SELECT max(position) FROM checkpoints");
        var slots = (reconciled - chain.FirstSlot + 40).ToString(CultureInfo.InvariantCulture);
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--preset", "evaluation", "--seed", Seed, "--slots", slots);
        Assert.True(made.ExitCode == 0, made.Errors);
        var replayed = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["replayed"]);
        Assert.True(replayed.ExitCode == 0, replayed.Errors);

        // What a leader group's end gives out is open for the last group, and its findings may lie in the one before.
        var before = (reconciled / 4 * 4) - 4;
        Assert.Equal(await RowsAsync(folder["replayed"], before), await RowsAsync(folder["followed"], before));

        // Where another block was followed than was finalized, the table says so.
        var explained = await NumberAsync(folder["followed"], "SELECT count() FROM gaps FINAL WHERE kind = 'replaced' AND blockhash != former_blockhash");
        var rows = await SluiceProcess.RunAsync("query", "SELECT slot, kind, reason FROM gaps FINAL ORDER BY slot", "--store", folder["followed"], "--json");
        Assert.True(explained > 0, $"seed {faults.Seed}: no replaced block is written down; fork to {forkEnd}, reconciled {reconciled}: {string.Join('\n', rows.Lines)}");
        Assert.Equal(0UL, await NumberAsync(folder["followed"], $"SELECT count() FROM gaps FINAL WHERE kind = 'missed' AND last_slot < {before}"));
    }

    /// <summary>Every fault, with a seed that has a fork soon after a slot, longer than the chain may be ahead of its reader.</summary>
    internal static FaultOptions WithForkAfter(ulong slot, out ulong end)
    {
        for (var seed = 7UL; ; seed++)
        {
            var faults = FaultOptions.Every(seed, 20);
            var plan = new FaultPlan(faults);
            for (var at = slot; at < slot + 40; at++)
            {
                if (plan.ForkAt(at) is { } fork && fork.First == at && fork.End - fork.First >= 20)
                {
                    end = fork.End;
                    return faults;
                }
            }
        }
    }

    private static async Task ReachedAsync(RunningRole run, Pace pace, string kind, ulong slot) => await Kafka.KafkaHarness.UntilAsync(
        () =>
        {
            var (status, body) = run.GetAsync("/metrics").GetAwaiter().GetResult();
            if (status != HttpStatusCode.OK) { return false; }
            pace.Reached(SlotOf(body, "position"));
            return SlotOf(body, kind) >= slot;
        },
        $"seed {Seed}: {kind} comes to slot {slot}");

    private static long StoredSlots(RunningRole run)
    {
        var (status, body) = run.GetAsync("/api/v1/summary").GetAwaiter().GetResult();
        return status == HttpStatusCode.OK ? JsonDocument.Parse(body).RootElement.GetProperty("slots").GetInt64() : 0;
    }

    private static ulong SlotOf(string metrics, string kind)
    {
        var mark = $"pipeline_live_slot{{kind=\"{kind}\"}} ";
        var at = metrics.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? 0 : ulong.Parse(metrics[(at + mark.Length)..].Split('\n')[0].Split(' ')[0], CultureInfo.InvariantCulture);
    }

    private static async Task<ulong> NumberAsync(string store, string sql)
    {
        var rows = await SluiceProcess.RunAsync("query", sql, "--store", store, "--json");
        Assert.True(rows.ExitCode == 0, rows.Errors);
        return ulong.Parse(JsonDocument.Parse(rows.Lines[0]).RootElement.EnumerateObject().First().Value.ToString(), CultureInfo.InvariantCulture);
    }

    /// <summary>Count and sum of every table.</summary>
    private static async Task<string[]> RowsAsync(string store, ulong before)
    {
        var sums = Tables.Select(table =>
        {
            // Where a block came from is the one thing that must differ.
            var columns = table == "blocks" ? "* EXCEPT (source)" : "*";

            // What was retracted is told apart by a column and stands no more.
            var standing = table is "arbitrages" or "sandwiches" or "round_trips" or "jit" or "liquidations" or "failed_attempts" or "bundles" ? " AND NOT retracted" : "";
            return string.Create(CultureInfo.InvariantCulture, $"SELECT '{table}' AS name, count() AS n, sum(cityHash64(toString(tuple(*)))) AS h FROM (SELECT {columns} FROM {table} FINAL WHERE slot < {before}{standing})");
        });
        var rows = await SluiceProcess.RunAsync("query", $"SELECT * FROM ({string.Join(" UNION ALL ", sums)}) ORDER BY name", "--store", store, "--json");
        Assert.True(rows.ExitCode == 0, rows.Errors);
        Assert.Equal(Tables.Length, rows.Lines.Length);
        return rows.Lines;
    }
}
