using System.Text;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;

namespace Sluice.Tests.Unit.Rpc;

/// <summary>What a node's WebSocket says, by the shapes of Solana's documentation.</summary>
public sealed class WebSocketNoticeTests
{
    [Fact]
    public void A_slot_is_read()
    {
        var notice = Read("""{"jsonrpc":"2.0","method":"slotNotification","params":{"result":{"parent":75,"root":44,"slot":76},"subscription":0}}""");
        Assert.Equal((NoticeKind.Slot, 76UL), (notice.Kind, notice.Slot));
    }

    [Fact]
    public void A_block_is_found_with_its_place()
    {
        const string Value = """{"slot":112301554,"err":null,"block":{"previousBlockhash":"GJp1","blockhash":"6ojM","parentSlot":112301553,"transactions":[{"slot":9}]}}""";
        var text = $$$"""{"jsonrpc":"2.0","method":"blockNotification","params":{"result":{"context":{"slot":112301554},"value":{{{Value}}}},"subscription":14}}""";
        var notice = Read(text);
        Assert.Equal((NoticeKind.Block, 112301554UL), (notice.Kind, notice.Slot));
        Assert.Equal(Value, text.Substring(notice.Value, notice.Length));
    }

    [Fact]
    public void A_block_that_cannot_be_shown_is_a_slot_without_a_place()
    {
        var notice = Read("""{"jsonrpc":"2.0","method":"blockNotification","params":{"result":{"context":{"slot":5},"value":{"block":null,"err":{"UnsupportedTransactionVersion":0},"slot":5}},"subscription":1}}""");
        Assert.Equal((NoticeKind.Block, 5UL, 0), (notice.Kind, notice.Slot, notice.Length));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","result":3,"id":2}""", 2, false)]
    [InlineData("""{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1}""", 1, true)]
    public void Answers_are_told_from_refusals(string text, int request, bool isRefused)
    {
        var notice = Read(text);
        Assert.Equal((NoticeKind.Answer, (ulong)request, isRefused), (notice.Kind, notice.Request, notice.IsRefused));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("""{"method":"slotNotification","params":{"result":{"slot":""")]
    [InlineData("""{"method":"rootNotification","params":{"result":42,"subscription":0}}""")]
    public void What_is_not_understood_is_passed_over(string text) => Assert.Equal(NoticeKind.Other, Read(text).Kind);

    [Theory]
    [InlineData("https://host.example/key", "wss://host.example/key")]
    [InlineData("http://127.0.0.1:8899", "ws://127.0.0.1:8900/")]
    public void The_socket_of_a_node_is_found_by_convention(string rpc, string expected)
    {
        Assert.True(RpcEndpointAddress.TryParse(rpc, out var address, out _));
        Assert.Equal(expected, WebSocketAddress.Of(address!).Url.ToString());
    }

    private static WebSocketNotice Read(string text) => WebSocketNotice.Read(Encoding.UTF8.GetBytes(text), new JsonScratch());
}
