using Microsoft.Extensions.Logging;

namespace Sluice.Streams.Kafka.Clients;

/// <summary>Ends Kafka clients within a limit. A client that waits for a broker or for a rebalance that never comes must not keep the process from ending.</summary>
internal static class Ending
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Runs the end of a client; false when it did not come in time. What it held at the brokers ends by their time-outs then.</summary>
    public static bool Within(string name, ILogger log, Action end)
    {
        var thread = new Thread(() => Run(name, log, end)) { IsBackground = true, Name = $"{name} ending" };
        thread.Start();
        if (thread.Join(Limit)) { return true; }
        KafkaLog.ClientWarning(log, $"{name} did not end within {Limit.TotalSeconds} s and is given up");
        return false;
    }

    private static void Run(string name, ILogger log, Action end)
    {
        try
        {
            end();
        }
        catch (Exception e)
        {
            KafkaLog.ClientWarning(log, $"{name} did not end cleanly: {e.Message}");
        }
    }
}
