namespace Sluice.Sinks.Writing;

/// <summary>Tries again what ClickHouse did not take, after waits that double up to a longest one.</summary>
internal sealed class StoreRetry(BatchOptions options, TimeProvider time)
{
    /// <summary>Says whether to try again. <paramref name="attempt"/> counts from 1; <paramref name="delay"/> is the wait that would follow.</summary>
    public delegate bool Decision(Exception failure, int attempt, TimeSpan delay);

    /// <summary>Runs the work until it succeeds or the decision is not to try again; then its exception goes on.</summary>
    public async Task RunAsync(Func<Task> work, Decision decide, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var delay = DelayAfter(attempt);
            try
            {
                await work().ConfigureAwait(false);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested && decide(e, attempt, delay))
            {
                await Task.Delay(delay, time, ct).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan DelayAfter(int attempt) => TimeSpan.FromSeconds(
        Math.Min(options.MaxRetryDelay.TotalSeconds, options.FirstRetryDelay.TotalSeconds * Math.Pow(2, Math.Min(attempt, 32) - 1)));
}
