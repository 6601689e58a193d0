using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Replay;

/// <summary>The slots of the store, as they were when the run began.</summary>
/// <param name="stored">Null without a store.</param>
internal sealed class StoreSlots(StoredSlots? stored)
{
    /// <summary>Whether a block of this slot and hash is stored, of whatever version.</summary>
    public bool Holds(long slot, Pubkey blockhash) => stored?.Find((ulong)slot, blockhash, 0) == StoredSlotState.Stored;

    /// <summary>Says what to do with the block in the store.</summary>
    public StorePlan Plan(in Block block)
    {
        var state = stored?.Find((ulong)block.Slot, block.Blockhash, (ulong)BlockRows.PipelineVersion) ?? StoredSlotState.Absent;
        if (!block.IsComplete)
        {
            // Single transactions add to others of their slot, and never displace a whole block.
            return state == StoredSlotState.Outdated ? StorePlan.Skip : StorePlan.Write;
        }

        return state switch
        {
            StoredSlotState.Absent => StorePlan.Write,
            StoredSlotState.Stored => StorePlan.Skip,
            _ => StorePlan.Replace,
        };
    }
}
