using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>Is told each finding of a run, in the order in which they become certain. A finding may not be kept.</summary>
internal interface IFindings
{
    /// <summary>A block of the run, before what is found in it.</summary>
    void Begin(in Block block)
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
