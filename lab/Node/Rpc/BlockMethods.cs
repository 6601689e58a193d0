using Sluice.Lab.Faults;

namespace Sluice.Lab.Node.Rpc;

/// <summary>Blocks, and which slots have one.</summary>
/// <remarks>These take the chain's lock themselves, for as long as it takes to find a block, since writing one takes longer.</remarks>
internal static class BlockMethods
{
    private const ulong MaxRange = 500_000;

    public static RpcError? GetBlock(RpcCall call)
    {
        var slot = call.Params.Number(0, "slot");
        var format = BlockFormat.Read(call.Params, 1, "rewards");
        var commitment = call.Params.IsObject(1) ? call.Params.Commitment(1, atLeastConfirmed: true) : Commitment.Finalized;
        return call.Params.Error ?? Find(call, slot, commitment, out var block) ?? BlockEncoder.Write(block, format, null, call.Output);
    }

    public static RpcError? GetBlockTime(RpcCall call)
    {
        var slot = call.Params.Number(0, "slot");
        return call.Params.Error ?? Find(call, slot, Commitment.Confirmed, out var block) ?? call.Write(json => json.WriteNumberValue(block.Time));
    }

    public static RpcError? GetBlocks(RpcCall call)
    {
        var first = call.Params.Number(0, "startSlot");
        var config = call.Params.IsObject(1) ? 1 : 2;
        var last = config == 1 ? null : call.Params.OptionalNumber(1);
        var commitment = call.Params.Commitment(config, atLeastConfirmed: true);
        if (call.Params.Error is { } wrong) { return wrong; }
        if (last - first > MaxRange && last >= first) { return RpcError.Params($"Slot range too large; max {MaxRange}"); }
        return WriteSlots(call, first, last ?? first + MaxRange, commitment, int.MaxValue);
    }

    public static RpcError? GetBlocksWithLimit(RpcCall call)
    {
        var first = call.Params.Number(0, "startSlot");
        var limit = call.Params.Number(1, "limit");
        var commitment = call.Params.Commitment(2, atLeastConfirmed: true);
        if (call.Params.Error is { } wrong) { return wrong; }
        return limit > MaxRange ? RpcError.Params($"Limit too large; max {MaxRange}") : WriteSlots(call, first, ulong.MaxValue, commitment, (int)limit);
    }

    private static RpcError? WriteSlots(RpcCall call, ulong first, ulong last, Commitment commitment, int limit)
    {
        var slots = new List<ulong>();
        lock (call.Chain.Gate)
        {
            var end = Math.Min(last, call.Chain.Tip(commitment)?.Slot ?? 0);
            for (var slot = Math.Max(first, call.Chain.FirstKept); slot <= end && slots.Count < limit; slot++)
            {
                if (call.Chain.Seen(slot) is not null) { slots.Add(slot); }
            }
        }

        return call.Write(json =>
        {
            json.WriteStartArray();
            foreach (var slot in slots) { json.WriteNumberValue(slot); }
            json.WriteEndArray();
        });
    }

    /// <summary>The block of a slot that has come as far as the commitment, or the error by which a node says that it has none.</summary>
    private static RpcError? Find(RpcCall call, ulong slot, Commitment commitment, out ChainBlock block)
    {
        block = null!;
        var chain = call.Chain;
        lock (chain.Gate)
        {
            if (slot < chain.FirstKept) { return RpcError.CleanedUp(slot, chain.FirstKept); }
            if (slot > (chain.Tip(commitment)?.Slot ?? 0)) { return RpcError.NotAvailable(slot); }
            if (chain.Find(slot)!.Block is null)
            {
                // A leader that missed its slot is only known to have done so when what is behind it is final.
                return slot <= chain.Tip(Commitment.Finalized)?.Slot ? RpcError.Skipped(slot) : RpcError.NotAvailable(slot);
            }

            if (chain.Seen(slot) is not { } seen) { return RpcError.NotAvailable(slot); }
            block = seen;
            return null;
        }
    }
}
