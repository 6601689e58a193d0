using Sluice.Sinks;
using Sluice.Sinks.Embedded;

namespace Sluice.Cli.Commands;

/// <summary>A note in a store's folder that says where its api listens, so that <c>sluice query</c> can ask there while the store is in use.</summary>
internal sealed class StoreAnnouncement : IDisposable
{
    private const string Name = "api.address";

    private readonly string _path;

    private StoreAnnouncement(string path) => _path = path;

    /// <summary>Writes the note; null for a store that is no folder.</summary>
    public static StoreAnnouncement? Write(IClickHouse store, string address)
    {
        if (store is not EmbeddedClickHouse embedded) { return null; }
        var path = Path.Combine(embedded.Path, Name);
        File.WriteAllText(path, address);
        return new StoreAnnouncement(path);
    }

    /// <summary>Address of the api that serves the store, or null. It may be stale after a crash.</summary>
    public static Uri? Read(string store)
    {
        var path = Path.Combine(store, Name);
        return File.Exists(path) && Uri.TryCreate(File.ReadAllText(path).Trim(), UriKind.Absolute, out var address) && address.IsLoopback
            ? address
            : null;
    }

    public void Dispose() => File.Delete(_path);
}
