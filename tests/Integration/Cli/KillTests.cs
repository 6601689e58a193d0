using System.Security.Cryptography;

namespace Sluice.Tests.Integration.Cli;

/// <summary>kill -9 in the middle of a replay, and the same command again.</summary>
public class KillTests
{
    private const int Kills = 20;

    private static readonly string[] Tables =
    [
        "blocks", "transactions", "swaps", "arbitrages", "rejections", "data_quality", "decoder_agreement", "skipped_slots", "dead_letters",
        "sandwiches", "round_trips", "jit", "liquidations", "failed_attempts", "bundles",
    ];

    [Fact]
    public async Task A_replay_killed_twenty_times_leaves_the_rows_of_an_undisturbed_one()
    {
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "120", "--seed", "20");
        Assert.True(made.ExitCode == 0, made.Errors);

        var undisturbed = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["whole"], "--json");
        Assert.True(undisturbed.ExitCode == 0, undisturbed.Errors);

        // Random moments between the start of the process and a little after its usual end, so that opening, reading, writing and
        // closing are all hit. A run that ends before its moment counts as not killed.
        var killed = 0;
        var longest = TimeSpan.FromSeconds(3);
        for (var attempt = 0; attempt < 4 * Kills && killed < Kills; attempt++)
        {
            using var process = SluiceProcess.Start("replay", folder["blocks"], "--store", folder["killed"], "--json");
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            var moment = TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32((int)longest.TotalMilliseconds));
            using var limit = new CancellationTokenSource(moment);
            try
            {
                await process.WaitForExitAsync(limit.Token);
                longest *= 0.8;
            }
            catch (OperationCanceledException)
            {
                process.Kill();
                await process.WaitForExitAsync();
                killed++;
            }
        }

        Assert.Equal(Kills, killed);
        var last = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["killed"], "--json");
        Assert.True(last.ExitCode == 0, last.Errors);
        Assert.Equal(await RowsAsync(folder["whole"]), await RowsAsync(folder["killed"]));

        // What is printed is that of a whole run too, but for the time it took.
        Assert.Equal(undisturbed.Lines[..^1], last.Lines[..^1]);
    }

    /// <summary>Count and sum of every table.</summary>
    private static async Task<string[]> RowsAsync(string store)
    {
        var sums = Tables.Select(t => $"SELECT '{t}' AS name, count() AS n, sum(cityHash64(toString(tuple(*)))) AS rows FROM {t}");
        var answer = await SluiceProcess.RunAsync("query", $"SELECT * FROM ({string.Join(" UNION ALL ", sums)}) ORDER BY name", "--store", store, "--json");
        Assert.True(answer.ExitCode == 0, answer.Errors);
        Assert.Equal(Tables.Length, answer.Lines.Length);
        return answer.Lines;
    }
}
