using Sluice.Lab.Evaluation;

namespace Sluice.Lab.Definitions;

/// <summary>Brontes (Sorella Labs, Ethereum): one block, one caller or contract, half of those between must be victims, and a gain by balances.</summary>
/// <remarks>
/// Stated: one block; at least one pool common to front and back; several fronts, each with victims ("Big Mac"); the same EOA or the same MEV contract; profit of balance changes; at least half of the
/// EOAs between must be victims, at least one of them overlapping both legs.
/// Chosen: EOA is the fee payer, MEV contract a wrapper program without aggregator; all transactions of one caller but the last are fronts, where that gives
/// nothing each neighbouring pair is tried; those between are who traded, not who voted; a victim trades in a pool that front and back share, in the front's direction; the profit is the change of
/// the legs' signers and owners in the front's first token, and must be above 0.
/// </remarks>
public class BrontesSandwich : ISandwichDefinition
{
    public virtual string Name => "brontes";

    public virtual string Source => "SorellaLabs/brontes";

    public void Add(SeenBlock block, List<Finding> found)
    {
        var traders = block.Transactions.Where(t => t.Swaps.Count > 0).ToArray();
        var used = new HashSet<SeenTransaction>();
        foreach (var caller in traders.GroupBy(t => t.Signer)) { Search([.. caller], traders, used, found); }
        foreach (var contract in traders.Where(t => t is { Wrapper: not null, UsesAggregator: false }).GroupBy(t => t.Wrapper)) { Search([.. contract], traders, used, found); }
    }

    public void Finish(List<Finding> found)
    {
    }

    /// <summary>Whether enough of those between are victims.</summary>
    protected virtual bool IsEnough(int victims, int between) => victims * 2 >= between;

    /// <summary>Whether the profit is one.</summary>
    protected virtual bool IsProfit(IReadOnlyCollection<SeenTransaction> legs, SeenSwap[] fronts, SeenSwap[] backs)
    {
        Int128 profit = 0;
        var token = fronts[0].MintIn;
        var owners = legs.SelectMany(l => l.Swaps.Select(s => s.Trader).Append(l.Signer)).ToHashSet();
        foreach (var (owner, mint, delta) in legs.SelectMany(l => l.Gains))
        {
            if (mint == token && owners.Contains(owner)) { profit += delta; }
        }

        return profit > 0;
    }

    private void Search(SeenTransaction[] legs, SeenTransaction[] traders, HashSet<SeenTransaction> used, List<Finding> found)
    {
        legs = Array.FindAll(legs, l => !used.Contains(l));
        if (legs.Length < 2 || Try(legs[..^1], legs[^1], traders, used, found)) { return; }
        for (var i = 0; legs.Length > 2 && i + 1 < legs.Length; i++)
        {
            if (Try(legs[i..(i + 1)], legs[i + 1], traders, used, found)) { i++; }
        }
    }

    private bool Try(SeenTransaction[] before, SeenTransaction last, SeenTransaction[] traders, HashSet<SeenTransaction> used, List<Finding> found)
    {
        var fronts = before.SelectMany(t => t.Swaps).Where(f => last.Swaps.Any(b => b.IsAgainst(f))).ToArray();
        if (fronts.Length == 0) { return false; }
        var backs = last.Swaps.Where(b => fronts.Any(f => b.IsAgainst(f))).ToArray();
        var legs = fronts.Select(f => f.Transaction).Append(last).Distinct().ToArray();
        var signers = legs.Select(l => l.Signer).ToHashSet();
        var between = Array.FindAll(traders, t => t.Index > legs[0].Index && t.Index < last.Index && !signers.Contains(t.Signer) && Array.IndexOf(legs, t) < 0);
        var victims = Array.FindAll(between, t => t.Swaps.Any(s => fronts.Any(f => s.IsLike(f) && f.IsBefore(s))));
        if (victims.Length == 0 || !IsEnough(victims.Select(v => v.Signer).Distinct().Count(), between.Select(b => b.Signer).Distinct().Count())) { return false; }
        if (!IsProfit(legs, fronts, backs)) { return false; }
        found.Add(DefinitionFinding.Of(fronts, [.. victims.Select(v => v.Swaps.First(s => fronts.Any(f => s.IsLike(f))))], backs));
        used.UnionWith(legs);
        return true;
    }
}

/// <summary>Astralane's substream: a port of brontes with another share of victims and the profit test the wrong way round.</summary>
/// <remarks>Stated: more than a fifth of those between are victims; a case whose back out exceeds its front in is rejected: the bug is kept. Chosen: as for <see cref="BrontesSandwich"/>.</remarks>
public sealed class AstralaneSandwich : BrontesSandwich
{
    public override string Name => "astralane substream";

    public override string Source => "Astralane, Solana substream";

    protected override bool IsEnough(int victims, int between) => victims * 5 > between;

    protected override bool IsProfit(IReadOnlyCollection<SeenTransaction> legs, SeenSwap[] fronts, SeenSwap[] backs) =>
        backs.Sum(b => b.AmountOut) <= fronts.Sum(f => f.AmountIn);
}
