using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>Tells several, one after the other, and one finding at a time. Safe for concurrent use.</summary>
internal sealed class ManyFindings(params IFindings[] all) : IFindings
{
    private readonly Lock _gate = new();

    public void Begin(in Block block, long arrivalUnixMicros)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Begin(in block, arrivalUnixMicros); }
        }
    }

    public void Withdraw(long slot, in Pubkey blockhash)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Withdraw(slot, in blockhash); }
        }
    }

    public void Amend(in Block block)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Amend(in block); }
        }
    }

    public void Write(in Rejection rejection)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in rejection); }
        }
    }

    public void Write(in Arbitrage finding)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in finding); }
        }
    }

    public void Write(in Sandwich finding)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in finding); }
        }
    }

    public void Write(in RoundTrip finding)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in finding); }
        }
    }

    public void Write(in JitLiquidity finding)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in finding); }
        }
    }

    public void Write(in Liquidation finding)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in finding); }
        }
    }

    public void Write(in FailedAttempt finding)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in finding); }
        }
    }

    public void Write(in Bundle finding)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Write(in finding); }
        }
    }

    public void Retract(in Retraction retraction)
    {
        lock (_gate)
        {
            foreach (var one in all) { one.Retract(in retraction); }
        }
    }
}
