using System.Buffers;
using System.Text.Json;
using Google.Protobuf;
using Sluice.Cli.Serve.Geyser;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Yellowstone.Messages;
using Sluice.Ingest.Yellowstone.Wire;
using Sluice.Lab;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Unit.Ingest.Yellowstone;

/// <summary>Blocks in both encodings.</summary>
internal static class GeyserSamples
{
    /// <summary>Blocks of a simulated chain, as getBlock gives them.</summary>
    public static IEnumerable<(ulong Slot, byte[] Json)> Chain(SimulatorOptions options)
    {
        var simulator = new Simulator(options);
        var json = new ArrayBufferWriter<byte>();
        while (simulator.TryNextBlock(json, out var slot))
        {
            if (!slot.Skipped) { yield return (slot.Slot, json.WrittenSpan.ToArray()); }
            json.ResetWrittenCount();
        }
    }

    /// <summary>The message of a block.</summary>
    public static SubscribeUpdateBlock Message(ulong slot, ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return GeyserBlocks.Of(slot, document.RootElement);
    }

    /// <summary>A small block with a swap, a vote, a failed transaction and one with a log.</summary>
    public static SubscribeUpdateBlock Small() => Message(100, System.Text.Encoding.UTF8.GetBytes(SmallBlock.Of(
        SmallBlock.Transaction(1, meta: SmallBlock.Meta(log: $"[\"Program {SmallBlock.Key(4)} invoke [1]\",\"Program data: AQID\",\"Program {SmallBlock.Key(4)} success\"]")),
        SmallBlock.Vote(2),
        SmallBlock.Transaction(3, version: "0", meta: SmallBlock.Meta(err: "{\"InstructionError\":[0,{\"Custom\":1}]}", more: $",\"loadedAddresses\":{{\"writable\":[\"{SmallBlock.Key(11)}\"],\"readonly\":[\"{SmallBlock.Key(12)}\"]}}", pre: "[10000,1,1,1,1,0,0]", post: "[5000,1,1,1,1,0,0]")),
        SmallBlock.Transaction(4))));

    public static RawBlock MustRead(SubscribeUpdateBlock message) => MustRead(message.ToByteArray());

    public static RawBlock MustRead(byte[] message)
    {
        var block = new RawBlock();
        Assert.Equal(new ReadResult(ReadStatus.Read), new GeyserBlockReader().Read(message, "test", block));
        return block;
    }
}
