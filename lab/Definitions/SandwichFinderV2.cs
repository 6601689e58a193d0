using Sluice.Lab.Evaluation;

namespace Sluice.Lab.Definitions;

/// <summary>Sandwich-finder v2 of Hanabi Staking: the leader group's four slots, one program on both sides, a gain in neither token negative.</summary>
/// <remarks>
/// Stated: groups aligned to slot / 4; the same market, reversed mints; several fronts and backs as contiguous runs, of each side the 20 largest
/// trades; the same wrapper program, no known aggregator, and the owners of the front's outputs are those of the back's inputs or joined
/// by token transfers; Σ back in ≤ Σ front out and Σ back out ≥ Σ front in; victims trade like the front, strictly between last front and first back, through another wrapper.
/// Chosen: owners stand for their token accounts, which records do not name. A direct call of the venue has no wrapper: such trades are one side by side only of
/// one owner, and another's direct call between may be a victim (the worked example calls directly). Of the runs that fit, the one with most victims, then most legs, is
/// taken, and no leg twice; the three pruning rules of the search are not known and only make it faster.
/// </remarks>
public sealed class SandwichFinderV2 : ISandwichDefinition
{
    private const int SlotsOfGroup = 4, MostTrades = 20;

    private readonly List<SeenBlock> _group = [];

    public string Name => "sandwich-finder v2";

    public string Source => "Hanabi Staking, sandwich-finder";

    public void Add(SeenBlock block, List<Finding> found)
    {
        if (_group.Count > 0 && _group[0].Slot / SlotsOfGroup != block.Slot / SlotsOfGroup) { Finish(found); }
        _group.Add(block);
    }

    public void Finish(List<Finding> found)
    {
        foreach (var pool in _group.ByPool())
        {
            foreach (var side in pool.Where(s => !s.Transaction.UsesAggregator).GroupBy(s => (s.Transaction.Wrapper, Owner: s.Transaction.Wrapper is null ? s.Trader : default)))
            {
                var directions = side.GroupBy(s => (s.MintIn, s.MintOut)).ToArray();
                foreach (var fronts in directions)
                {
                    var backs = side.Where(s => s.IsAgainst(fronts.First()));
                    Search(Largest(fronts), Largest(backs), pool, found);
                }
            }
        }

        _group.Clear();
    }

    private static List<SeenSwap> Largest(IEnumerable<SeenSwap> swaps)
    {
        var largest = swaps.OrderByDescending(s => s.AmountIn).Take(MostTrades).ToHashSet();
        return [.. swaps.Where(largest.Contains)];
    }

    private void Search(List<SeenSwap> fronts, List<SeenSwap> backs, SeenSwap[] pool, List<Finding> found)
    {
        while (Best(fronts, backs, pool) is { } best)
        {
            found.Add(DefinitionFinding.Of(best.Fronts, best.Victims, best.Backs));
            fronts.RemoveAll(best.Fronts.Contains);
            backs.RemoveAll(best.Backs.Contains);
        }
    }

    private (List<SeenSwap> Fronts, SeenSwap[] Victims, List<SeenSwap> Backs)? Best(List<SeenSwap> fronts, List<SeenSwap> backs, SeenSwap[] pool)
    {
        (List<SeenSwap> Fronts, SeenSwap[] Victims, List<SeenSwap> Backs)? best = null;
        for (var lastFront = 0; lastFront < fronts.Count; lastFront++)
        {
            for (var firstBack = 0; firstBack < backs.Count; firstBack++)
            {
                if (!fronts[lastFront].IsBefore(backs[firstBack])) { continue; }
                var (front, back) = (fronts[lastFront], backs[firstBack]);
                var victims = Array.FindAll(pool, s => s.IsLike(front) && front.IsBefore(s) && s.IsBefore(back) && IsOther(s, front));
                if (victims.Length == 0 || victims.Length < best?.Victims.Length) { continue; }
                for (var i = lastFront; i >= 0; i--)
                {
                    for (var l = firstBack; l < backs.Count; l++)
                    {
                        var legs = lastFront - i + l - firstBack;
                        if (best is { } old && old.Victims.Length == victims.Length && old.Fronts.Count + old.Backs.Count - 2 >= legs) { continue; }
                        var (f, b) = (fronts.GetRange(i, lastFront - i + 1), backs.GetRange(firstBack, l - firstBack + 1));
                        if (Fits(f, b)) { best = (f, victims, b); }
                    }
                }
            }
        }

        return best;
    }

    private bool Fits(List<SeenSwap> fronts, List<SeenSwap> backs) =>
        backs.Sum(b => b.AmountIn) <= fronts.Sum(f => f.AmountOut) && backs.Sum(b => b.AmountOut) >= fronts.Sum(f => f.AmountIn) && AreJoined(fronts, backs);

    private bool AreJoined(List<SeenSwap> fronts, List<SeenSwap> backs)
    {
        var (owners, sellers) = (fronts.Select(f => f.Trader).ToHashSet(), backs.Select(b => b.Trader).ToHashSet());
        if (owners.SetEquals(sellers)) { return true; }
        var token = fronts[0].MintOut;
        return sellers.All(seller => owners.Contains(seller) || _group.SelectMany(b => b.Transactions).SelectMany(t => t.Transfers)
            .Any(t => t.Mint == token && t.To == seller && owners.Contains(t.From)));
    }

    private static bool IsOther(SeenSwap swap, SeenSwap front) =>
        swap.Transaction.Wrapper != front.Transaction.Wrapper || (front.Transaction.Wrapper is null && swap.Trader != front.Trader);
}
