using System.Diagnostics;
using System.Globalization;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Writing;

namespace Sluice.Tests.Integration.Sinks;

[Collection(TestStore.Collection)]
public sealed class KillTests : IDisposable
{
    private const ulong First = 370_655_900; // the slots run over an epoch's end, hence into two partitions
    private const int Slots = 400;
    private const int Kills = 6;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>SIGKILL at random moments, some before the store is open and some in the middle of inserts.</summary>
    [EngineFact]
    public async Task Killed_again_and_again_a_run_ends_with_the_rows_of_an_undisturbed_one()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var store = _folder.Sub("killed");
        for (var i = 0; i < Kills; i++) { await RunAndKillAsync(store, random); }
        Assert.Equal(0, await RunAsync(WriterArguments(store)));
        Assert.Equal(0, await RunAsync(WriterArguments(_folder.Sub("undisturbed"))));

        var (killed, slots) = await ContentAsync(store);
        Assert.True(killed == (await ContentAsync(_folder.Sub("undisturbed"))).Content, $"seed {seed}: the rows differ:\n{killed}");
        Assert.Equal(Slots, slots);
    }

    /// <summary>Without care the engine takes the process down with a segmentation fault on its way out.</summary>
    [EngineTheory]
    [InlineData("return")]
    [InlineData("exit")]
    [InlineData("busy")]
    public async Task A_program_that_leaves_its_store_open_ends_with_its_own_exit_code(string end)
    {
        Assert.Equal(7, await RunAsync(CarelessProgram.Mode, _folder.Sub("store"), end));
        var (_, slots) = await ContentAsync(_folder.Sub("store"));
        Assert.Equal(1, slots);
    }

    private static async Task<(string Content, int Slots)> ContentAsync(string path)
    {
        await using var store = await EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = path, MustExist = true });
        await using var writer = await StoreWriter.OpenAsync(store);
        Assert.Empty(writer.Recovery.Slots);
        return (await StoreWriterTests.Everything(store), (await StoredSlots.LoadAsync(store)).Count);
    }

    /// <summary>Kills the writer when it has stored a random number of further slots, plus a random moment.</summary>
    private static async Task RunAndKillAsync(string store, Random random)
    {
        using var child = Start(WriterArguments(store));
        var more = random.Next(0, Slots / Kills);
        int? until = null;
        while (await child.StandardOutput.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith(KillableWriter.Progress, StringComparison.Ordinal)) { continue; }
            var stored = int.Parse(line.AsSpan(KillableWriter.Progress.Length), CultureInfo.InvariantCulture);
            if (stored >= (until ??= stored + more)) { break; }
        }

        // Where in its work this falls is chance, which is the point.
        Thread.SpinWait(random.Next(1, 1_000_000));
        child.Kill();
        await child.WaitForExitAsync();
    }

    private static async Task<int> RunAsync(params string[] arguments)
    {
        using var child = Start(arguments);
        var errors = child.StandardError.ReadToEndAsync();
        await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        Assert.Equal("", await errors);
        return child.ExitCode;
    }

    private static string[] WriterArguments(string store) =>
        [KillableWriter.Mode, store, First.ToString(CultureInfo.InvariantCulture), Slots.ToString(CultureInfo.InvariantCulture)];

    private static Process Start(string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        info.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        foreach (var argument in arguments) { info.ArgumentList.Add(argument); }
        return Process.Start(info) ?? throw new InvalidOperationException("dotnet did not start");
    }
}
