using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Bundles;

/// <summary>Finds the runs of a block that look like Jito bundles.</summary>
/// <remarks>
/// Steps:
/// <list type="number">
/// <item>Stretches: transactions that follow each other in the block without a gap, all successful (a bundle is all or nothing), each tied to the one before.</item>
/// <item>A stretch of two to five of which one tips is a run.</item>
/// <item>A longer one is cut behind its tips, since bundles pay at their end: up to four before a tip belong to it.</item>
/// </list>
/// A run is an inference. Costs a comparison for each pair of neighbours; allocates nothing once its list has grown. Not thread-safe.
/// </remarks>
public sealed class BundleFinder
{
    private BundleRun[] _runs = new BundleRun[16];
    private BundleLinks[] _links = new BundleLinks[64]; // of a transaction to the one before it

    /// <summary>The block's runs in order; they do not overlap.</summary>
    public ReadOnlySpan<BundleRun> Runs => _runs.AsSpan(0, Count);

    /// <summary>Runs of the block.</summary>
    public int Count { get; private set; }

    /// <summary>Tipping transactions that are in no run.</summary>
    public int LoneTips { get; private set; }

    /// <summary>Linked stretches without a tip.</summary>
    public int StretchesWithoutTip { get; private set; }

    /// <summary>Reads a block, whose transactions are in block order.</summary>
    public void Read(in Block block)
    {
        var transactions = block.Transactions.Span;
        Begin(transactions.Length);
        var start = 0;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Record | Reads.Swaps | Reads.LiquidityChanges | Reads.Liquidations | Reads.Transfers | Reads.AuthorityChanges | Reads.Signers);
            if (i == 0 || (_links[i] = LinkOf(transactions[i - 1], transactions[i])) != BundleLinks.None) { continue; }
            Cut(transactions, start, i);
            start = i;
        }

        if (transactions.Length > 0) { Cut(transactions, start, transactions.Length); }
    }

    /// <summary>Reads the stretch around a transaction and nothing else of its block; <see cref="Runs"/> are those of the stretch.</summary>
    /// <returns>The stretch: its first place in the block's list, and the one behind its last.</returns>
    internal (int Start, int End) ReadAround(ReadOnlySpan<Transaction> transactions, int at)
    {
        Begin(transactions.Length);
        var (start, end) = (at, at + 1);
        while (start > 0 && (_links[start] = LinkOf(transactions[start - 1], transactions[start])) != BundleLinks.None) { start--; }
        while (end < transactions.Length && (_links[end] = LinkOf(transactions[end - 1], transactions[end])) != BundleLinks.None) { end++; }
        Cut(transactions, start, end);
        return (start, end);
    }

    private void Begin(int count)
    {
        Count = LoneTips = StretchesWithoutTip = 0;
        if (_links.Length < count) { _links = new BundleLinks[Math.Max(count, _links.Length * 2)]; }
    }

    /// <summary>Index in <see cref="Runs"/> of the run that holds the transaction at a position of the block; −1 when none does.</summary>
    public int RunOf(int txIndex)
    {
        int low = 0, high = Count - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (txIndex < _runs[middle].FirstTxIndex) { high = middle - 1; }
            else if (_runs[middle].Contains(txIndex)) { return middle; }
            else { low = middle + 1; }
        }

        return -1;
    }

    /// <summary>True when both positions of the block lie in one run.</summary>
    public bool AreInOneRun(int txIndex, int otherTxIndex) => RunOf(txIndex) is >= 0 and var run && _runs[run].Contains(otherTxIndex);

    private static BundleLinks LinkOf(in Transaction first, in Transaction second) =>
        first.Status == TransactionStatus.Success && second.Status == TransactionStatus.Success && second.Index == first.Index + 1
            ? TransactionLinks.Between(first, second) : BundleLinks.None;

    /// <summary>Makes runs of the stretch from <paramref name="start"/> up to, not including, <paramref name="end"/>.</summary>
    private void Cut(ReadOnlySpan<Transaction> transactions, int start, int end)
    {
        var isBounded = end - start <= BundleRules.MaxTransactions;
        while (start < end)
        {
            var tip = NextTip(transactions, start, end);
            if (tip == end)
            {
                if (end - start >= 2) { StretchesWithoutTip++; }
                return;
            }

            var from = start;
            var to = end;
            if (end - start > BundleRules.MaxTransactions)
            {
                from = Math.Max(start, tip - BundleRules.MaxTransactions + 1);
                to = tip > start ? tip + 1 : Math.Min(NextTip(transactions, start + 1, end), start + BundleRules.MaxTransactions);
            }

            if (to - from >= 2) { Add(transactions, from, to, isBounded); }
            else { LoneTips++; }
            start = to;
        }
    }

    private static int NextTip(ReadOnlySpan<Transaction> transactions, int from, int end)
    {
        while (from < end && transactions[from].TipLamports == 0) { from++; }
        return from;
    }

    private void Add(ReadOnlySpan<Transaction> transactions, int first, int end, bool isBounded)
    {
        BundleLinks all = BundleLinks.None, weakest = BundleLinks.None;
        int lastTip = 0, tips = 0;
        for (var i = first; i < end; i++)
        {
            if (transactions[i].TipLamports > 0)
            {
                lastTip = i - first;
                tips++;
            }

            if (i == first) { continue; }
            all |= _links[i];
            if (weakest == BundleLinks.None || Rank(_links[i]) < Rank(weakest)) { weakest = _links[i]; }
        }

        if (Count == _runs.Length) { Array.Resize(ref _runs, Count * 2); }
        _runs[Count++] = new(first, end - first, transactions[first].Index, lastTip, tips, all, weakest, isBounded, IsBracket(transactions, first, end));
    }

    private static int Rank(BundleLinks links) => TransactionLinks.IsPerson(links) ? 2 : (links & BundleLinks.Pool) != 0 ? 1 : 0;

    /// <summary>True when first and last are one person's and some transaction between is tied to neither by a person.</summary>
    private static bool IsBracket(ReadOnlySpan<Transaction> transactions, int first, int end)
    {
        ref readonly var front = ref transactions[first];
        ref readonly var back = ref transactions[end - 1];
        if (end - first < 3 || !TransactionLinks.IsPerson(TransactionLinks.Between(front, back))) { return false; }
        for (var i = first + 1; i < end - 1; i++)
        {
            if (!TransactionLinks.IsPerson(TransactionLinks.Between(front, transactions[i]) | TransactionLinks.Between(transactions[i], back))) { return true; }
        }

        return false;
    }
}
