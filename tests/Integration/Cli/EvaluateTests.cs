using System.Text.Json;

namespace Sluice.Tests.Integration.Cli;

/// <summary>The evaluation as a user runs it.</summary>
public class EvaluateTests
{
    private const int Slots = 60;

    [Fact]
    public async Task Findings_of_a_file_a_store_and_blocks_have_the_same_figures_and_so_has_the_chain_itself()
    {
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", $"{Slots}", "--seed", "5", "--preset", "evaluation");
        Assert.True(made.ExitCode == 0, made.Errors);
        var run = await SluiceProcess.RunAsync("replay", folder["blocks"], "--store", folder["store"], "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        await File.WriteAllTextAsync(folder["found.ndjson"], run.Output);

        var truth = Path.Combine(folder["blocks"], "truth.ndjson");
        var file = await Kinds("evaluate", "--truth", truth, "--findings", folder["found.ndjson"]);
        Assert.Contains("\"found\":", file, StringComparison.Ordinal);
        Assert.Equal(file, await Kinds("evaluate", "--truth", truth, "--store", folder["store"]));
        Assert.Equal(file, await Kinds("evaluate", "--truth", truth, folder["blocks"]));
        Assert.Equal(file, await Kinds("simulate", "--evaluate", "--slots", $"{Slots}", "--seed", "5"));
    }

    [Fact]
    public async Task A_figure_below_what_is_asked_for_ends_with_exit_code_1_and_is_named()
    {
        using var folder = new TemporaryFolder();
        var made = await SluiceProcess.RunAsync("simulate", "--out", folder["blocks"], "--slots", "30", "--preset", "evaluation");
        Assert.True(made.ExitCode == 0, made.Errors);
        await File.WriteAllTextAsync(folder["none.ndjson"], "");
        string[] command = ["evaluate", "--truth", Path.Combine(folder["blocks"], "truth.ndjson"), "--findings", folder["none.ndjson"]];
        var free = await SluiceProcess.RunAsync(command);
        Assert.Equal((0, ""), (free.ExitCode, free.Errors));
        Assert.Contains("Missed arbitrage", free.Output, StringComparison.Ordinal);
        var asked = await SluiceProcess.RunAsync([.. command, "--min-recall", "0.99"]);
        Assert.Equal(1, asked.ExitCode);
        Assert.Contains("recall of arbitrage is 0.0000, below 0.99", asked.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_arguments_and_files_are_said_in_one_line()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["bad.ndjson"], "{}\n");
        await Fails(2, "Name one source", "evaluate", "--truth", folder["bad.ndjson"]);
        await Fails(2, "Name --out DIR to write blocks, --evaluate to judge findings, or --serve", "simulate");
        await Fails(2, "--min-recall takes 0 to 1", "simulate", "--evaluate", "--min-recall", "7");
        await Fails(1, "bad.ndjson line 1: \"kind\" is missing", "evaluate", "--truth", folder["bad.ndjson"], "--findings", folder["bad.ndjson"]);
        await Fails(1, "absent.ndjson", "evaluate", "--truth", folder["absent.ndjson"], "--findings", folder["bad.ndjson"]);

        static async Task Fails(int exitCode, string message, params string[] arguments)
        {
            var run = await SluiceProcess.RunAsync(arguments);
            Assert.Equal(exitCode, run.ExitCode);
            Assert.Contains(message, run.Errors, StringComparison.Ordinal);
            Assert.Single(run.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
    }

    /// <summary>The figures of all kinds, without the names of runs and the reasons, which blocks alone can tell.</summary>
    private static async Task<string> Kinds(params string[] arguments)
    {
        var run = await SluiceProcess.RunAsync([.. arguments, "--json"]);
        Assert.True(run.ExitCode == 0, run.Errors);
        using var report = JsonDocument.Parse(run.Output);
        return string.Join('\n', report.RootElement.GetProperty("kinds").EnumerateObject().SelectMany(kind => kind.Value.EnumerateObject()
            .Where(field => field.Name is not ("missed" or "invented"))
            .Select(field => $"{kind.Name} {field.Name} {field.Value.GetRawText()}"))) + report.RootElement.GetProperty("backrun_causes").GetRawText();
    }
}
