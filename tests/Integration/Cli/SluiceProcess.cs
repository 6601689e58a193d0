using System.Diagnostics;
using System.Text;

namespace Sluice.Tests.Integration.Cli;

/// <summary>Runs the command line as a user does, in a process of its own.</summary>
internal static class SluiceProcess
{
    /// <summary>The program that was built with the tests.</summary>
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "sluice.dll");

    /// <summary>What a finished process left.</summary>
    internal sealed record Outcome(int ExitCode, string Output, string Errors)
    {
        /// <summary>Lines of standard output.</summary>
        public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Longer than any of the tests' runs takes on a busy machine: what it ends is stuck.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs to the end.</summary>
    public static Task<Outcome> RunAsync(params string[] arguments) => RunAsync([], arguments);

    /// <summary>Runs to the end with variables of the environment.</summary>
    public static async Task<Outcome> RunAsync((string Name, string Value)[] environment, string[] arguments)
    {
        using var process = Start(environment, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"sluice {string.Join(' ', arguments)} did not end: {await errors}");
        }

        return new Outcome(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts a run; its streams must be read or are small.</summary>
    public static Process Start(params string[] arguments) => Start([], arguments);

    private static Process Start((string Name, string Value)[] environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };

        // A run of seconds is over before what the runtime learns of it pays.
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in environment) { start.Environment[name] = value; }
        start.ArgumentList.Add(Program);
        foreach (var argument in arguments) { start.ArgumentList.Add(argument); }
        return Process.Start(start) ?? throw new InvalidOperationException("dotnet could not be started.");
    }
}

/// <summary>A folder for one test, removed at its end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sluice-test-").FullName;

    /// <summary>A path inside.</summary>
    public string this[params string[] parts] => System.IO.Path.Combine([Path, .. parts]);

    /// <summary>A named pipe inside that nobody writes to: whoever reads it waits.</summary>
    public string Pipe(string name)
    {
        using var made = System.Diagnostics.Process.Start("mkfifo", this[name]);
        made.WaitForExit();
        return made.ExitCode == 0 ? this[name] : throw new InvalidOperationException($"mkfifo ended with {made.ExitCode}.");
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
