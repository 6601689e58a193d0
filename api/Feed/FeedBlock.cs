using System.Text.Json;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Api.Feed;

/// <summary>A block as the feed shows it: its place in the chain and its counts, by the names of the table of blocks; no transactions.</summary>
internal static class FeedBlock
{
    public static void WriteFields(Utf8JsonWriter json, in Arrived arrived)
    {
        ref readonly var block = ref arrived.Block;
        Span<byte> text = stackalloc byte[Base58.MaxChars32];
        json.WriteNumber("slot", block.Slot);
        json.WriteString("blockhash", text[..block.Blockhash.Format(text)]);
        json.WriteNumber("parent_slot", block.ParentSlot);
        json.WriteString("previous_blockhash", text[..block.PreviousBlockhash.Format(text)]);
        if (block.BlockHeight is { } height) { json.WriteNumber("block_height", height); } else { json.WriteNull("block_height"); }
        if (block.BlockTimeUnixMs is { } time) { json.WriteNumber("block_time_unix_ms", time); } else { json.WriteNull("block_time_unix_ms"); }
        if (block.Leader is { } leader) { json.WriteString("leader", text[..leader.Format(text)]); } else { json.WriteNull("leader"); }
        json.WriteBoolean("is_complete", block.IsComplete);
        json.WriteNumber("transaction_count", block.TransactionCount);
        json.WriteNumber("vote_count", block.VoteCount);
        json.WriteNumber("failed_count", block.FailedCount);
        json.WriteNumber("swap_count", Swaps(in block));
        json.WriteString("fees_lamports", block.FeesLamports.ToString());
        json.WriteString("priority_fees_lamports", block.PriorityFeesLamports.ToString());
        json.WriteString("tips_lamports", block.TipsLamports.ToString());
        json.WriteNumber("compute_units", block.ComputeUnits);
        if (arrived.UnixMicros > 0) { json.WriteNumber("arrived_unix_ms", arrived.UnixMicros / 1_000); } else { json.WriteNull("arrived_unix_ms"); }
    }

    private static int Swaps(in Block block)
    {
        var swaps = 0;
        if (block.Transactions is null) { return swaps; }
        foreach (ref readonly var transaction in block.Transactions.Span) { swaps += transaction.Swaps?.Count ?? 0; }
        return swaps;
    }

    /// <summary>A block and when its bytes arrived, 0 where unknown.</summary>
    public readonly ref struct Arrived(in Block block, long unixMicros)
    {
        public readonly ref readonly Block Block = ref block;
        public readonly long UnixMicros = unixMicros;
    }
}
