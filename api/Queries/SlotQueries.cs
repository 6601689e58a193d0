using Sluice.Api.Contracts;

namespace Sluice.Api.Queries;

/// <summary>Reads what the store knows of a slot.</summary>
internal sealed class SlotQueries(StoreReader store)
{
    /// <summary>The fields of <see cref="ProducedSlot"/> but for its quality.</summary>
    private const string Produced =
        """
        SELECT 'produced' AS status, toDecimal64(t.slot, 0) AS slot, toDecimal64(intDiv(t.slot, {epoch_slots:UInt64}), 0) AS epoch,
          t.blockhash AS blockhash, toDecimal64(t.parent_slot, 0) AS parent_slot, t.previous_blockhash AS previous_blockhash,
          toDecimal64(t.block_height, 0) AS block_height, t.block_time AS block_time,
          toDecimal64(toUnixTimestamp64Milli(t.block_time), 0) AS block_time_unix_ms, t.leader AS leader,
          t.is_complete AS is_complete, t.source AS source,
          CAST((t.transaction_count, t.vote_count, t.failed_count, t.failed_vote_count, t.tipped_transaction_count, t.swap_count, t.arbitrage_count),
            'Tuple(transactions Int32, votes Int32, failed Int32, failed_votes Int32, tipped Int32, swaps Int32, arbitrages Int32)') AS counts,
          CAST((toString(t.fees_lamports), toString(t.priority_fees_lamports), toString(t.tips_lamports), toString(t.leader_reward_lamports)),
            'Tuple(fees_lamports String, priority_fees_lamports String, tips_lamports String, leader_reward_lamports Nullable(String))') AS money,
          toDecimal64(t.compute_units, 0) AS compute_units, toDecimal64(t.version, 0) AS version
        FROM blocks AS t
        WHERE t.slot = {slot:UInt64}
        """;

    /// <summary>The fields of <see cref="SlotQuality"/>.</summary>
    private const string Quality =
        """
        SELECT t.passed AS passed, t.parent AS parent,
          CAST((t.fee_formula_checked, t.fee_formula_failed), 'Tuple(checked Int32, failed Int32)') AS fee_formula,
          CAST((t.lamports_checked, t.lamports_failed), 'Tuple(checked Int32, failed Int32)') AS lamports,
          CAST((t.tokens_checked, t.tokens_failed), 'Tuple(checked Int32, failed Int32)') AS tokens,
          CAST((t.reward_checked, t.reward_failed), 'Tuple(checked Int32, failed Int32)') AS reward,
          t.decode_rejected AS decode_rejected, t.drifted_swaps AS drifted_swaps
        FROM data_quality AS t
        WHERE t.slot = {slot:UInt64}
        """;

    /// <summary>The fields of <see cref="SkippedSlot"/>.</summary>
    private const string Skipped =
        """
        SELECT 'skipped' AS status, toDecimal64(t.slot, 0) AS slot, toDecimal64(intDiv(t.slot, {epoch_slots:UInt64}), 0) AS epoch,
          toDecimal64(t.proven_by_slot, 0) AS proven_by_slot, toDecimal64(t.version, 0) AS version
        FROM skipped_slots AS t
        WHERE t.slot = {slot:UInt64}
        """;

    /// <summary>A <see cref="Slot"/> as JSON; null when the store knows nothing of it.</summary>
    public async Task<ReadOnlyMemory<byte>?> FindAsync(ulong slot, CancellationToken cancellationToken)
    {
        var quality = store.ReadRowAsync(new SqlStatement("slot_quality", Quality).Set("slot", slot), cancellationToken);
        var block = store.ReadRowAsync(About("slot", Produced, slot), cancellationToken);
        await Task.WhenAll(quality, block);
        return await block is { } produced
            ? WithQuality(produced, await quality)
            : await store.ReadRowAsync(About("skipped_slot", Skipped, slot), cancellationToken);
    }

    private static SqlStatement About(string name, string sql, ulong slot) =>
        new SqlStatement(name, sql).Set("slot", slot).Set("epoch_slots", Chain.SlotsPerEpoch);

    private static byte[] WithQuality(ReadOnlyMemory<byte> block, ReadOnlyMemory<byte>? quality)
    {
        // In place of the closing brace.
        ReadOnlySpan<byte> value = quality is { } row ? row.Span : "null"u8;
        return [.. block.Span[..^1], .. ",\"quality\":"u8, .. value, (byte)'}'];
    }
}
