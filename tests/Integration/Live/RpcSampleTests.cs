using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Tests.Unit.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Integration.Live;

/// <summary>Answers that real nodes gave, as a live run meets them.</summary>
public sealed class RpcSampleTests
{
    [RealDataFact]
    public async Task The_blocks_of_a_list_and_their_headers_are_taken()
    {
        var time = new ManualTime();
        var client = new ChainClient(new FakeNodes(Sample).Client(FakeNodes.Options(time, "http://a")));
        var slots = await FakeNodes.DoneAsync(client.GetBlocksAsync(79_499_950, 79_500_000, CancellationToken.None), time);
        Assert.Equal(79_499_950UL, slots[0]);
        Assert.Equal(slots.Order(), slots);
        Assert.DoesNotContain(79_499_956UL, slots);

        var header = await FakeNodes.DoneAsync(client.GetHeaderAsync(79_662_905, CancellationToken.None), time);
        Assert.Equal(79_662_904UL, header.ParentSlot);
        Assert.Equal("5wLhsKAH9SCPbRZc4qWf3GBiod9CD8sCEZfMiU25qW8", header.Blockhash.ToString());
        Assert.Equal("CjJ97j84mUq3o67CEqzEkTifXpHLBCD8GvmfBYLz4Zdg", header.PreviousBlockhash.ToString());
    }

    [RealDataFact]
    public void A_block_is_read_whole()
    {
        var block = new RawBlock();
        var result = new BlockReader().Read(File.ReadAllBytes(Path("GetBlockResponse")), new DocumentOrigin("sample", 79_662_905), block);
        Assert.True(result.IsRead, result.Message);
        Assert.True(block.Transactions.Count > 0);
        Assert.Empty(block.Rejections.Span.ToArray());
    }

    [RealDataFact]
    public void Notices_of_roots_are_passed_over()
    {
        var notice = WebSocketNotice.Read(File.ReadAllBytes(Path("RootSubscribeNotification")), new JsonScratch());
        Assert.Equal(NoticeKind.Other, notice.Kind);
    }

    private static FakeNodes.Answer Sample(FakeNodes.Request request) => new(
        System.Net.HttpStatusCode.OK,
        Encoding.UTF8.GetString(File.ReadAllBytes(Path(request.Method == "getBlocks" ? "GetBlocksResponse" : "GetBlockResponse"))));

    private static string Path(string name) => RealData.PathOf("rpc_samples", name + ".json");
}
