using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Api.Feed;
using Sluice.Api.Status;
using Sluice.Cli.Commands;
using Sluice.Cli.Live;
using Sluice.Cli.Replay;
using Sluice.Tests.Integration.Api;
using Sluice.Tests.Unit.Api.Feed;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Cli;

/// <summary>How a live run says that it stands.</summary>
public sealed class LiveStatusTests : IDisposable
{
    private static readonly LiveEndpoint Endpoint = new()
    {
        Name = "node.example",
        Kind = "rpc",
        Weight = 3,
        Breaker = "closed",
        Requests = 12,
        Failures = 2,
        RateLimited = 1,
        RestSeconds = 0,
    };

    private readonly ManualTime _time = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LiveSurface _surface;

    public LiveStatusTests() => _surface = new LiveSurface(_services.GetRequiredService<IMeterFactory>(), _time);

    public void Dispose()
    {
        _surface.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Before_the_first_block_it_is_starting_and_nothing_is_known()
    {
        var status = _surface.Read();
        Assert.Equal(("starting", null, null, null), (status.State, status.Position, status.TipSlot, status.LagSlots));
        Assert.Equal(7, status.FindingsPerMinute.ByKind.Count);
    }

    [Fact]
    public void Lag_is_told_in_slots_and_in_seconds_at_their_pace()
    {
        for (var second = 0; second <= 10; second++)
        {
            var tip = 1_000 + ((ulong)second * 25); // ten times mainnet's pace
            _surface.Figures = () => new LiveFigures { Tip = tip, Endpoints = [Endpoint] };
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        _surface.Findings.Begin(LiveFeedTests.Block(1_240), 0);
        var status = _surface.Read();
        Assert.Equal(("following", 1_240UL, 10L, 0.4), (status.State, status.Position!.Value, status.LagSlots!.Value, status.LagSeconds!.Value));
        _surface.Findings.Begin(LiveFeedTests.Block(1_200), 0); // an older one again does not turn it back
        Assert.Equal(1_240UL, _surface.Read().Position);
        _surface.Figures = () => new LiveFigures { Tip = 2_000, Endpoints = [Endpoint] };
        Assert.Equal("catching_up", _surface.Read().State);
        _surface.Figures = () => new LiveFigures { Tip = 2_000, Endpoints = [Endpoint with { RestSeconds = 4 }] };
        Assert.Equal("waiting", _surface.Read().State);
    }

    [Fact]
    public void Findings_are_those_of_the_last_minute()
    {
        for (var second = 0; second < 90; second++)
        {
            _surface.Findings.Write(Rows.Arbitrage(second));
            if (second == 80) { _surface.Findings.Write(default(Sluice.Schemas.Records.Bundle) with { Slot = second }); }
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var findings = _surface.Read().FindingsPerMinute;
        Assert.Equal((60, 59, 1), (findings.Total, findings.ByKind["arbitrages"], findings.ByKind["bundles"]));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, _surface.Read().FindingsPerMinute.Total);
    }

    [Fact]
    public void A_block_that_was_replaced_is_taken_back_and_the_one_in_its_place_told_once()
    {
        var feed = _surface.Services.Feed!;
        _surface.Findings.Begin(LiveFeedTests.Block(5), 7_000);
        _surface.Findings.Withdraw(5, Rows.Key(5));
        Assert.False(feed.Remembers(FeedChannel.Blocks, Rows.Key(5).ToString()));
        for (var i = 0; i < 2; i++) { _surface.Findings.Amend(LiveFeedTests.Block(6)); }
        _surface.Findings.Retract(new Retraction("sandwiches", "sandwich:x", 5, 1));
        Assert.Equal((4, 1), (feed.Newest, _surface.Read().Retracted));
        Assert.Contains("\"arrived_unix_ms\":7,", Encoding.UTF8.GetString(feed.Ring.Read(1)!.Message.Span));
        Assert.Equal((true, true), (feed.Ring.Read(2)!.IsRetraction, feed.Ring.Read(1)!.IsOutdated));
    }

    [Fact]
    public void A_person_sees_it_in_a_few_lines()
    {
        _surface.Figures = () => new LiveFigures
        {
            Tip = 1_002,
            Finalized = 970,
            Gaps = new LiveGaps { BackFilled = 4, Skipped = null, Missed = 1, Replaced = 0, Orphaned = 2 },
            PushedBlocks = 7,
            Endpoints = [Endpoint, Endpoint with { Name = "other.example:8899", Breaker = "half_open", RestSeconds = 1.25 }, LiveSurface.Of("ws", "node.example:8900", true)],
            Stored = new LiveStored { Slots = 5, Rows = 12_345 },
        };
        _surface.Findings.Begin(LiveFeedTests.Block(1_000), 0);
        _surface.Findings.Write(Rows.Arbitrage(1_000));
        _time.Advance(TimeSpan.FromSeconds(3_723));
        _surface.Findings.Write(Rows.Arbitrage(1_000));
        var shown = StatusCommand.Show(_surface.Read() with { MemoryBytes = 400 << 20 }).ReplaceLineEndings("\n");
        Assert.Equal(
            """
            following    2 slots behind · up 1 h 2 min · 400.0 MiB · 0 readers of the feed
            slots        tip 1002 · position 1000 · finalized 970 · reconciled –
            gaps         1 missed · 4 back-filled · 0 skipped by leaders · 0 replaced · 2 orphaned · 0 findings retracted
            a minute     1 findings: arbitrages 1
            stored       5 slots · 12,345 rows
            pushed       7 blocks came before they were asked for
            endpoints    node.example        rpc  closed    12 requests · 2 failed · 1 rate-limited · weight 3
                         other.example:8899  rpc  half-open 12 requests · 2 failed · 1 rate-limited · weight 3 · rests 1.3 s
                         node.example:8900   ws   connected
            """.ReplaceLineEndings("\n"),
            shown);
    }
}
