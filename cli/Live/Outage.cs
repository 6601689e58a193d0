using Sluice.Cli.Output;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary>Says when no endpoint answers, once a minute while it lasts, and when comparing waits for a block. Safe for concurrent use.</summary>
/// <param name="time">Clock of the minute.</param>
/// <param name="print">Takes a line; null for standard error.</param>
internal sealed class Outage(TimeProvider time, Action<string>? print = null)
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _told;

    public void Tell(RpcException why)
    {
        // A block that is not there yet is nothing to worry about; one that is gone is told where it is missed.
        if (why.Fault is RpcFault.NotThere or RpcFault.Gone) { return; }
        lock (_gate)
        {
            if (_told is { } before && time.GetElapsedTime(before) < Between) { return; }
            _told = time.GetTimestamp();
        }

        Print($"no endpoint answers, trying on: {why.Message}");
    }

    /// <summary>Endpoints answer, and do not have a finalized block: told the first time, and when it is given up.</summary>
    /// <param name="first">First slot of those that wait for it.</param>
    /// <param name="last">Last slot of those that wait for it.</param>
    /// <param name="tries">Rounds over all endpoints so far.</param>
    /// <param name="most">Rounds until it is given up.</param>
    /// <param name="why">What the last endpoint said.</param>
    public void TellNotGiven(ulong first, ulong last, int tries, int most, string why)
    {
        var slots = first == last ? FormattableString.Invariant($"slot {first}") : FormattableString.Invariant($"slots {first} to {last}");
        if (tries == 1)
        {
            Print(FormattableString.Invariant($"comparing with the finalized chain waits for a block that no endpoint gives, at {slots} ({why}); asked for up to {most - 1} times more."));
        }
        else if (tries >= most)
        {
            Print(FormattableString.Invariant($"a finalized block is given up after {most} rounds, at {slots} ({why}): what was confirmed there stays, and the table gaps names it as missed."));
        }
    }

    private void Print(string line) => (print ?? Fail.Print)(line);
}
