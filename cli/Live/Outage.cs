using Sluice.Cli.Output;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Live;

/// <summary>Says on standard error when no endpoint answers, once a minute while it lasts. Safe for concurrent use.</summary>
internal sealed class Outage(TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private long? _told;

    public void Tell(RpcException why)
    {
        // A block that is not there yet is nothing to worry about.
        if (why.Fault == RpcFault.NotThere) { return; }
        lock (_gate)
        {
            if (_told is { } before && time.GetElapsedTime(before) < Between) { return; }
            _told = time.GetTimestamp();
        }

        Fail.Print($"no endpoint answers, trying on: {why.Message}");
    }
}
