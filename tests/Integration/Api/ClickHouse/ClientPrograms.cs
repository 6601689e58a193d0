using System.Diagnostics;
using System.Text;

namespace Sluice.Tests.Integration.Api.ClickHouse;

/// <summary>Clients of ClickHouse that others wrote, where set-up could get them.</summary>
internal static class ClientPrograms
{
    /// <summary>Version of @clickhouse/client; also in eng/test-setup.sh.</summary>
    private const string JavaScriptVersion = "1.23.1";

    /// <summary>Folder of the package @clickhouse/client.</summary>
    public static string JavaScriptClient { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("SLUICE_CACHE")
            ?? Path.Combine(
                Environment.GetEnvironmentVariable("XDG_CACHE_HOME")
                    ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
                "sluice"),
        "clickhouse-js", JavaScriptVersion, "package");

    /// <summary>Null, or why tests with the JavaScript client skip.</summary>
    public static string? WhyNoJavaScript =>
        Directory.Exists(JavaScriptClient) && CanRun("node", "-e", "process.exit(Number(process.versions.node.split('.')[0]) >= 20 ? 0 : 1)")
            ? null
            : "npm's @clickhouse/client or Node.js 20 is absent: eng/test-setup.sh fetches the client where npm is there";

    /// <summary>Null, or why tests with the Python client skip.</summary>
    public static string? WhyNoPython { get; } = CanRun("/usr/bin/python3", "-c", "import clickhouse_driver")
        ? null
        : "python3-clickhouse-driver is absent: eng/test-setup.sh installs it where apt-get is there";

    /// <summary>Runs a program with bytes on its standard input, and returns what it prints; a failure throws with its message.</summary>
    public static string Run(string program, string[] arguments, byte[]? input = null)
    {
        var (code, output, error) = Start(program, arguments, input ?? []);
        return code == 0 ? output : throw new InvalidOperationException($"{program} ended with {code}: {error}");
    }

    /// <summary>A file that lies beside the tests' sources.</summary>
    public static string Script(string name, [System.Runtime.CompilerServices.CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, name);

    private static bool CanRun(string program, params string[] arguments)
    {
        try
        {
            return Start(program, arguments, []).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }

    private static (int Code, string Output, string Error) Start(string program, string[] arguments, byte[] input)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            Environment = { ["PYTHONIOENCODING"] = "utf-8" },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, error.Result);
    }
}
