using Sluice.Api.Feed;
using Sluice.Cli.Replay;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;

namespace Sluice.Cli.Live;

/// <summary>Puts what a run finds on the live feed, when all detectors have answered the block and before its rows are stored, and counts it.</summary>
internal sealed class FeedFindings(LiveFeed feed, FindingPace pace) : IFindings
{
    private long _position = -1;
    private long _skipped;

    /// <summary>The newest slot that has passed the detectors; null before the first.</summary>
    public ulong? Position => Interlocked.Read(ref _position) is var slot and >= 0 ? (ulong)slot : null;

    /// <summary>Slots that their leaders skipped, known from the parents of the blocks.</summary>
    public long Skipped => Interlocked.Read(ref _skipped);

    public void Begin(in Block block, long arrivalUnixMicros)
    {
        if (block.Slot > _position)
        {
            Interlocked.Exchange(ref _position, block.Slot);
            Interlocked.Add(ref _skipped, BlockRows.SkippedBefore(in block));
        }

        feed.Publish(in block, arrivalUnixMicros);
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

    public void Withdraw(long slot, in Pubkey blockhash) => feed.Retract(FeedChannel.Blocks, blockhash.ToString(), slot);

    public void Amend(in Block block)
    {
        if (!feed.Remembers(FeedChannel.Blocks, block.Blockhash.ToString())) { feed.Publish(in block); }
    }

    public void Retract(in Retraction retraction) => feed.Retract(FeedChannel.Named(retraction.Table), retraction.Id, retraction.Slot);
}
