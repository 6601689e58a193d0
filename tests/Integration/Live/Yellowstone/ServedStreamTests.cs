using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Sluice.Cli.Serve;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Lab.Node;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Integration.Live.Yellowstone;

/// <summary>The simulated node's stream: each block is the one that getBlock gives for its slot.</summary>
public sealed class ServedStreamTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(17)]
    public async Task A_block_of_the_stream_is_the_block_of_getBlock(ulong seed)
    {
        await using var node = await ServeHost.StartAsync(
            new ServeOptions
            {
                At = new IPEndPoint(IPAddress.Loopback, 0),
                GrpcPort = 0,
                Simulation = SimulatorOptions.ForEvaluation(seed, int.MaxValue),
                SlotTime = TimeSpan.FromMilliseconds(50),
                Node = new NodeOptions { KeepSlots = 4_096 },
            },
            TimeProvider.System,
            CancellationToken.None);
        await using var pushes = new Pushes(node.GrpcAddress!);
        var reader = new BlockReader();
        var decoder = new BlockDecoder();
        var (streamed, fetched) = (new RawBlock(), new RawBlock());
        for (var i = 0; i < 40; i++)
        {
            var pushed = await pushes.BlockAsync();
            Assert.Equal(new ReadResult(ReadStatus.Read), pushed.Body.Read(reader, streamed));
            var reply = new ArrayBufferWriter<byte>();
            var slot = pushed.Slot.ToString(CultureInfo.InvariantCulture);
            node.Node.Answer(
                Encoding.ASCII.GetBytes($$"""{"jsonrpc":"2.0","id":1,"method":"getBlock","params":[{{slot}},{"encoding":"json","transactionDetails":"full","maxSupportedTransactionVersion":0,"rewards":true,"commitment":"confirmed"}]}"""), reply);
            var result = reader.Read(reply.WrittenSpan, new DocumentOrigin(pushed.Body.Source, pushed.Slot), fetched);
            Assert.True(result.IsRead, result.Message);
            Assert.Equal((fetched.ParentSlot, fetched.Blockhash, fetched.PreviousBlockhash), (pushed.Header.ParentSlot, pushed.Header.Blockhash, pushed.Header.PreviousBlockhash));
            Assert.Equal(RawBlockText.Of(fetched), RawBlockText.Of(streamed));
            Assert.Equal(Decoded(decoder, fetched), Decoded(decoder, streamed));
            pushed.Body.Dispose();
        }

        Assert.Equal("connected", await pushes.NextAsync());
        Assert.StartsWith("slot ", await pushes.NextAsync(), StringComparison.Ordinal);
        Assert.StartsWith("block ", await pushes.NextAsync(), StringComparison.Ordinal);
    }

    private static string Decoded(BlockDecoder decoder, RawBlock raw)
    {
        var block = new Block();
        decoder.Decode(raw, ref block);
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json)) { BlockJson.Write(writer, block); }
        return Encoding.UTF8.GetString(json.WrittenSpan);
    }
}
