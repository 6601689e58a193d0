using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Sluice.Lab.Node.Rpc;

namespace Sluice.Lab.Node.Subscriptions;

/// <summary>What a WebSocket answers: subscribing and its end. Other methods are HTTP's, as on a node.</summary>
internal static class SubscriptionMethods
{
    private static readonly RpcError Full = new(-32603, "Internal error: Subscription refused. Node subscription limit reached");
    private static readonly RpcError NoSuch = RpcError.Params("Invalid subscription id.");

    /// <summary>Names of the methods.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["blockSubscribe", "blockUnsubscribe", "rootSubscribe", "rootUnsubscribe", "slotSubscribe", "slotUnsubscribe"];

    public static RpcError? Call(string method, RpcParams parameters, Subscriber subscriber, IBufferWriter<byte> output) => method switch
    {
        "slotSubscribe" => Add(subscriber, id => new Subscription(id, Topic.Slots, default, null, null), output),
        "rootSubscribe" => Add(subscriber, id => new Subscription(id, Topic.Roots, default, null, null), output),
        "blockSubscribe" => AddBlocks(parameters, subscriber, output),
        "slotUnsubscribe" => Remove(parameters, subscriber, Topic.Slots, output),
        "rootUnsubscribe" => Remove(parameters, subscriber, Topic.Roots, output),
        "blockUnsubscribe" => Remove(parameters, subscriber, Topic.Blocks, output),
        _ => RpcError.NoMethod,
    };

    private static RpcError? AddBlocks(RpcParams parameters, Subscriber subscriber, IBufferWriter<byte> output)
    {
        var filter = parameters.At(0);
        string? mentions = null;
        if (filter.ValueKind == JsonValueKind.Object && filter.TryGetProperty("mentionsAccountOrProgram", out var account))
        {
            mentions = parameters.KeyOf(account);
        }
        else if (filter.ValueKind != JsonValueKind.String || !filter.ValueEquals("all"))
        {
            parameters.Wrong("Invalid Request: Invalid block filter; take \"all\" or {\"mentionsAccountOrProgram\": KEY}.");
        }

        var format = BlockFormat.Read(parameters, 1, "showRewards");
        var commitment = parameters.Commitment(1, atLeastConfirmed: true);
        return parameters.Error ?? Add(subscriber, id => new Subscription(id, Topic.Blocks, commitment, format, mentions), output);
    }

    private static RpcError? Add(Subscriber subscriber, Func<ulong, Subscription> make, IBufferWriter<byte> output)
    {
        if (subscriber.Add(make) is not { } added) { return Full; }
        output.Write(Encoding.ASCII.GetBytes(added.Id.ToString(CultureInfo.InvariantCulture)));
        return null;
    }

    private static RpcError? Remove(RpcParams parameters, Subscriber subscriber, Topic topic, IBufferWriter<byte> output)
    {
        var id = parameters.Number(0, "subscription");
        if (parameters.Error is { } wrong) { return wrong; }
        if (!subscriber.Remove(id, topic)) { return NoSuch; }
        output.Write("true"u8);
        return null;
    }
}
