using System.Text.Json;
using Sluice.Tests.Integration.Sinks;
using Sluice.Tests.Integration.Sinks.Http;

namespace Sluice.Tests.Integration.Cli;

/// <summary>Commands on a store behind an address.</summary>
[Collection(TestStore.Collection)]
public sealed class ServerStoreTests
{
    [EngineFact]
    public async Task A_replay_into_a_server_gives_the_rows_of_a_replay_into_a_folder()
    {
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "30", "--seed", "9");
        Assert.True(made.ExitCode == 0, made.Errors);
        await using var server = await EngineServer.StartAsync(folder["server"]);
        var address = $"http://someone:s3cret@{server.Authority}/sluice?compress=gzip";
        const string Sql = "SELECT 'swaps', count(), sum(cityHash64(toString(tuple(*)))) FROM swaps UNION ALL SELECT 'arbitrages', count(), sum(cityHash64(toString(tuple(*)))) FROM arbitrages UNION ALL SELECT 'transactions', count(), sum(cityHash64(toString(tuple(*)))) FROM transactions ORDER BY 1";
        var rows = new List<string>();
        foreach (var store in new[] { folder["store"], address })
        {
            for (var run = 0; run < 2; run++) // the second time everything is there
            {
                var replay = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", store, "--json");
                Assert.True(replay.ExitCode == 0, replay.Errors);
                using var summary = JsonDocument.Parse(replay.Lines[^1]);
                Assert.True(summary.RootElement.GetProperty("swaps").GetInt64() > 0);
            }

            var query = await SluiceProcess.RunAsync([("SLUICE_STORE", store)], ["query", Sql, "--csv"]);
            Assert.True(query.ExitCode == 0, query.Errors);
            rows.Add(query.Output);
            var json = await SluiceProcess.RunAsync("query", "SELECT slot FROM blocks ORDER BY slot", "--store", store, "--json");
            rows.Add(json.Output);

            var change = await SluiceProcess.RunAsync("query", "DROP TABLE swaps", "--store", store);
            Assert.Equal(1, change.ExitCode);
        }

        Assert.Equal(rows[0], rows[2]);
        Assert.Equal(rows[1], rows[3]);
    }

    [EngineFact]
    public async Task What_cannot_be_opened_is_one_line_without_the_password()
    {
        using var folder = new TemporaryFolder();
        await using var server = await EngineServer.StartAsync(folder["server"]);
        foreach (var (store, code, part) in new[]
        {
            ($"http://u:s3cret@127.0.0.1:{FreePorts.One()}/d", 1, "nothing listens there"),
            ($"http://u:s3cret@{server.Authority}/absent", 1, "there is no database absent"),
            ("http://u:s3cret@h:port/d", 2, "not a port"),
        })
        {
            var run = await SluiceProcess.RunAsync("query", "SELECT 1", "--store", store);
            Assert.Equal(code, run.ExitCode);
            Assert.Contains(part, run.Errors);
            Assert.Single(run.Errors.TrimEnd().Split('\n'));
            Assert.DoesNotContain("s3cret", run.Errors);
        }

        var cluster = await SluiceProcess.RunAsync("query", "SELECT 1", "--store", folder["store"], "--cluster", "main");
        Assert.Contains("a cluster needs a server", cluster.Errors);
    }
}
