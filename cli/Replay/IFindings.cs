using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>Is told each finding of a run, in the order in which they become certain. A finding may not be kept.</summary>
internal interface IFindings
{
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
}
