using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Api.Contracts;
using Sluice.Api.Feed;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Tests.Integration.Api;

namespace Sluice.Tests.Unit.Api.Feed;

/// <summary>Which events a request asks for, and what it may say.</summary>
public sealed class FeedFilterTests : IDisposable
{
    private readonly LiveFeed _feed = new();

    public void Dispose() => _feed.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData("?channel=arbitrages,blocks", true)]
    [InlineData("?channel=blocks", false)]
    [InlineData("?channel=none", false)]
    [InlineData("?pool={40}", true)]
    [InlineData("?pool={99},{41}", true)]
    [InlineData("?pool={99}", false)]
    [InlineData("?signer={1}", true)]
    [InlineData("?signer={40}", false)]
    [InlineData("?mint=EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", true)]
    [InlineData("?mint={1}", false)]
    [InlineData("?leader={-1}", true)]
    [InlineData("?leader={1}", false)]
    [InlineData("?class=cross_pair", true)]
    [InlineData("?class=cyclic,stable", false)]
    [InlineData("?min_net_lamports=7000", true)]
    [InlineData("?min_net_lamports=7001", false)]
    [InlineData("?pool={40}&signer={1}&class=cross_pair&min_net_lamports=0", true)]
    [InlineData("?pool={40}&signer={2}", false)]
    public void An_arbitrage_is_chosen_by_its_fields(string query, bool isWanted)
    {
        var finding = Rows.Arbitrage(5);
        finding.NetLamports = 7_000;
        _feed.Publish(in finding);
        Assert.Equal(isWanted, IsWanted(query));
    }

    [Theory]
    [InlineData("?channel=sandwiches", true)]
    [InlineData("?victim={61}", true)]
    [InlineData("?victim={62}", true)]
    [InlineData("?victim={50}", false)]
    [InlineData("?signer={51}", true)]
    [InlineData("?signer={61}", false)]
    [InlineData("?pool={71}", true)]
    [InlineData("?class=wide_block", true)]
    [InlineData("?min_net_lamports=0", false)]
    public void A_sandwich_is_chosen_by_its_fields(string query, bool isWanted)
    {
        var finding = default(Sluice.Schemas.Records.Sandwich);
        finding.Reset();
        (finding.Id, finding.Venue, finding.Class) = (FindingId.Parse("sandwich:x"), "v", SandwichClass.WideBlock);
        (finding.Pool, finding.MintIn, finding.MintOut, finding.Attacker) = (Rows.Key(70), Rows.Sol, Rows.Usdc, Rows.Key(50));
        finding.Attackers!.Add(Rows.Key(51));
        finding.Legs!.Add().Pool = Rows.Key(71);
        ref var victim = ref finding.Victims!.Add();
        (victim.Signer, victim.Trader) = (Rows.Key(61), Rows.Key(62));
        _feed.Publish(in finding);
        Assert.Equal(isWanted, IsWanted(query));
    }

    [Theory]
    [InlineData("?chanel=blocks", "'chanel' is not a parameter here; known are channel, pool,")]
    [InlineData("?channel=blocks,sandwich", "none, or of blocks, arbitrages, sandwiches, round_trips, jit, liquidations, failed_attempts, bundles; it is 'sandwich'")]
    [InlineData("?channel=", "'channel' must be left out, or have 1 to 64 values")]
    [InlineData("?channel=blocks&channel=jit", "Give 'channel' once.")]
    [InlineData("?pool=0", "'pool' must be an account's address")]
    [InlineData("?channel=blocks&pool={1}", "a channel that has what the other parameters name (arbitrages, sandwiches, round_trips, jit)")]
    [InlineData("?class=classy", "'class' must be one of cyclic, cross_pair, stable, long_tail, classic")]
    [InlineData("?channel=sandwiches&class=cyclic", "'class' must be one of classic, wide_block, multi_slot;")]
    [InlineData("?min_net_lamports=-1", "a whole number of lamports")]
    [InlineData("?snapshot=10001", "'snapshot' must be 0 to 10000; it is '10001'.")]
    [InlineData("?since=12", "'since' must be a position, stream.seq")]
    public void A_wrong_request_is_told_what_is_allowed(string query, string says)
    {
        Assert.False(FeedRequests.TryRead(WithKeys(query), out _, out var problem));
        Assert.Contains(says, problem);
    }

    [Fact]
    public void Channels_without_the_field_that_is_asked_for_are_left_out_when_none_are_named() =>
        Assert.Equal(["sandwiches", "jit"], FeedRequests.Read(WithKeys("?victim={1}")).Filter.Channels.Select(c => c.Name));

    [Fact]
    public void A_finding_has_the_fields_of_its_resource()
    {
        var finding = Rows.Arbitrage(5);
        _feed.Publish(in finding);
        var message = JsonNode.Parse(_feed.Ring.Read(1)!.Message.Span)!;
        Assert.Equal(("added", 1, "arbitrages", finding.Id.ToString(), 5), ((string?)message["type"], (int?)message["seq"], (string?)message["channel"], (string?)message["key"], (int?)message["slot"]));

        // The contract of the resource refuses what it does not know and misses what is not there; only retraction is the feed's own.
        var value = message["value"]!.AsObject();
        Assert.True(value.Remove("retracted"));
        var read = value.Deserialize(ApiJson.Default.Arbitrage)!;
        Assert.Equal((finding.Id.ToString(), finding.Gross), (read.Id, read.Gross.Value));
    }

    private static string WithKeys(string query) =>
        Regex.Replace(query, @"\{(-?\d+)\}", m => Rows.Key(int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToString());

    private bool IsWanted(string query) => FeedRequests.Read(WithKeys(query)).Filter.Matches(_feed.Ring.Read(1)!);
}
