using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Lab;
using Sluice.Lab.Cluster;
using Sluice.Lab.Faults;
using Sluice.Lab.Node;
using Sluice.Lab.Node.Subscriptions;

namespace Sluice.Tests.Simulation.Lab.Node;

/// <summary>A small node whose time goes on by hand.</summary>
internal sealed class TestNode
{
    public const ulong FirstSlot = 377_136_000;

    public TestNode(int slots = 60, NodeOptions? options = null, TimeProvider? time = null, int epochSlots = 64, int nonVotes = 12)
    {
        Node = new SimulatedNode(Chain(epochSlots, nonVotes), options ?? new NodeOptions(), time);
        Go(slots);
    }

    public SimulatedNode Node { get; }

    public static SimulatorOptions Chain(int epochSlots = 64, int nonVotes = 12, int slots = 1_000) => new()
    {
        Seed = 42,
        Slots = slots,
        VotesPerBlock = 6,
        NonVotesPerBlock = nonVotes,
        Users = 200,
        SkippedPerMille = 100,
        ArbitragesPerThousandBlocks = nonVotes == 0 ? 0 : 1_000,
        LookAlikesPerThousandBlocks = nonVotes == 0 ? 0 : 1_000,
        SandwichesPerThousandBlocks = nonVotes == 0 ? 0 : 160,
        Cluster = new ClusterOptions { Validators = 30, EpochSlots = (ulong)epochSlots, DelinquentPerMille = 100 },
    };

    /// <summary>The slots of the same chain, without a node.</summary>
    public static List<ChainSlot> Slots(int count)
    {
        var chain = new ForkingChain(new Simulator(Chain()), new FaultPlan(new FaultOptions()));
        var slots = new List<ChainSlot>();
        while (slots.Count < count && chain.TryNext(out var slot)) { slots.Add(slot); }
        return slots;
    }

    public void Go(int slots)
    {
        for (var i = 0; i < slots; i++) { Assert.True(Node.TryTick()); }
    }

    /// <summary>The bytes of an answer.</summary>
    public string Send(string request, int? error = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Node.Answer(Encoding.UTF8.GetBytes(request), output, error);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The result of a call.</summary>
    public JsonElement Ask(string method, string parameters = "[]")
    {
        var answer = JsonDocument.Parse(Send($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""")).RootElement;
        return answer.TryGetProperty("result", out var result) ? result : throw new InvalidOperationException(answer.GetRawText());
    }

    /// <summary>The code and message of the error that a call gets.</summary>
    public (int Code, string Message) Fail(string method, string parameters = "[]")
    {
        var error = JsonDocument.Parse(Send($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""")).RootElement.GetProperty("error");
        return (error.GetProperty("code").GetInt32(), error.GetProperty("message").GetString()!);
    }

    /// <summary>What waits for a subscriber.</summary>
    public static List<JsonElement> Drain(Subscriber subscriber)
    {
        var all = new List<JsonElement>();
        while (subscriber.TryRead(out var message))
        {
            all.Add(JsonDocument.Parse((byte[])[.. message.Head.Span, .. message.Body.Span, .. message.Tail.Span]).RootElement);
            subscriber.Sent(message);
        }

        return all;
    }

    /// <summary>A call over a WebSocket.</summary>
    public static JsonElement Call(Subscriber subscriber, string method, string parameters = "[]")
    {
        subscriber.Receive(Encoding.UTF8.GetBytes($$"""{"jsonrpc":"2.0","id":7,"method":"{{method}}","params":{{parameters}}}"""));
        return Drain(subscriber).Last();
    }
}
