using System.Text.Json;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Streams;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Stores;

/// <summary>What a store says about a key, by partition.</summary>
/// <param name="Partition">Partition of the task.</param>
/// <param name="State">Only a running task's answer counts.</param>
/// <param name="Write">Writes the entry's fields; null when there is none.</param>
internal readonly record struct StoreEntry(int Partition, KafkaTaskState State, Action<Utf8JsonWriter>? Write);

/// <summary>A kept store that people may ask.</summary>
internal abstract class QueryableStore(string topology, string store, string keyName)
{
    /// <summary>Every one of the product.</summary>
    public static IReadOnlyList<QueryableStore> All { get; } = [new PoolsStore()];

    public string Topology { get; } = topology;

    public string Store { get; } = store;

    /// <summary>What its keys are, as in JSON.</summary>
    public string KeyName { get; } = keyName;

    /// <summary>Asks each task of this process; null when the text is no key.</summary>
    public abstract Task<IReadOnlyList<StoreEntry>>? FindAsync(KafkaStreams streams, string key, CancellationToken cancel);

    private sealed class PoolsStore() : QueryableStore(PoolsTopology.Name, PoolsTopology.Latest, "pool")
    {
        public override Task<IReadOnlyList<StoreEntry>>? FindAsync(KafkaStreams streams, string key, CancellationToken cancel) =>
            Pubkey.TryParse(key, out var pool) ? AskAsync(streams, pool, cancel) : null;

        private async Task<IReadOnlyList<StoreEntry>> AskAsync(KafkaStreams streams, Pubkey pool, CancellationToken cancel)
        {
            var answers = await streams.QueryAsync<KeyValueStore<Pubkey, PoolState>, PoolState?>(
                Topology, Store, store => store.TryGet(in pool, out var state) ? state : null, cancel).ConfigureAwait(false);
            return [.. answers.Select(a => new StoreEntry(a.Partition, a.State, a.Value is { } state ? json => PoolStateJson.WriteFields(json, in state) : null))];
        }
    }
}
