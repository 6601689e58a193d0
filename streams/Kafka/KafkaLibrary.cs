using System.Runtime.InteropServices;
using Confluent.Kafka;

namespace Sluice.Streams.Kafka;

/// <summary>Finds librdkafka, the native half of the Kafka client. Nothing is loaded until Kafka is used.</summary>
/// <remarks>
/// Looked for in this order: SLUICE_LIBRDKAFKA; the cache that eng/setup-kafka.sh fills; the system's library. It must be 2.1 or newer:
/// the client calls functions that came with it.
/// </remarks>
public static class KafkaLibrary
{
    /// <summary>Version that eng/setup-kafka.sh builds.</summary>
    public const string Version = "2.8.0";

    private const int OldestVersion = 0x020100ff;

    private static readonly Lock Gate = new();
    private static nint _handle;

    /// <summary>Whether a library of a usable version can be loaded.</summary>
    public static bool IsPresent => Find(out _) != 0;

    /// <summary>Makes the client use the library. Called before the first use of any client; further calls do nothing.</summary>
    /// <exception cref="KafkaBusException">No usable library was found.</exception>
    public static void Load()
    {
        lock (Gate)
        {
            if (_handle != 0) { return; }
            var handle = Find(out var problem);
            if (handle == 0) { throw new KafkaBusException($"{problem} Run 'make setup-kafka', or name a library in SLUICE_LIBRDKAFKA."); }
            _handle = handle;
            NativeLibrary.SetDllImportResolver(typeof(Library).Assembly, static (name, _, _) => name.Contains("rdkafka", StringComparison.Ordinal) ? _handle : 0);
        }
    }

    /// <summary>Handle of the loaded library, for tests that use its mock cluster.</summary>
    internal static nint Handle
    {
        get
        {
            Load();
            return _handle;
        }
    }

    private static nint Find(out string problem)
    {
        problem = "librdkafka was not found.";
        foreach (var path in Candidates())
        {
            if (!NativeLibrary.TryLoad(path, out var handle)) { continue; }
            if (VersionOf(handle) >= OldestVersion) { return handle; }
            problem = $"librdkafka at {path} is older than 2.1.";
            NativeLibrary.Free(handle);
        }

        return 0;
    }

    private static IEnumerable<string> Candidates()
    {
        if (Environment.GetEnvironmentVariable("SLUICE_LIBRDKAFKA") is { Length: > 0 } named)
        {
            yield return named;
            yield break;
        }

        yield return Path.Combine(CacheFolder(), "librdkafka", Version, "librdkafka.so.1");
        yield return "librdkafka.so.1";
        yield return "librdkafka.1.dylib";
    }

    private static unsafe int VersionOf(nint handle) =>
        NativeLibrary.TryGetExport(handle, "rd_kafka_version", out var function) ? ((delegate* unmanaged<int>)function)() : 0;

    private static string CacheFolder()
    {
        if (Environment.GetEnvironmentVariable("SLUICE_CACHE") is { Length: > 0 } cache) { return cache; }
        var root = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "", ".cache");
        return Path.Combine(root, "sluice");
    }
}
