namespace Sluice.Tests.Broker.Protocol;

/// <summary>What a test wants to go wrong with the next requests. Safe for use from any thread.</summary>
internal sealed class Faults
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ApiKey, Queue<ErrorCode>> _errors = [];
    private readonly Dictionary<ApiKey, int> _lostAnswers = [];
    private TaskCompletionSource? _paused;

    public void Inject(ApiKey key, ErrorCode error, int count)
    {
        lock (_gate)
        {
            if (!_errors.TryGetValue(key, out var queue)) { _errors[key] = queue = []; }
            for (var i = 0; i < count; i++) { queue.Enqueue(error); }
        }
    }

    public void LoseAnswers(ApiKey key, int count)
    {
        lock (_gate) { _lostAnswers[key] = _lostAnswers.GetValueOrDefault(key) + count; }
    }

    public ErrorCode TakeError(ApiKey key)
    {
        lock (_gate) { return _errors.TryGetValue(key, out var queue) && queue.TryDequeue(out var error) ? error : ErrorCode.None; }
    }

    public bool TakeLostAnswer(ApiKey key)
    {
        lock (_gate)
        {
            if (_lostAnswers.GetValueOrDefault(key) == 0) { return false; }
            _lostAnswers[key]--;
            return true;
        }
    }

    public void Pause()
    {
        lock (_gate) { _paused ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously); }
    }

    public void Resume()
    {
        lock (_gate)
        {
            _paused?.SetResult();
            _paused = null;
        }
    }

    public Task WhileResumed(CancellationToken ct)
    {
        lock (_gate) { return _paused?.Task.WaitAsync(ct) ?? Task.CompletedTask; }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _errors.Clear();
            _lostAnswers.Clear();
        }
    }
}
