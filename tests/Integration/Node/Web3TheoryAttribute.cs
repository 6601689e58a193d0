using System.Diagnostics;

namespace Sluice.Tests.Integration.Node;

/// <summary>A test with npm's @solana/web3.js; skipped, with the reason, where it or Node.js is absent.</summary>
internal sealed class Web3TheoryAttribute : TheoryAttribute
{
    /// <summary>Version; also in eng/test-setup.sh.</summary>
    private const string Version = "1.98.4";

    public Web3TheoryAttribute()
    {
        if (!Directory.Exists(Path.Combine(Modules, "node_modules", "@solana", "web3.js")) || !HasNode())
        {
            Skip = "npm's @solana/web3.js or Node.js is absent: eng/test-setup.sh fetches the client where npm is there";
        }
    }

    /// <summary>Folder in which npm installed the client.</summary>
    public static string Modules { get; } = Path.Combine(
        Environment.GetEnvironmentVariable("SLUICE_CACHE") is { Length: > 0 } named
            ? named
            : Path.Combine(
                Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg ? xdg : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "", ".cache"),
                "sluice"),
        "solana-web3",
        Version);

    private static bool HasNode()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }
}
