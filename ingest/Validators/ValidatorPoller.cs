using Sluice.Ingest.Rpc;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Validators;

/// <summary>Observes validators at the start, when an epoch begins, and so often in between.</summary>
/// <param name="observer">Asks.</param>
/// <param name="every">Time from one observation to the next.</param>
/// <param name="time">Clock.</param>
public sealed class ValidatorPoller(ValidatorObserver observer, TimeSpan every, TimeProvider time)
{
    /// <summary>How soon the begin of an epoch is seen, and how soon nodes are asked again that did not answer.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);

    /// <summary>Runs until cancelled.</summary>
    /// <param name="take">Takes the observations of one moment.</param>
    public async Task RunAsync(Func<ValidatorObservation[], CancellationToken, ValueTask> take, CancellationToken cancel)
    {
        while (true)
        {
            var begin = time.GetTimestamp();
            var isObserved = false;
            try
            {
                var seen = await observer.ObserveAsync(cancel).ConfigureAwait(false);
                isObserved = true;
                await take(seen, cancel).ConfigureAwait(false);
            }
            catch (RpcException)
            {
                // Told and counted by the observer.
            }

            do
            {
                var rest = every - time.GetElapsedTime(begin);
                await Task.Delay(rest < Look ? (rest > TimeSpan.Zero ? rest : TimeSpan.Zero) : Look, time, cancel).ConfigureAwait(false);
            }
            while (isObserved && time.GetElapsedTime(begin) < every && !await observer.HasChangedAsync(cancel).ConfigureAwait(false));
        }
    }
}
