using System.Buffers;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Faults;

/// <summary>One slot of a chain with forks.</summary>
/// <param name="Slot">Its number.</param>
/// <param name="Leader">The leader's identity.</param>
/// <param name="Block">The block that stands in the end; null where the slot was skipped.</param>
/// <param name="Fork">The block that is seen before <paramref name="ForkEnd"/>; null where no fork covers the slot.</param>
/// <param name="ForkEnd">Slot at which the true block replaces the fork's.</param>
public sealed record ChainSlot(ulong Slot, Pubkey Leader, ChainBlock? Block, ChainBlock? Fork, ulong ForkEnd)
{
    /// <summary>What a node shows when it has come to a slot.</summary>
    public ChainBlock? SeenAt(ulong slot) => Fork is not null && slot < ForkEnd ? Fork : Block;
}

/// <summary>Makes the slots of the simulated chain and, where a fork covers them, the blocks that are seen first.</summary>
/// <param name="simulator">Makes the chain.</param>
/// <param name="plan">Has the forks.</param>
/// <param name="told">Is told of each slot as it is made.</param>
public sealed class ForkingChain(Simulator simulator, FaultPlan plan, Action<SimulatedSlot>? told = null)
{
    private readonly ArrayBufferWriter<byte> _json = new(1 << 20);
    private readonly ForkBlocks _forks = new(plan.Options.Seed);
    private ChainBlock? _last;
    private ChainBlock? _beforeFork;
    private ulong _transactions;

    /// <summary>Makes the next slot; false when the simulation is at its end.</summary>
    public bool TryNext(out ChainSlot slot)
    {
        slot = null!;
        _json.ResetWrittenCount();
        if (!simulator.TryNextBlock(_json, out var made)) { return false; }
        told?.Invoke(made);
        if (made.Skipped)
        {
            slot = new ChainSlot(made.Slot, made.Leader, null, null, 0);
            return true;
        }

        var block = new ChainBlock(made.Slot, made.Leader, _json.WrittenSpan.ToArray(), made.Transactions, _transactions);
        _transactions += (ulong)made.Transactions;
        ChainBlock? instead = null;
        var fork = plan.ForkAt(made.Slot);
        if (fork is { } covering)
        {
            if (_last is null || _last.Slot < covering.First) { _beforeFork = _last; }
            instead = _forks.Make(covering, block, _beforeFork);
        }

        _last = block;
        slot = new ChainSlot(made.Slot, made.Leader, block, instead, fork?.End ?? 0);
        return true;
    }
}
