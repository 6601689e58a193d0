using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Replay;

/// <summary>The slots of this run and of the store: what is new, what is here twice, whether a block follows its parent.</summary>
internal sealed class SlotLedger(StoredSlots? stored)
{
    private readonly Dictionary<long, Pubkey> _seen = [];

    /// <summary>How a block relates to what came before.</summary>
    internal enum Standing
    {
        New,

        /// <summary>The same block came earlier in this run, or single transactions of a block that came whole.</summary>
        Duplicate,

        /// <summary>Another block of the same slot came earlier in this run.</summary>
        Fork,
    }

    /// <summary>Enters a block.</summary>
    public Standing Enter(in Block block)
    {
        if (!block.IsComplete) { return _seen.ContainsKey(block.Slot) ? Standing.Duplicate : Standing.New; }
        if (_seen.TryAdd(block.Slot, block.Blockhash)) { return Standing.New; }
        return _seen[block.Slot] == block.Blockhash ? Standing.Duplicate : Standing.Fork;
    }

    /// <summary>Says whether parent slot and hash match the parent as it was read in this run or is stored.</summary>
    public ParentCheck CheckParent(in Block block)
    {
        if (!block.IsComplete) { return ParentCheck.Unknown; }
        if (block.ParentSlot >= block.Slot) { return ParentCheck.Broken; }
        if (_seen.TryGetValue(block.ParentSlot, out var parent))
        {
            return parent == block.PreviousBlockhash ? ParentCheck.Continuous : ParentCheck.Broken;
        }

        return stored?.Find((ulong)block.ParentSlot, block.PreviousBlockhash, 0) == StoredSlotState.Stored
            ? ParentCheck.Continuous
            : ParentCheck.Unknown;
    }

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
