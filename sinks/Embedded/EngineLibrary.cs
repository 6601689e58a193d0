using System.Runtime.InteropServices;

namespace Sluice.Sinks.Embedded;

/// <summary>Finds and loads the engine's library, which eng/setup.sh fetches.</summary>
public static class EngineLibrary
{
    /// <summary>chDB's version; eng/setup.sh fetches the same.</summary>
    public const string Version = "26.7.3-stable.1";

    /// <summary>Where the library is looked for: SLUICE_CHDB, or the cache that eng/setup.sh fills.</summary>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable("SLUICE_CHDB") is { Length: > 0 } named) { return named; }
            return System.IO.Path.Combine(CacheFolder(), "chdb", Version, "libchdb.so");
        }
    }

    /// <summary>Whether the library is there.</summary>
    public static bool IsPresent => File.Exists(Path);

    internal static nint Load()
    {
        var path = Path;
        if (!File.Exists(path))
        {
            throw new StoreException($"The embedded ClickHouse engine is missing ({path}): run 'make setup'.");
        }

        try
        {
            return NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new StoreException(
                $"The embedded ClickHouse engine at {path} cannot be loaded; remove it and run 'make setup'. ({e.Message.ReplaceLineEndings(" ")})", e);
        }
    }

    private static string CacheFolder()
    {
        if (Environment.GetEnvironmentVariable("SLUICE_CACHE") is { Length: > 0 } cache) { return cache; }
        var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : System.IO.Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "", ".cache");
        return System.IO.Path.Combine(root, "sluice");
    }
}
