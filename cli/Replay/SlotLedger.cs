using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>The slots of this run: what is here twice, and whether a block follows its parent.</summary>
/// <param name="wasTaken">Says whether a block of this slot and hash was taken in an earlier run; null where there was none.</param>
/// <param name="keep">Slots that are remembered at least, behind the newest: all, for input in any order.</param>
internal sealed class SlotLedger(Func<long, Pubkey, bool>? wasTaken, int keep = int.MaxValue)
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
        if (_seen.TryAdd(block.Slot, block.Blockhash))
        {
            if (_seen.Count / 2 > keep) { ForgetBefore(block.Slot - keep); }
            return Standing.New;
        }

        return _seen[block.Slot] == block.Blockhash ? Standing.Duplicate : Standing.Fork;
    }

    /// <summary>Says whether parent slot and hash match the parent as it was read in this run or an earlier one.</summary>
    public ParentCheck CheckParent(in Block block)
    {
        if (!block.IsComplete) { return ParentCheck.Unknown; }
        if (block.ParentSlot >= block.Slot) { return ParentCheck.Broken; }
        if (_seen.TryGetValue(block.ParentSlot, out var parent))
        {
            return parent == block.PreviousBlockhash ? ParentCheck.Continuous : ParentCheck.Broken;
        }

        return wasTaken?.Invoke(block.ParentSlot, block.PreviousBlockhash) == true ? ParentCheck.Continuous : ParentCheck.Unknown;
    }

    private void ForgetBefore(long slot)
    {
        foreach (var old in _seen.Keys.Where(s => s < slot).ToArray()) { _seen.Remove(old); }
    }
}
