using System.Globalization;
using System.Text.Json;

namespace Sluice.Lab.Node.Rpc;

/// <summary>An error object of JSON-RPC. Codes below -32000 are Agave's (rpc-client-api, custom_error).</summary>
/// <param name="Code">Its number.</param>
/// <param name="Message">Its text, as a node has it.</param>
internal sealed record RpcError(int Code, string Message)
{
    /// <summary>Name and number that stand in "data", where the error has any.</summary>
    public (string Name, ulong Value)? Data { get; init; }

    public static RpcError Parse { get; } = new(-32700, "Parse error");

    public static RpcError InvalidRequest { get; } = new(-32600, "Invalid request");

    public static RpcError NoMethod { get; } = new(-32601, "Method not found");

    public static RpcError BelowConfirmed { get; } = Params("Method does not support commitment below `confirmed`");

    public static RpcError Params(string message) => new(-32602, message);

    public static RpcError CleanedUp(ulong slot, ulong first) => new(-32001, Text($"Block {slot} cleaned up, does not exist on node. First available block: {first}"));

    public static RpcError NotAvailable(ulong slot) => new(-32004, Text($"Block not available for slot {slot}"));

    public static RpcError Unhealthy(ulong behind) => new(-32005, Text($"Node is behind by {behind} slots")) { Data = ("numSlotsBehind", behind) };

    public static RpcError Skipped(ulong slot) => new(-32007, Text($"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot"));

    public static RpcError SkippedInStorage(ulong slot) => new(-32009, Text($"Slot {slot} was skipped, or missing in long-term storage"));

    public static RpcError StatusNotAvailable(ulong slot) => new(-32014, Text($"Block status not yet available for slot {slot}"));

    public static RpcError UnsupportedVersion { get; } = new(
        -32015,
        "Transaction version (0) is not supported by the requesting client. Please try the request again with the following configuration parameter: \"maxSupportedTransactionVersion\": 0");

    public static RpcError BehindContext(ulong slot) => new(-32016, "Minimum context slot has not been reached") { Data = ("contextSlot", slot) };

    /// <summary>Writes the error object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("code", Code);
        json.WriteString("message", Message);
        if (Data is { } data)
        {
            json.WriteStartObject("data");
            json.WriteNumber(data.Name, data.Value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
