using System.Text;
using Sluice.Cli.Commands;
using Sluice.Sinks;
using Sluice.Sinks.Migrations;

namespace Sluice.Cli.Roles.Tail;

/// <summary>Asks a store for rows as JSON: opened here, or through the <c>sluice api</c> that has it open.</summary>
internal sealed class StoreRows : IAsyncDisposable
{
    private readonly IClickHouse? _store;
    private readonly HttpClient? _api;

    private StoreRows(IClickHouse? store, HttpClient? api, bool canGrow) => (_store, _api, CanGrow) = (store, api, canGrow);

    /// <summary>Whether rows may come while this process reads: not in a folder that it has open itself.</summary>
    public bool CanGrow { get; }

    /// <exception cref="StoreException">There is no store, or another process that does not serve has it open.</exception>
    public static async Task<StoreRows> OpenAsync(string path, string? cluster, CancellationToken cancel)
    {
        try
        {
            var store = await StoreOption.OpenExistingAsync(path, cluster, cancel);
            await SchemaMigrations.RequireCurrentAsync(store, cancel);
            return new StoreRows(store, null, new StoreSelection(path).IsServer);
        }
        catch (StoreException)
        {
            if (StoreAnnouncement.Read(path) is not { } address) { throw; }
            var api = new HttpClient { BaseAddress = address };
            try
            {
                using var reply = await api.GetAsync(new Uri("/health/live", UriKind.Relative), cancel);
                return new StoreRows(null, api, true);
            }
            catch (HttpRequestException)
            {
                api.Dispose();
            }

            throw;
        }
    }

    /// <summary>The rows of a statement, one JSON object each.</summary>
    /// <exception cref="ClickHouseException">The store refuses the statement.</exception>
    /// <exception cref="IOException">The api does not answer any more.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync(string sql, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        if (_store is not null)
        {
            await foreach (var piece in _store.StreamAsync(new ClickHouseQuery(sql), cancel))
            {
                foreach (var line in Lines(piece)) { yield return line; }
            }

            yield break;
        }

        foreach (var line in Lines(await AskAsync(sql, cancel))) { yield return line; }
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) { await _store.DisposeAsync(); }
        _api?.Dispose();
    }

    private async Task<byte[]> AskAsync(string sql, CancellationToken cancel)
    {
        try
        {
            using var body = new StringContent(sql, Encoding.UTF8);
            using var reply = await _api!.PostAsync(new Uri("/query?default_format=JSONEachRow", UriKind.Relative), body, cancel);
            var bytes = await reply.Content.ReadAsByteArrayAsync(cancel);
            return reply.IsSuccessStatusCode ? bytes : throw new IOException($"the api at {_api.BaseAddress} refuses: {Encoding.UTF8.GetString(bytes).Trim()}");
        }
        catch (HttpRequestException e)
        {
            throw new IOException($"the api at {_api!.BaseAddress} does not answer: {e.Message}", e);
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(ReadOnlyMemory<byte> piece)
    {
        while (piece.Length > 0)
        {
            var end = piece.Span.IndexOf((byte)'\n');
            var line = end < 0 ? piece : piece[..end];
            piece = end < 0 ? default : piece[(end + 1)..];
            if (line.Length > 0) { yield return line; }
        }
    }
}
