using System.Diagnostics;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>A test with a Kafka client from elsewhere; skipped, with the reason, where the client is absent.</summary>
internal sealed class ClientFactAttribute : FactAttribute
{
    public const string Python = "python";
    public const string JavaScript = "javascript";
    public const string Kcat = "kcat";

    public ClientFactAttribute(string client)
    {
        var isThere = client switch
        {
            Python => CanRun("/usr/bin/python3", "-c", "import kafka, avro, lz4"),
            JavaScript => Packages.All(p => Directory.Exists(PackageFolder(p.Name, p.Version))) && CanRun("node", "--version"),
            _ => CanRun("kcat", "-V"),
        };
        if (!isThere) { Skip = $"the client is absent ({client}): eng/test-setup.sh installs it where apt-get and npm are there"; }
    }

    /// <summary>npm packages of the example in JavaScript; versions also in eng/test-setup.sh.</summary>
    public static IReadOnlyList<(string Name, string Version)> Packages { get; } = [("kafkajs", "2.2.4"), ("avsc", "5.7.9"), ("lz4js", "0.2.0")];

    public static string PackageFolder(string name, string version)
    {
        var cache = Environment.GetEnvironmentVariable("SLUICE_CACHE") is { Length: > 0 } named
            ? named
            : Path.Combine(
                Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "", ".cache"),
                "sluice");
        return Path.Combine(cache, name, version, "package");
    }

    private static bool CanRun(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
