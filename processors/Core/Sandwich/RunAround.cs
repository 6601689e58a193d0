using Sluice.Processors.Core.Bundles;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Finds the run that looks like a bundle around a transaction: when a finding asks, and only there. Not thread-safe.</summary>
internal sealed class RunAround
{
    private readonly BundleFinder _finder = new();
    private int _block = -1, _start, _end;

    /// <summary>Forgets the stretch that was looked at last.</summary>
    public void Clear() => _block = -1;

    /// <param name="block">Number of the block, to tell blocks apart.</param>
    /// <param name="transactions">The block's.</param>
    /// <param name="at">Place of the transaction in it.</param>
    /// <param name="run">Its run.</param>
    public bool TryFind(int block, ReadOnlySpan<Transaction> transactions, int at, out BundleRun run)
    {
        if (block != _block || at < _start || at >= _end)
        {
            (_start, _end) = _finder.ReadAround(transactions, at);
            _block = block;
        }

        var number = _finder.RunOf(transactions[at].Index);
        run = number < 0 ? default : _finder.Runs[number];
        return number >= 0;
    }
}

/// <summary>A run of the window that looks like a bundle.</summary>
/// <param name="Block">Its block in <see cref="GroupFacts.Blocks"/>, −1 for no run.</param>
/// <param name="First">Position of its first transaction in the block.</param>
/// <param name="Confidence">How much it looks like a bundle, 0 to 1.</param>
internal readonly record struct RunFact(int Block, int First, double Confidence)
{
    public static RunFact None => new(-1, -1, 0);

    public bool IsThere => Block >= 0;
}
