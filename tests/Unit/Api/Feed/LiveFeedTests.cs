using System.Text.Json;
using Sluice.Api.Feed;
using Sluice.Schemas.Records;
using Sluice.Tests.Integration.Api;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Api.Feed;

/// <summary>What readers of the live feed are told, in which order, and what becomes of those who cannot follow.</summary>
public sealed class LiveFeedTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly LiveFeed _feed;

    public LiveFeedTests() => _feed = Feed(new FeedOptions { KeptEvents = 64, MaxBehind = 16 });

    public void Dispose() => _feed.Dispose();

    [Fact]
    public async Task Events_come_in_order_with_numbers_without_a_hole()
    {
        using var reader = FeedRecorder.Connect(_feed);
        for (var slot = 1; slot <= 40; slot++)
        {
            _feed.Publish(Block(slot));
            _feed.Publish(Rows.Arbitrage(slot));
            while (reader.Reader.Next <= _feed.Newest) { await Task.Yield(); }
        }

        Assert.Equal("hello", Type(await reader.NextAsync()));
        Assert.Equal("snapshot_end", Type(await reader.NextAsync()));
        for (var number = 1; number <= 80; number++)
        {
            var told = await reader.NextAsync();
            Assert.Equal((number, "added", (number + 1) / 2), (told.GetProperty("seq").GetInt64(), Type(told), told.GetProperty("slot").GetInt64()));
            Assert.Equal(number % 2 == 1 ? "blocks" : "arbitrages", told.GetProperty("channel").GetString());
        }
    }

    [Fact]
    public async Task A_snapshot_is_the_newest_that_matches_and_still_holds_oldest_first()
    {
        for (var slot = 1; slot <= 6; slot++)
        {
            _feed.Publish(Rows.Arbitrage(slot));
            _feed.Publish(Block(slot));
        }

        _feed.Publish(Rows.Arbitrage(3)); // told again, so that the first time does not count
        _feed.Retract(FeedChannel.Arbitrages, Rows.Arbitrage(5).Id.ToString(), 5);
        using var reader = FeedRecorder.Connect(_feed, "?channel=arbitrages&snapshot=4");
        var told = await reader.UntilAsync("snapshot_end");
        Assert.Equal([2, 4, 6, 3], told[1..^1].Select(e => e.GetProperty("slot").GetInt32()));
        Assert.Equal((4, 14), (told[^1].GetProperty("events").GetInt32(), told[^1].GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task A_reader_that_comes_back_goes_on_where_it_was()
    {
        for (var slot = 1; slot <= 9; slot++) { _feed.Publish(Rows.Arbitrage(slot)); }
        using var reader = FeedRecorder.Connect(_feed, $"?since={_feed.Stream}.6");
        _feed.Publish(Rows.Arbitrage(10));
        var hello = await reader.NextAsync();
        Assert.Equal((true, false), (hello.GetProperty("resumed").GetBoolean(), hello.GetProperty("gap").GetBoolean()));
        foreach (var number in (int[])[7, 8, 9, 10]) { Assert.Equal(number, (await reader.NextAsync()).GetProperty("seq").GetInt32()); }
    }

    [Theory]
    [InlineData("another.6")]
    [InlineData("{0}.2")]
    [InlineData("{0}.101")]
    public async Task A_position_that_is_not_kept_is_a_gap_and_a_snapshot(string since)
    {
        for (var slot = 1; slot <= 100; slot++) { _feed.Publish(Rows.Arbitrage(slot)); }
        using var reader = FeedRecorder.Connect(_feed, $"?snapshot=3&since={string.Format(System.Globalization.CultureInfo.InvariantCulture, since, _feed.Stream)}");
        var told = await reader.UntilAsync("snapshot_end");
        Assert.Equal((false, true), (told[0].GetProperty("resumed").GetBoolean(), told[0].GetProperty("gap").GetBoolean()));
        Assert.Equal([98, 99, 100], told[1..^1].Select(e => e.GetProperty("slot").GetInt32()));
    }

    [Fact]
    public void What_is_kept_is_bounded_by_events_and_by_bytes()
    {
        for (var slot = 1; slot <= 100; slot++) { _feed.Publish(Rows.Arbitrage(slot)); }
        Assert.Equal((37, 100), (_feed.Ring.Oldest, _feed.Ring.Newest));

        using var small = Feed(new FeedOptions { KeptEvents = 64, KeptBytes = 10_000 });
        for (var slot = 1; slot <= 50; slot++) { small.Publish(Rows.Arbitrage(slot)); }
        Assert.InRange(small.Ring.Bytes, 5_000, 10_000);
        Assert.Null(small.Ring.Read(small.Ring.Oldest - 1));
        Assert.NotNull(small.Ring.Read(small.Ring.Oldest));
        Assert.Null(small.Ring.Find(FeedChannel.Arbitrages, Rows.Arbitrage(1).Id.ToString()));
    }

    [Fact]
    public async Task A_reader_that_stays_behind_is_cut_off_and_nobody_waits_for_it()
    {
        using var slow = FeedRecorder.Connect(_feed, "?snapshot=0", isGated: true);
        using var quick = FeedRecorder.Connect(_feed, "?snapshot=0");
        slow.Open(3); // hello, the end of the snapshot, and one event
        _feed.Publish(Rows.Arbitrage(1));
        Assert.Equal(3, (await slow.UntilAsync("added")).Count);
        for (var slot = 2; slot <= 18; slot++) { _feed.Publish(Rows.Arbitrage(slot)); }
        while (slow.Reader.Next < 3 || quick.Reader.Next <= _feed.Newest) { await Task.Yield(); } // it holds the second event
        _feed.Sweep();
        Assert.Equal(FeedCut.None, slow.Reader.CutFor);
        _feed.Publish(Rows.Arbitrage(19));
        while (quick.Reader.Next <= _feed.Newest) { await Task.Yield(); }
        _feed.Sweep();

        Assert.Equal(FeedCut.TooSlow, slow.Reader.CutFor);
        slow.Open(1);
        await slow.Session.WaitAsync(FeedRecorder.Patience);
        await quick.UntilAsync("snapshot_end");
        for (var number = 1; number <= 19; number++) { Assert.Equal(number, (await quick.NextAsync()).GetProperty("seq").GetInt32()); }
        Assert.Equal(FeedCut.None, quick.Reader.CutFor);
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_at_all_is_given_up()
    {
        using var stuck = FeedRecorder.Connect(_feed, isGated: true);
        _time.Advance(TimeSpan.FromSeconds(9));
        _feed.Sweep();
        Assert.False(stuck.Reader.Stuck.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(2));
        _feed.Sweep();
        Assert.True(stuck.Reader.Stuck.IsCancellationRequested);
        stuck.Open(2);
        await stuck.Session.WaitAsync(FeedRecorder.Patience);
    }

    [Fact]
    public async Task A_heartbeat_says_how_far_the_feed_is()
    {
        using var reader = FeedRecorder.Connect(_feed, "?channel=sandwiches");
        await reader.UntilAsync("snapshot_end");
        _feed.Publish(Rows.Arbitrage(1));
        while (reader.Reader.Next <= _feed.Newest) { await Task.Yield(); }
        _time.Advance(TimeSpan.FromSeconds(16));
        _feed.Sweep();
        var beat = await reader.NextAsync();
        Assert.Equal(("heartbeat", 1), (Type(beat), beat.GetProperty("seq").GetInt32()));
    }

    [Fact]
    public async Task A_retraction_goes_to_whoever_had_the_finding()
    {
        using var of = FeedRecorder.Connect(_feed, $"?channel=arbitrages&pool={Rows.Key(40)}");
        using var other = FeedRecorder.Connect(_feed, $"?channel=arbitrages&pool={Rows.Key(77)}");
        await of.UntilAsync("snapshot_end");
        await other.UntilAsync("snapshot_end");
        _feed.Publish(Rows.Arbitrage(1));
        _feed.Retract(FeedChannel.Arbitrages, Rows.Arbitrage(1).Id.ToString(), 1);
        var whole = Rows.Arbitrage(2);
        whole.Retracted = true;
        _feed.Publish(whole);
        _feed.Retract(FeedChannel.Arbitrages, "arbitrage:long-ago", 0); // not remembered: everybody may have it

        Assert.Equal((1, "added"), Read(await of.NextAsync()));
        var retracted = await of.NextAsync();
        Assert.Equal((2, "retracted"), Read(retracted));
        Assert.Equal((Rows.Arbitrage(1).Id.ToString(), JsonValueKind.Null), (retracted.GetProperty("key").GetString(), retracted.GetProperty("value").ValueKind));
        var told = await of.NextAsync();
        Assert.Equal((3, "retracted"), Read(told));
        Assert.True(told.GetProperty("value").GetProperty("retracted").GetBoolean());
        Assert.Equal((4, "retracted"), Read(await of.NextAsync()));
        Assert.Equal((4, "retracted"), Read(await other.NextAsync()));
    }

    [Fact]
    public async Task What_cannot_be_published_cuts_readers_off_instead_of_the_pipeline()
    {
        using var reader = FeedRecorder.Connect(_feed);
        _feed.Publish(Rows.Arbitrage(1));
        await reader.UntilAsync("added");
        var broken = Rows.Arbitrage(2);
        broken.Class = (ArbitrageClass)99;
        _feed.Publish(broken);
        await reader.Session.WaitAsync(FeedRecorder.Patience);
        Assert.Equal(FeedCut.TooSlow, reader.Reader.CutFor);

        _feed.Publish(Rows.Arbitrage(3));
        using var back = FeedRecorder.Connect(_feed, $"?since={_feed.Stream}.1");
        var told = await back.UntilAsync("snapshot_end");
        Assert.True(told[0].GetProperty("gap").GetBoolean());
        Assert.Equal([(3, "added")], told[1..^1].Select(Read));
    }

    [Fact]
    public async Task Subscriptions_are_added_replaced_and_ended_on_the_way()
    {
        using var reader = FeedRecorder.Connect(_feed, "?channel=none");
        await reader.UntilAsync("snapshot_end");
        _feed.Publish(Rows.Arbitrage(1));
        _feed.Publish(Block(2));
        while (reader.Reader.Next <= _feed.Newest) { await Task.Yield(); }
        reader.Say("""{"subscribe":{"id":"a","channel":["arbitrages"],"snapshot":5}}""");
        Assert.Equal(["subscribed", "added", "snapshot_end"], (await reader.UntilAsync("snapshot_end")).Select(Type));
        reader.Say("""{"subscribe":{"id":"b","channel":"blocks","snapshot":0}}""");
        await reader.UntilAsync("snapshot_end");
        _feed.Publish(Block(3));
        _feed.Publish(Rows.Arbitrage(4));
        Assert.Equal([(3, "added"), (4, "added")], [Read(await reader.NextAsync()), Read(await reader.NextAsync())]);
        reader.Say("""{"unsubscribe":"a"}""");
        Assert.Equal("unsubscribed", Type(await reader.NextAsync()));
        _feed.Publish(Rows.Arbitrage(5));
        _feed.Publish(Block(6));
        Assert.Equal((6, "added"), Read(await reader.NextAsync()));
        reader.Say("""{"ping":"x"}""");
        Assert.Equal("x", (await reader.NextAsync()).GetProperty("ping").GetString());
    }

    [Theory]
    [InlineData("nonsense", "not-json")]
    [InlineData("{\"hello\":1}", "unknown-message")]
    [InlineData("{\"ping\":1,\"unsubscribe\":\"a\"}", "unknown-message")]
    [InlineData("{\"unsubscribe\":\"a\"}", "unknown-subscription")]
    [InlineData("{\"subscribe\":{\"chanel\":\"blocks\"}}", "unknown-parameter")]
    [InlineData("{\"subscribe\":{\"channel\":\"block\"}}", "invalid-parameter")]
    [InlineData("{\"subscribe\":{\"channel\":[[]]}}", "invalid-parameter")]
    [InlineData("{\"subscribe\":{\"id\":\"\"}}", "invalid-parameter")]
    [InlineData("{\"subscribe\":{\"since\":\"a.1\"}}", "invalid-parameter")]
    public async Task What_is_not_understood_is_answered_with_what_is(string message, string code)
    {
        using var reader = FeedRecorder.Connect(_feed, "?channel=none");
        await reader.UntilAsync("snapshot_end");
        reader.Say(message);
        var error = await reader.NextAsync();
        Assert.Equal(("error", code), (Type(error), error.GetProperty("code").GetString()));
        Assert.EndsWith(".", error.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Subscriptions_and_readers_are_bounded()
    {
        using var feed = Feed(new FeedOptions { MaxReaders = 1, MaxSubscriptions = 2 });
        using (var reader = FeedRecorder.Connect(feed, "?channel=none"))
        {
            await reader.UntilAsync("snapshot_end");
            reader.Say("""{"subscribe":{"id":"a","channel":"blocks"}}""");
            await reader.UntilAsync("snapshot_end");
            reader.Say("""{"subscribe":{"id":"b","channel":"blocks"}}""");
            Assert.Equal("too-many-subscriptions", (await reader.NextAsync()).GetProperty("code").GetString());
            reader.Say("""{"subscribe":{"id":"a","channel":"jit"}}""");
            Assert.Equal("subscribed", Type(await reader.NextAsync()));
            Assert.Null(feed.TryConnect("test"));
        }

        Assert.Equal(0, feed.Readers);
        using var next = feed.TryConnect("test");
        Assert.NotNull(next);
    }

    internal static Block Block(long slot)
    {
        var block = new Block();
        block.Reset();
        (block.Slot, block.ParentSlot, block.Blockhash, block.Leader) = (slot, slot - 1, Rows.Key((int)slot), Rows.Key(-1));
        block.BlockTimeUnixMs = Rows.TimeOf(slot);
        return block;
    }

    private static string Type(JsonElement message) => message.GetProperty("type").GetString()!;

    private static (int Sequence, string Type) Read(JsonElement message) => (message.GetProperty("seq").GetInt32(), Type(message));

    private LiveFeed Feed(FeedOptions options) => new(options, time: _time);
}
