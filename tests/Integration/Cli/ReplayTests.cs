using System.Text;
using System.Text.Json;

namespace Sluice.Tests.Integration.Cli;

/// <summary>The replay command on files, good and bad.</summary>
public class ReplayTests
{
    [Fact]
    public async Task A_simulated_chain_is_replayed_into_the_counts_that_the_simulator_states()
    {
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "40", "--seed", "7", "--json");
        Assert.True(made.ExitCode == 0, made.Errors);
        using var stated = JsonDocument.Parse(made.Lines[^1]);
        var run = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["store"], "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        using var summary = JsonDocument.Parse(run.Lines[^1]);
        foreach (var field in new[] { "transactions", "votes", "failed", "swaps" })
        {
            Assert.Equal(stated.RootElement.GetProperty(field).GetInt64(), summary.RootElement.GetProperty(field).GetInt64());
        }

        Assert.Equal(stated.RootElement.GetProperty("fees_lamports").GetString(), summary.RootElement.GetProperty("fees_lamports").GetString());
        Assert.Equal(stated.RootElement.GetProperty("tips_lamports").GetString(), summary.RootElement.GetProperty("tips_lamports").GetString());
        Assert.Equal(1.0, summary.RootElement.GetProperty("quality").GetDouble());

        // Planted and found, transaction by transaction.
        var planted = File.ReadLines(Path.Combine(folder["blocks"], "truth.ndjson"))
            .Select(l => JsonDocument.Parse(l).RootElement)
            .Where(t => t.GetProperty("kind").GetString() == "arbitrage")
            .Select(t => t.GetProperty("signature").GetString()!).Order().ToArray();
        var found = run.Lines[..^1].Select(l => JsonDocument.Parse(l).RootElement).Where(f => f.GetProperty("type").GetString() == "arbitrage")
            .Select(f => f.GetProperty("signatures")[0].GetString()!).Order().ToArray();
        Assert.NotEmpty(planted);
        Assert.Equal(planted, found);

        var rows = await SluiceProcess.RunAsync("query", "SELECT count() FROM swaps", "--store", folder["store"], "--csv");
        Assert.Equal(summary.RootElement.GetProperty("swaps").GetInt64().ToString(), rows.Lines[^1]);

        // The check of the parent travels in the block's record; only the first block's parent was not read.
        var parents = await SluiceProcess.RunAsync(
            "query", "SELECT parent, count() AS blocks FROM data_quality GROUP BY parent ORDER BY parent", "--store", folder["store"], "--csv");
        var slots = summary.RootElement.GetProperty("slots").GetInt64();
        Assert.Equal([$"\"continuous\",{slots - 1}", "\"unknown\",1"], parents.Lines[^2..]);
    }

    [Fact]
    public async Task Bad_files_are_named_and_counted_and_the_rest_goes_on()
    {
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "3", "--seed", "3");
        Assert.True(made.ExitCode == 0, made.Errors);
        var bad = Directory.CreateDirectory(folder["bad"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(bad, "slot_100.json"), """{"blockhash":"4ZNsvnxf""");
        await File.WriteAllTextAsync(Path.Combine(bad, "slot_101.json"), "");
        await File.WriteAllBytesAsync(Path.Combine(bad, "slot_102.json"), [0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]);
        await File.WriteAllTextAsync(
            Path.Combine(bad, "slot_103.json"), """{"jsonrpc":"2.0","error":{"code":-32004,"message":"Block not available for slot 103"},"id":1}""");
        await File.WriteAllTextAsync(
            Path.Combine(bad, "slot_104.json"), """{"jsonrpc":"2.0","error":{"code":-32007,"message":"Slot 104 was skipped, or missing due to ledger jump to recent snapshot"},"id":1}""");
        var run = await SluiceProcess.RunAsync("replay", folder["blocks"], bad, folder["nowhere"], "--store", folder["store"], "--json");
        Assert.Equal(1, run.ExitCode);
        foreach (var name in new[] { "slot_100.json", "slot_101.json", "slot_102.json", "slot_103.json", "nowhere" }) { Assert.Contains(name, run.Errors); }
        Assert.DoesNotContain("slot_104.json", run.Errors); // skipped is an answer
        using var summary = JsonDocument.Parse(run.Lines[^1]);
        Assert.Equal(5, summary.RootElement.GetProperty("left_out").GetInt64());
        Assert.True(summary.RootElement.GetProperty("slots").GetInt64() > 0);
        var letters = await SluiceProcess.RunAsync("query", "SELECT count() FROM dead_letters", "--store", folder["store"], "--csv");
        Assert.Equal("5", letters.Lines[^1]);
    }

    [Fact]
    public async Task A_bad_transaction_is_left_out_with_its_bytes_and_the_block_is_taken()
    {
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "1", "--slots-per-file", "0", "--seed", "2");
        Assert.True(made.ExitCode == 0, made.Errors);
        var file = Directory.GetFiles(folder["blocks"], "*.json").Single(f => !f.EndsWith("totals.json", StringComparison.Ordinal));
        var json = await File.ReadAllTextAsync(file);
        var fee = json.IndexOf("\"fee\":5000,", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, json.Remove(fee, 11).Insert(fee, "\"fee\":-1,"));
        var run = await SluiceProcess.RunAsync("replay", file, "--store", folder["store"], "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("negative-number", run.Errors);
        using var summary = JsonDocument.Parse(run.Lines[^1]);
        Assert.Equal(1, summary.RootElement.GetProperty("left_out").GetInt64());
        Assert.Equal(1, summary.RootElement.GetProperty("slots").GetInt64());
        var letters = await SluiceProcess.RunAsync(
            "query",
            "SELECT reason, tx_index >= 0 AS placed, position(payload, '\"fee\":-1,') > 0 AS whole, payload_length = length(payload) AS counted FROM dead_letters",
            "--store",
            folder["store"],
            "--csv");
        Assert.Equal("\"negative-number\",1,1,1", letters.Lines[^1]);
    }

    [Fact]
    public async Task The_same_replay_again_changes_no_row_and_prints_the_same_findings()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "10", "--seed", "5")).ExitCode);
        var copy = Directory.CreateDirectory(folder["copy"]).FullName;
        foreach (var file in Directory.GetFiles(folder["blocks"])) { File.Copy(file, Path.Combine(copy, Path.GetFileName(file))); }
        var first = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["store"], "--json");
        var second = await SluiceProcess.RunAsync("replay", folder["blocks"], copy, "--store", folder["store"], "--json");
        Assert.True(second.ExitCode == 0, second.Errors);
        Assert.Equal(first.Lines[..^1], second.Lines[..^1]);
        using var summary = JsonDocument.Parse(second.Lines[^1]);
        Assert.Equal(summary.RootElement.GetProperty("slots").GetInt64(), summary.RootElement.GetProperty("already_stored_slots").GetInt64());
        Assert.Equal(summary.RootElement.GetProperty("slots").GetInt64(), summary.RootElement.GetProperty("duplicates").GetInt64());
    }

    [Theory]
    [InlineData("replay")]
    [InlineData("replay", "x.json", "--workers", "0")]
    [InlineData("query")]
    [InlineData("query", "SELECT 1", "--json", "--csv")]
    [InlineData("nonsense")]
    public async Task Wrong_arguments_end_with_2_and_one_line(params string[] arguments)
    {
        var run = await SluiceProcess.RunAsync(arguments);
        Assert.Equal(2, run.ExitCode);
        Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_store_that_cannot_be_is_one_line_that_says_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var file = folder["a-file"];
        await File.WriteAllTextAsync(file, "x", Encoding.UTF8);
        var missing = await SluiceProcess.RunAsync("query", "SELECT 1", "--store", folder["none"]);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("sluice replay", missing.Errors);
        var notAFolder = await SluiceProcess.RunAsync("query", "SELECT 1", "--store", file);
        Assert.Equal(1, notAFolder.ExitCode);
        Assert.Contains("is a file", notAFolder.Errors);
    }

    [Fact]
    public async Task A_question_that_is_wrong_is_answered_with_the_engines_words()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "1", "--seed", "1")).ExitCode);
        Assert.Equal(0, (await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["store"])).ExitCode);
        var wrong = await SluiceProcess.RunAsync("query", "SELECT nothing_like_this FROM swaps", "--store", folder["store"]);
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("nothing_like_this", wrong.Errors);
        var writing = await SluiceProcess.RunAsync("query", "DROP TABLE swaps", "--store", folder["store"]);
        Assert.Equal(1, writing.ExitCode);
        var still = await SluiceProcess.RunAsync("query", "SELECT count() >= 0 FROM swaps", "--store", folder["store"], "--csv");
        Assert.Equal(0, still.ExitCode);
    }
}
