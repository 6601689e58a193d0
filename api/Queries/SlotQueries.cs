using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sluice.Api.Contracts;

namespace Sluice.Api.Queries;

/// <summary>Reads what the store knows of a slot.</summary>
/// <remarks>
/// The statements name columns and shape nothing: to shape one row in the engine costs more than to read it. Only findings are counted,
/// since they are stored apart from the block and may come after it.
/// </remarks>
internal sealed class SlotQueries(StoreReader store)
{
    /// <summary>Null when the store knows nothing of the slot.</summary>
    public async Task<Slot?> FindAsync(ulong slot, CancellationToken cancellationToken)
    {
        var quality = ReadAsync("slot_quality", StoredQuality.Select, slot, StoreJson.Default.StoredQuality, cancellationToken);
        var block = ReadAsync("slot", StoredBlock.Select, slot, StoreJson.Default.StoredBlock, cancellationToken);
        await Task.WhenAll(quality, block);
        if (await block is { } produced) { return produced.ToContract(await quality); }
        var skipped = await ReadAsync("skipped_slot", StoredSkip.Select, slot, StoreJson.Default.StoredSkip, cancellationToken);
        return skipped?.ToContract();
    }

    private async Task<T?> ReadAsync<T>(string name, string sql, ulong slot, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await store.ReadRowAsync(new SqlStatement(name, sql).Set("slot", slot), cancellationToken) is { } row
            ? JsonSerializer.Deserialize(row.Span, type)
            : null;
}
