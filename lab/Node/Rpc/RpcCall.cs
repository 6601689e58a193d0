using System.Buffers;
using System.Text.Json;
using Sluice.Lab.Faults;

namespace Sluice.Lab.Node.Rpc;

/// <summary>One call: what it asks, what it may read, and where its result goes.</summary>
internal sealed class RpcCall(SimulatedNode node, RpcParams parameters, ArrayBufferWriter<byte> output)
{
    public SimulatedNode Node { get; } = node;

    public NodeChain Chain => Node.Chain;

    public RpcParams Params { get; } = parameters;

    /// <summary>Bytes of the result, where they are there already.</summary>
    public ArrayBufferWriter<byte> Output { get; } = output;

    /// <summary>The last block of a commitment, or the error that stands for none.</summary>
    /// <param name="config">Place of the configuration object, which may also have minContextSlot.</param>
    public RpcError? Bank(int config, out ChainBlock bank)
    {
        bank = null!;
        var commitment = Params.Commitment(config);
        var least = Params.NumberOption(config, "minContextSlot");
        if (Params.Error is { } wrong) { return wrong; }
        if (Chain.Tip(commitment) is not { } tip) { return RpcError.Unhealthy(Math.Max(1, Chain.Next - Chain.FirstKept)); }
        if (least > tip.Slot) { return RpcError.BehindContext(tip.Slot); }
        bank = tip;
        return null;
    }

    /// <summary>Writes a result with a writer of JSON.</summary>
    public RpcError? Write(Action<Utf8JsonWriter> write)
    {
        using var json = new Utf8JsonWriter(Output);
        write(json);
        return null;
    }

    public RpcError? Number(ulong value) => Write(json => json.WriteNumberValue(value));

    public RpcError? Text(string value) => Write(json => json.WriteStringValue(value));

    /// <summary>Writes a result with the slot that it belongs to around it.</summary>
    public RpcError? WithContext(ulong slot, Action<Utf8JsonWriter> write) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteStartObject("context");
        json.WriteString("apiVersion", NodeVersion.Core);
        json.WriteNumber("slot", slot);
        json.WriteEndObject();
        json.WritePropertyName("value");
        write(json);
        json.WriteEndObject();
    });
}
