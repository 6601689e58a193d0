using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>Is told each finding of a run, in the order in which they become certain. A finding may not be kept.</summary>
internal interface IFindings
{
    /// <summary>A block of the run, before what is found in it.</summary>
    /// <param name="block">The block.</param>
    /// <param name="arrivalUnixMicros">When its bytes arrived; 0 where unknown.</param>
    void Begin(in Block block, long arrivalUnixMicros)
    {
    }

    /// <summary>A block that was told before is not on the finalized chain.</summary>
    void Withdraw(long slot, in Pubkey blockhash)
    {
    }

    /// <summary>A finalized block that was stored anew, in the place of another or beside one that changed.</summary>
    void Amend(in Block block)
    {
    }

    /// <summary>Candidates that a detector turned down in a slot.</summary>
    void Write(in Rejection rejection)
    {
    }

    void Write(in Arbitrage finding)
    {
    }

    void Write(in Sandwich finding)
    {
    }

    void Write(in RoundTrip finding)
    {
    }

    void Write(in JitLiquidity finding)
    {
    }

    void Write(in Liquidation finding)
    {
    }

    void Write(in FailedAttempt finding)
    {
    }

    void Write(in Bundle finding)
    {
    }

    /// <summary>A finding that was told before holds no more. Findings that take its place are told as any others.</summary>
    void Retract(in Retraction retraction)
    {
    }
}
