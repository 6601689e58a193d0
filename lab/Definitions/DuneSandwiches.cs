using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Definitions;

/// <summary>Dune's tables dex_solana.sandwiches and sandwiched: one trader in reversed mints, and whoever's transaction id lies between as text.</summary>
/// <remarks>
/// Stated: the same block time, about one block; the same program and reversed mints, not the same pool; one front and one back; the same trader; no rule of
/// amounts; victims are any trades of the same mints whose transaction id is BETWEEN the two. Ids are base58 text, so "between" says nothing of position: the bug is kept.
/// Chosen: the trader is the signer; "the same mints" means in the front's direction; a front has one finding with the victims of all its backs, and
/// a victim is named once, as its table has one row a trade.
/// </remarks>
public sealed class DuneSandwiches : ISandwichDefinition
{
    private readonly List<SeenBlock> _second = [];

    public string Name => "dune sandwiches";

    public string Source => "duneanalytics/spellbook, dex_solana.sandwiches";

    public void Add(SeenBlock block, List<Finding> found)
    {
        // Block times are whole seconds, two or three slots.
        if (_second.Count > 0 && (block.TimeUnixMs is null || _second[0].TimeUnixMs != block.TimeUnixMs)) { Finish(found); }
        _second.Add(block);
    }

    public void Finish(List<Finding> found)
    {
        var trades = _second.SelectMany(b => b.Swaps).Select(s => (Swap: s, Id: s.Transaction.Signature.ToString())).ToArray();
        _second.Clear();
        var named = new HashSet<Signature>();
        foreach (var market in trades.GroupBy(t => (t.Swap.Program, Low: Min(t.Swap.MintIn, t.Swap.MintOut), High: Max(t.Swap.MintIn, t.Swap.MintOut))))
        {
            var rows = market.ToArray();
            foreach (var trader in rows.GroupBy(r => r.Swap.Signer).Where(g => g.Count() > 1))
            {
                foreach (var front in trader)
                {
                    var backs = trader.Where(b => b.Swap.MintIn == front.Swap.MintOut && string.CompareOrdinal(front.Id, b.Id) < 0).ToArray();
                    if (backs.Length == 0) { continue; }
                    var last = backs.MaxBy(b => b.Id, StringComparer.Ordinal).Id;
                    var victims = rows.Where(v => v.Swap.Signer != trader.Key && v.Swap.MintIn == front.Swap.MintIn
                        && string.CompareOrdinal(v.Id, front.Id) >= 0 && string.CompareOrdinal(v.Id, last) <= 0
                        && named.Add(v.Swap.Transaction.Signature)).Select(v => v.Swap).ToArray();
                    if (victims.Length > 0) { found.Add(DefinitionFinding.Of([front.Swap], victims, [.. backs.Select(b => b.Swap)])); }
                }
            }
        }
    }

    private static Pubkey Min(Pubkey a, Pubkey b) => a.CompareTo(b) < 0 ? a : b;

    private static Pubkey Max(Pubkey a, Pubkey b) => a.CompareTo(b) < 0 ? b : a;
}
