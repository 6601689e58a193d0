using Sluice.Api.Feed;
using Sluice.Cli.Replay;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Live;

/// <summary>Puts what a run finds on the live feed, when all detectors have answered the block and before its rows are stored, and counts it.</summary>
internal sealed class FeedFindings(LiveFeed feed, FindingPace pace) : IFindings
{
    private long _position = -1;

    /// <summary>The newest slot that has passed the detectors; null before the first.</summary>
    public ulong? Position => Interlocked.Read(ref _position) is var slot and >= 0 ? (ulong)slot : null;

    public void Begin(in Block block)
    {
        if (block.Slot > _position) { Interlocked.Exchange(ref _position, block.Slot); }
        feed.Publish(in block);
    }

    public void Write(in Arbitrage finding)
    {
        feed.Publish(in finding);
        pace.Add("arbitrages");
    }

    public void Write(in Sandwich finding)
    {
        feed.Publish(in finding);
        pace.Add("sandwiches");
    }

    public void Write(in RoundTrip finding)
    {
        feed.Publish(in finding);
        pace.Add("round_trips");
    }

    public void Write(in JitLiquidity finding)
    {
        feed.Publish(in finding);
        pace.Add("jit");
    }

    public void Write(in Liquidation finding)
    {
        feed.Publish(in finding);
        pace.Add("liquidations");
    }

    public void Write(in FailedAttempt finding)
    {
        feed.Publish(in finding);
        pace.Add("failed_attempts");
    }

    public void Write(in Bundle finding)
    {
        feed.Publish(in finding);
        pace.Add("bundles");
    }
}
