using System.Collections.Concurrent;
using Sluice.Schemas.Avro;
using Sluice.Streams.Formats.Registry;

namespace Sluice.Streams.Formats;

/// <summary>The writers' schemas that were met: those that this version ships, and those that were asked for.</summary>
/// <remarks>
/// What was found is kept for good: an id or fingerprint never changes its meaning. What was not found is kept for a while. While
/// the registry or the source does not answer, the question is repeated; the waiting ends with its caller's cancellation.
/// </remarks>
internal sealed class WriterSchemas(SchemaRegistryClient? registry, FormatOptions options) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>Questions for an id before "there is none" counts: a registry's follower may learn of it a moment later.</summary>
    private const int IdAttempts = 3;

    private readonly ConcurrentDictionary<SchemaKey, WriterSchema> _found = [];
    private readonly ConcurrentDictionary<SchemaKey, (WriterSchema Answer, long At)> _missing = [];
    private readonly ConcurrentDictionary<SchemaKey, Lazy<Task<WriterSchema>>> _asking = [];
    private readonly CancellationTokenSource _closing = new();
    private int _isOutage;

    /// <summary>The schema, or null where it was not asked for yet or could not be found.</summary>
    public WriterSchema? Known(SchemaKey key)
    {
        if (_found.TryGetValue(key, out var known)) { return known; }
        if (key.IsRegistryId || AvroHistory.Find(key.Value) is not { } shipped) { return null; }
        return _found.GetOrAdd(key, new WriterSchema(shipped));
    }

    /// <summary>Asks for a schema; callers that want the same one share the question.</summary>
    public async ValueTask<WriterSchema> FetchAsync(SchemaKey key, CancellationToken cancel)
    {
        if (Known(key) is { } known) { return known; }
        if (_missing.TryGetValue(key, out var missing))
        {
            if (options.Time.GetElapsedTime(missing.At) < options.FailureLifetime) { return missing.Answer; }
            _missing.TryRemove(new KeyValuePair<SchemaKey, (WriterSchema, long)>(key, missing));
        }

        var question = _asking.GetOrAdd(key, k => new Lazy<Task<WriterSchema>>(() => Task.Run(() => AskAsync(k, _closing.Token))));
        return await question.Value.WaitAsync(cancel).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync().ConfigureAwait(false);
        foreach (var question in _asking.Values)
        {
            await ((Task)question.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _closing.Dispose();
    }

    private async Task<WriterSchema> AskAsync(SchemaKey key, CancellationToken cancel)
    {
        try
        {
            var answers = 0;
            for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
            {
                try
                {
                    var answer = await AskOnceAsync(key, cancel).ConfigureAwait(false);
                    if (Interlocked.Exchange(ref _isOutage, 0) == 1) { options.Warn?.Invoke("schemas are found again; reading goes on"); }
                    if (answer.Schema is not null || answer.IsForeign) { return _found[key] = answer; }
                    if (!key.IsRegistryId || registry is null || ++answers == IdAttempts)
                    {
                        _missing[key] = (answer, options.Time.GetTimestamp());
                        return answer;
                    }
                }
                catch (Exception e) when (!cancel.IsCancellationRequested)
                {
                    if (Interlocked.Exchange(ref _isOutage, 1) == 0)
                    {
                        options.Warn?.Invoke($"reading waits for the schema with {key}: {e.Message}");
                    }
                }

                await Task.Delay(pause, options.Time, cancel).ConfigureAwait(false);
            }
        }
        finally
        {
            _asking.TryRemove(key, out _);
        }
    }

    private async Task<WriterSchema> AskOnceAsync(SchemaKey key, CancellationToken cancel)
    {
        if (!key.IsRegistryId)
        {
            if (options.Source is not { } source) { return new WriterSchema(null, "this version does not ship it, and there is no place to ask"); }
            var json = await source.FindAsync(key.Value, cancel).ConfigureAwait(false);
            if (json is null) { return new WriterSchema(null, "nobody has published it"); }
            var found = WriterSchema.Parse(json);
            return found.Schema is { } schema && schema.Fingerprint != key.Value
                ? new WriterSchema(null, $"what was published under it has fingerprint {schema.Fingerprint:x16}", IsForeign: true)
                : found;
        }

        if (registry is null) { return new WriterSchema(null, "it was written with a schema registry; name it by --schema-registry"); }
        if (await registry.FindAsync((int)key.Value, cancel).ConfigureAwait(false) is not { } registered)
        {
            return new WriterSchema(null, $"the schema registry at {registry.Address} has none with this id");
        }

        if (registered.Type != RegistrySchema.Avro) { return new WriterSchema(null, $"its values are {registered.Type}, not Avro", IsForeign: true); }
        return registered.HasReferences
            ? new WriterSchema(null, "it refers to other schemas of the registry, which are not followed", IsForeign: true)
            : WriterSchema.Parse(registered.Json);
    }
}
