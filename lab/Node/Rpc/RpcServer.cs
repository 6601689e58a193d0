using System.Buffers;
using System.Collections.Frozen;
using System.Text.Json;
using Sluice.Lab.Node.Subscriptions;

namespace Sluice.Lab.Node.Rpc;

/// <summary>Answers JSON-RPC 2.0 requests, single ones and batches.</summary>
internal sealed class RpcServer
{
    /// <summary>Bytes after which further calls of a batch are refused.</summary>
    private const int MaxBatchBytes = 64 << 20;

    private readonly SimulatedNode _node;
    private readonly FrozenDictionary<string, Func<RpcCall, RpcError?>> _methods;

    public RpcServer(SimulatedNode node, Simulator simulator)
    {
        _node = node;
        var epochs = new EpochMethods(simulator, node.Facts);
        var cluster = new ClusterMethods(simulator, node.Facts);
        var accounts = new AccountMethods(simulator);
        _methods = new Dictionary<string, Func<RpcCall, RpcError?>>
        {
            ["getAccountInfo"] = Locked(accounts.GetAccountInfo),
            ["getBlock"] = BlockMethods.GetBlock,
            ["getBlockHeight"] = Locked(SlotMethods.GetBlockHeight),
            ["getBlockProduction"] = Locked(cluster.GetBlockProduction),
            ["getBlockTime"] = BlockMethods.GetBlockTime,
            ["getBlocks"] = BlockMethods.GetBlocks,
            ["getBlocksWithLimit"] = BlockMethods.GetBlocksWithLimit,
            ["getClusterNodes"] = cluster.GetClusterNodes,
            ["getEpochInfo"] = Locked(epochs.GetEpochInfo),
            ["getEpochSchedule"] = epochs.GetEpochSchedule,
            ["getFirstAvailableBlock"] = Locked(SlotMethods.GetFirstAvailableBlock),
            ["getGenesisHash"] = SlotMethods.GetGenesisHash,
            ["getHealth"] = Locked(SlotMethods.GetHealth),
            ["getIdentity"] = SlotMethods.GetIdentity,
            ["getInflationGovernor"] = Locked(epochs.GetInflationGovernor),
            ["getInflationRate"] = Locked(epochs.GetInflationRate),
            ["getInflationReward"] = Locked(epochs.GetInflationReward),
            ["getLatestBlockhash"] = Locked(SlotMethods.GetLatestBlockhash),
            ["getLeaderSchedule"] = Locked(epochs.GetLeaderSchedule),
            ["getMultipleAccounts"] = Locked(accounts.GetMultipleAccounts),
            ["getSlot"] = Locked(SlotMethods.GetSlot),
            ["getSlotLeader"] = Locked(epochs.GetSlotLeader),
            ["getSlotLeaders"] = Locked(epochs.GetSlotLeaders),
            ["getTransactionCount"] = Locked(SlotMethods.GetTransactionCount),
            ["getVersion"] = SlotMethods.GetVersion,
            ["getVoteAccounts"] = Locked(cluster.GetVoteAccounts),
        }.ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>Names of what is answered over HTTP, in alphabetical order.</summary>
    public IEnumerable<string> Methods => _methods.Keys.Order(StringComparer.Ordinal);

    /// <summary>Answers a request.</summary>
    /// <param name="request">Bytes as they came.</param>
    /// <param name="output">Gets the answer; nothing where all calls are notifications.</param>
    /// <param name="subscriber">Whose subscriptions the calls are about; null over HTTP.</param>
    /// <param name="lie">Error that every call gets instead of its result: a fault. Null for none.</param>
    public void Answer(ReadOnlyMemory<byte> request, ArrayBufferWriter<byte> output, Subscriber? subscriber = null, int? lie = null)
    {
        if (!IsText(request.Span))
        {
            WriteError(output, default, RpcError.Parse);
            return;
        }

        using var document = JsonDocument.Parse(request);
        var root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Array)
        {
            AnswerOne(root, output, subscriber, lie);
            return;
        }

        if (root.GetArrayLength() == 0)
        {
            WriteError(output, default, RpcError.InvalidRequest);
            return;
        }

        var start = output.WrittenCount;
        foreach (var call in root.EnumerateArray())
        {
            var before = output.WrittenCount;
            output.Write(before == start ? "["u8 : ","u8);
            if (!AnswerOne(call, output, subscriber, lie, mayBeLarge: before - start < MaxBatchBytes)) { Truncate(output, before); }
        }

        if (output.WrittenCount > start) { output.Write("]"u8); }
    }

    /// <summary>Whether the bytes are JSON whose texts are whole characters, so that reading them later cannot fail.</summary>
    private static bool IsText(ReadOnlySpan<byte> request)
    {
        if (!System.Text.Unicode.Utf8.IsValid(request)) { return false; }
        var reader = new Utf8JsonReader(request);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped) { reader.GetString(); }
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Answers one call; false for a notification, which gets no answer.</summary>
    private bool AnswerOne(JsonElement call, ArrayBufferWriter<byte> output, Subscriber? subscriber, int? lie, bool mayBeLarge = true)
    {
        if (call.ValueKind != JsonValueKind.Object || !call.TryGetProperty("jsonrpc", out var version) || !version.ValueEquals("2.0")
            || !call.TryGetProperty("method", out var method) || method.ValueKind != JsonValueKind.String)
        {
            WriteError(output, call.ValueKind == JsonValueKind.Object && call.TryGetProperty("id", out var given) ? given : default, RpcError.InvalidRequest);
            return true;
        }

        if (!call.TryGetProperty("id", out var id)) { return false; }
        if (id.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null))
        {
            WriteError(output, default, RpcError.InvalidRequest);
            return true;
        }

        var name = method.GetString()!;
        if (call.TryGetProperty("params", out var parameters) && parameters.ValueKind is not (JsonValueKind.Array or JsonValueKind.Null))
        {
            WriteError(output, id, RpcError.Params("Invalid params: invalid type: map, expected a sequence."));
            return true;
        }

        var before = output.WrittenCount;
        output.Write("{\"jsonrpc\":\"2.0\",\"result\":"u8);
        var arguments = new RpcParams(parameters);
        var error = !mayBeLarge ? new RpcError(-32603, "The answer of this batch is larger than 64 MiB; ask for less at a time.")
            : lie is { } code && subscriber is null ? Lie(name, arguments, code)
            : subscriber is not null ? SubscriptionMethods.Call(name, arguments, subscriber, output)
            : _methods.TryGetValue(name, out var known) ? known(new RpcCall(_node, arguments, output)) ?? arguments.Error
            : RpcError.NoMethod;
        if (error is not null)
        {
            Truncate(output, before);
            WriteError(output, id, error);
            return true;
        }

        output.Write(",\"id\":"u8);
        WriteId(output, id);
        output.Write("}"u8);
        return true;
    }

    /// <summary>An error that a node may give for a call of that name when something is wrong with the node.</summary>
    private static RpcError Lie(string method, RpcParams parameters, int code)
    {
        if (method is not ("getBlock" or "getBlockTime")) { return RpcError.Unhealthy(42); }
        var slot = parameters.OptionalNumber(0) ?? 0;
        return code switch
        {
            -32007 => RpcError.Skipped(slot),
            -32009 => RpcError.SkippedInStorage(slot),
            -32014 => RpcError.StatusNotAvailable(slot),
            _ => RpcError.NotAvailable(slot),
        };
    }

    private Func<RpcCall, RpcError?> Locked(Func<RpcCall, RpcError?> method) => call =>
    {
        lock (_node.Chain.Gate) { return method(call); }
    };

    private static void WriteError(ArrayBufferWriter<byte> output, JsonElement id, RpcError error)
    {
        output.Write("{\"jsonrpc\":\"2.0\",\"error\":"u8);
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            error.Write(json);
        }

        output.Write(",\"id\":"u8);
        WriteId(output, id);
        output.Write("}"u8);
    }

    private static void WriteId(ArrayBufferWriter<byte> output, JsonElement id) =>
        output.Write(id.ValueKind is JsonValueKind.String or JsonValueKind.Number ? System.Text.Encoding.UTF8.GetBytes(id.GetRawText()) : "null"u8);

    /// <summary>Takes back what was written behind a place.</summary>
    private static void Truncate(ArrayBufferWriter<byte> output, int count)
    {
        var kept = output.WrittenSpan[..count].ToArray();
        output.ResetWrittenCount();
        output.Write(kept);
    }
}
