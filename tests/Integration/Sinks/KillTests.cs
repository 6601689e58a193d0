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
        Assert.Equal(0, await RunAsync(store));
        Assert.Equal(0, await RunAsync(_folder.Sub("undisturbed")));

        var (killed, slots) = await ContentAsync(store);
        Assert.True(killed == (await ContentAsync(_folder.Sub("undisturbed"))).Content, $"seed {seed}: the rows differ:\n{killed}");
        Assert.Equal(Slots, slots);
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
        using var child = Start(store);
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

    private static async Task<int> RunAsync(string store)
    {
        using var child = Start(store);
        await child.StandardOutput.ReadToEndAsync();
        await child.WaitForExitAsync();
        return child.ExitCode;
    }

    private static Process Start(string store)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in new[] { typeof(KillTests).Assembly.Location, KillableWriter.Mode, store, First.ToString(CultureInfo.InvariantCulture), Slots.ToString(CultureInfo.InvariantCulture) })
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info) ?? throw new InvalidOperationException("dotnet did not start");
    }
}
