using System.Globalization;
using System.Text.Json;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>The methods of a Solana node that following its blocks takes, at one commitment.</summary>
public sealed class ChainClient(RpcClient rpc, Commitment commitment = Commitment.Finalized)
{
    private readonly string _commitment = Commitments.NameOf(commitment);

    /// <summary>The newest slot of the commitment.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    public async Task<ulong> GetSlotAsync(CancellationToken cancel)
    {
        using var reply = await rpc.CallAsync("getSlot", $$"""[{"commitment":"{{_commitment}}"}]""", cancel).ConfigureAwait(false);
        using var document = Parse(reply);
        return document.RootElement.TryGetProperty("result", out var slot) && slot.TryGetUInt64(out var number)
            ? number
            : throw new RpcException(RpcFault.BadReply, reply.Endpoint, Said(reply) ?? "getSlot gave no number");
    }

    /// <summary>Slots of a range, both ends included, that have a block, ascending.</summary>
    /// <exception cref="RpcException">No endpoint answered.</exception>
    public async Task<List<ulong>> GetBlocksAsync(ulong first, ulong last, CancellationToken cancel)
    {
        var parameters = string.Create(CultureInfo.InvariantCulture, $$"""[{{first}},{{last}},{"commitment":"{{_commitment}}"}]""");
        using var reply = await rpc.CallAsync("getBlocks", parameters, cancel).ConfigureAwait(false);
        using var document = Parse(reply);
        if (!document.RootElement.TryGetProperty("result", out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new RpcException(RpcFault.BadReply, reply.Endpoint, Said(reply) ?? "getBlocks gave no list");
        }

        var slots = new List<ulong>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (!item.TryGetUInt64(out var slot)) { throw new RpcException(RpcFault.BadReply, reply.Endpoint, "getBlocks gave a slot that is no number"); }
            if (slot >= first && slot <= last) { slots.Add(slot); }
        }

        slots.Sort();
        return slots;
    }

    /// <summary>A block that is known to be there, in encoding "json" with all details.</summary>
    /// <exception cref="RpcException">No endpoint has it.</exception>
    public Task<RpcReply> GetBlockAsync(ulong slot, CancellationToken cancel) => rpc.CallAsync(
        "getBlock",
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""[{{slot}},{"encoding":"json","transactionDetails":"full","maxSupportedTransactionVersion":0,"rewards":true,"commitment":"{{_commitment}}"}]"""),
        cancel,
        static error => error.IsWithoutBlock);

    /// <summary>A block's place in the chain, without its transactions.</summary>
    /// <exception cref="RpcException">No endpoint has it.</exception>
    public async Task<BlockHeader> GetHeaderAsync(ulong slot, CancellationToken cancel)
    {
        var parameters = string.Create(
            CultureInfo.InvariantCulture,
            $$"""[{{slot}},{"transactionDetails":"none","maxSupportedTransactionVersion":0,"rewards":false,"commitment":"{{_commitment}}"}]""");
        using var reply = await rpc.CallAsync("getBlock", parameters, cancel, static error => error.IsWithoutBlock).ConfigureAwait(false);
        return BlockHeader.TryRead(reply.Body.Span, new JsonScratch(), out var header)
            ? header
            : throw new RpcException(RpcFault.BadReply, reply.Endpoint, Said(reply) ?? "getBlock gave no block");
    }

    private static JsonDocument Parse(RpcReply reply)
    {
        try
        {
            return JsonDocument.Parse(reply.Body);
        }
        catch (JsonException e)
        {
            throw new RpcException(RpcFault.BadReply, reply.Endpoint, "the answer is not whole", null, e);
        }
    }

    private static string? Said(RpcReply reply) => reply.Error is { } error ? string.Create(CultureInfo.InvariantCulture, $"{error.Message} ({error.Code})") : null;
}
