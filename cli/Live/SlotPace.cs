namespace Sluice.Cli.Live;

/// <summary>Measures what a slot takes, from the newest slots as they were told over the last minutes. Safe for concurrent use.</summary>
internal sealed class SlotPace(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1), Least = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private (ulong Slot, long At)? _before;
    private (ulong Slot, long At)? _since;
    private (ulong Slot, long At)? _last;

    /// <summary>Seconds from a slot to the next; null until it has been watched for two seconds.</summary>
    public double? SecondsPerSlot
    {
        get
        {
            lock (_gate)
            {
                if ((_before ?? _since) is not { } first || _last is not { } last || last.Slot <= first.Slot) { return null; }
                var passed = time.GetElapsedTime(first.At, last.At);
                return passed < Least ? null : passed.TotalSeconds / (last.Slot - first.Slot);
            }
        }
    }

    public void Note(ulong tip)
    {
        var now = (tip, time.GetTimestamp());
        lock (_gate)
        {
            _since ??= now;
            _last = now;
            if (time.GetElapsedTime(_since.Value.At, now.Item2) > Window) { (_before, _since) = (_since, now); }
        }
    }
}
