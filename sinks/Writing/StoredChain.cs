using System.Globalization;
using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Sinks.Writing;

/// <summary>A block that stands in the store.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="ParentSlot">Its parent's.</param>
/// <param name="Blockhash">Its hash.</param>
/// <param name="PreviousBlockhash">Its parent's.</param>
public readonly record struct StoredBlock(ulong Slot, ulong ParentSlot, Pubkey Blockhash, Pubkey PreviousBlockhash);

/// <summary>The chain as it stands in the store, and how far it is known to be the finalized one.</summary>
public static class StoredChain
{
    /// <summary>Name under which the position stands in <c>checkpoints</c>.</summary>
    public const string Checkpoint = "reconcile";

    /// <summary>Whole blocks from a slot on, ascending.</summary>
    public static async Task<List<StoredBlock>> LoadAsync(IClickHouse store, ulong first, CancellationToken ct)
    {
        var sql = string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT toString(slot) AS s, toString(parent_slot) AS p, blockhash, previous_blockhash FROM blocks FINAL WHERE slot >= {first} AND is_complete ORDER BY slot");
        var answer = await store.QueryAsync(new ClickHouseQuery(sql), ct).ConfigureAwait(false);
        var blocks = new List<StoredBlock>();
        foreach (var line in answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var row = JsonDocument.Parse(line);
            string Text(string name) => row.RootElement.GetProperty(name).GetString()!;
            blocks.Add(new StoredBlock(
                ulong.Parse(Text("s"), CultureInfo.InvariantCulture),
                ulong.Parse(Text("p"), CultureInfo.InvariantCulture),
                Pubkey.Parse(Text("blockhash")),
                Pubkey.Parse(Text("previous_blockhash"))));
        }

        return blocks;
    }

    /// <summary>Slot up to which the store was compared with the finalized chain; null where it never was.</summary>
    public static async Task<ulong?> ReconciledAsync(IClickHouse store, CancellationToken ct)
    {
        var answer = await store.QueryAsync(
            new ClickHouseQuery($"SELECT toString(position) AS p FROM checkpoints FINAL WHERE topology = '{Checkpoint}'"), ct).ConfigureAwait(false);
        if (answer.Rows == 0) { return null; }
        using var row = JsonDocument.Parse(answer.Text);
        return ulong.Parse(row.RootElement.GetProperty("p").GetString()!, CultureInfo.InvariantCulture);
    }

    /// <summary>Takes blocks out with everything that was read of them; their findings stay, to be retracted or replaced.</summary>
    public static Task RemoveAsync(IClickHouse store, IEnumerable<ulong> slots, CancellationToken ct) => StoreRecovery.RemoveBlocksAsync(store, slots, ct);
}
