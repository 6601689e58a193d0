using Sluice.Cli.Replay;

namespace Sluice.Cli.Live;

/// <summary>Counts findings by kind over the last minute, in seconds. Safe for concurrent use.</summary>
internal sealed class FindingPace(TimeProvider time)
{
    private const int Seconds = 60;

    private static readonly string[] Kinds = ["arbitrages", .. FindingTally.Kinds];

    private readonly Lock _gate = new();
    private readonly long _begin = time.GetTimestamp();
    private readonly long[,] _counts = new long[Seconds, Kinds.Length];
    private long _second;

    /// <summary>One finding.</summary>
    /// <param name="kind">As the table is called.</param>
    public void Add(string kind)
    {
        var index = Array.IndexOf(Kinds, kind);
        lock (_gate)
        {
            GoOn();
            _counts[_second % Seconds, index]++;
        }
    }

    /// <summary>Findings of the last minute by kind; every kind is there.</summary>
    public SortedDictionary<string, long> Read()
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        lock (_gate)
        {
            GoOn();
            for (var kind = 0; kind < Kinds.Length; kind++)
            {
                var sum = 0L;
                for (var second = 0; second < Seconds; second++) { sum += _counts[second, kind]; }
                sums[Kinds[kind]] = sum;
            }
        }

        return sums;
    }

    /// <summary>Empties the seconds that have passed since the last call.</summary>
    private void GoOn()
    {
        var now = (long)time.GetElapsedTime(_begin).TotalSeconds;
        for (var passed = Math.Max(_second + 1, now - Seconds + 1); passed <= now; passed++)
        {
            for (var kind = 0; kind < Kinds.Length; kind++) { _counts[passed % Seconds, kind] = 0; }
        }

        _second = Math.Max(_second, now);
    }
}
