namespace Sluice.Tests.Integration.Live;

/// <summary>Lets the chain go on only while its reader is near, so that a slow machine sees the forks too. What is late is there within eight slots.</summary>
/// <param name="ahead">Slots by which the chain may be before its reader.</param>
internal sealed class Pace(ulong ahead) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ManualResetEventSlim _mayGoOn = new(true);
    private ulong _slot;
    private ulong _position;

    public void WaitFor(ulong slot)
    {
        lock (_gate)
        {
            _slot = slot;
            Judge();
        }

        _mayGoOn.Wait();
    }

    public void Reached(ulong position)
    {
        lock (_gate)
        {
            _position = Math.Max(_position, position);
            Judge();
        }
    }

    public void Dispose() => Reached(ulong.MaxValue - ahead);

    private void Judge()
    {
        if (_slot <= _position + ahead) { _mayGoOn.Set(); } else { _mayGoOn.Reset(); }
    }
}
