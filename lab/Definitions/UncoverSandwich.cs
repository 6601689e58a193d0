using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Definitions;

/// <summary>Uncover-Solana-sandwich (LBruyne): in a block, and over a leader's blocks with one on each side; the amounts nearly equal.</summary>
/// <remarks>
/// Stated: buckets by pool and direction; in-block, and over the run of one leader's blocks with one more on each side, at most 32 blocks, gaps of at
/// most 10 slots; several fronts and backs, at most 100 positions apart; the same signer, else the back's owners hold the front's, else a
/// transfer bridge with unique ends; |front out − back in| at most 5 % of the larger, and front out ≥ back in unless the token is SOL, whose tolerance is 0.1 %; victims trade
/// like the front and have another signer.
/// Chosen: a run is the neighbouring trades of one actor in one direction, each at most 100 positions behind the one before where both are in one block; victims lie between
/// the last front and the first back; a leg serves one finding, in-block ones first. Where no leader is known, slot / 4 stands for it.
/// </remarks>
public sealed class UncoverSandwich : ISandwichDefinition
{
    private const int MostBlocks = 32, MostGap = 10, MostApart = 100;

    private readonly List<SeenBlock> _blocks = [];
    private readonly HashSet<SeenSwap> _used = [];

    public string Name => "uncover-solana-sandwich";

    public string Source => "LBruyne, uncover-Solana-sandwich";

    public void Add(SeenBlock block, List<Finding> found)
    {
        Judge([block], isCross: false, found);
        if (_blocks.Count > 0 && block.Slot - _blocks[^1].Slot > MostGap)
        {
            Finish(found);
        }
        else if (_blocks.Count > 0 && !IsOneLeader(_blocks[^1], block))
        {
            // The run of the leader before ends with this block beside it.
            var before = _blocks[^1];
            _blocks.Add(block);
            Judge(_blocks, isCross: true, found);
            _blocks.Clear();
            _blocks.Add(before);
        }

        _blocks.Add(block);
        if (_blocks.Count > MostBlocks) { _blocks.RemoveAt(0); }
        _used.RemoveWhere(s => s.Slot + (MostBlocks * MostGap) < block.Slot);
    }

    public void Finish(List<Finding> found)
    {
        Judge(_blocks, isCross: true, found);
        _blocks.Clear();
    }

    private static bool IsOneLeader(SeenBlock left, SeenBlock right) =>
        left.Leader is { } a && right.Leader is { } b ? a == b : left.Slot / 4 == right.Slot / 4;

    private void Judge(List<SeenBlock> blocks, bool isCross, List<Finding> found)
    {
        foreach (var pool in blocks.ByPool())
        {
            var bridges = Bridges(blocks, pool);
            Judge(pool, s => s.Signer, isCross, found);
            Judge(pool, s => s.Trader, isCross, found);
            if (bridges.Count > 0) { Judge(pool, s => bridges.GetValueOrDefault((s.Trader, s.MintIn), s.Trader), isCross, found); }
        }
    }

    private void Judge(SeenSwap[] pool, Func<SeenSwap, Pubkey> actorOf, bool isCross, List<Finding> found)
    {
        foreach (var actor in pool.Where(s => !_used.Contains(s)).GroupBy(actorOf))
        {
            var trades = actor.ToArray();
            var (fronts, backs) = (new List<SeenSwap>(), new List<SeenSwap>());
            for (var i = 0; i < trades.Length;)
            {
                i = Run(trades, i, fronts);
                Run(trades, i, backs);
                if (backs.Count == 0 || !backs[0].IsAgainst(fronts[0])) { continue; }
                if (isCross != (fronts[0].Slot != backs[^1].Slot) || !IsClosed(fronts, backs)) { continue; }
                var victims = Array.FindAll(pool, s => s.IsLike(fronts[0]) && fronts[^1].IsBefore(s) && s.IsBefore(backs[0])
                    && s.Signer != fronts[0].Signer && actorOf(s) != actor.Key);
                if (victims.Length == 0) { continue; }
                found.Add(DefinitionFinding.Of(fronts, victims, backs));
                _used.UnionWith(fronts);
                _used.UnionWith(backs);
                i += backs.Count;
            }
        }
    }

    /// <summary>Takes the neighbouring trades of one direction from a place on, and gives the place behind them.</summary>
    private static int Run(SeenSwap[] trades, int from, List<SeenSwap> run)
    {
        run.Clear();
        for (; from < trades.Length; from++)
        {
            var next = trades[from];
            if (run.Count > 0 && (!next.IsLike(run[0]) || (next.Slot == run[^1].Slot && next.Transaction.Index - run[^1].Transaction.Index > MostApart))) { break; }
            run.Add(next);
        }

        return from;
    }

    private static bool IsClosed(List<SeenSwap> fronts, List<SeenSwap> backs)
    {
        var (bought, sold) = (fronts.Sum(f => f.AmountOut), backs.Sum(b => b.AmountIn));
        var (larger, smaller) = bought > sold ? (bought, sold) : (sold, bought);
        return fronts[0].MintOut == WellKnown.WrappedSol
            ? (larger - smaller) * 1_000 <= larger
            : bought >= sold && (larger - smaller) * 20 <= larger;
    }

    /// <summary>Receiver and token → sender, where the sender sends that token to nobody else and the receiver has it from nobody else.</summary>
    private static Dictionary<(Pubkey Receiver, Pubkey Mint), Pubkey> Bridges(List<SeenBlock> blocks, SeenSwap[] pool)
    {
        var mints = new HashSet<Pubkey> { pool[0].MintIn, pool[0].MintOut };
        var transfers = blocks.SelectMany(b => b.Transactions).SelectMany(t => t.Transfers).Where(t => mints.Contains(t.Mint) && t.From != t.To).Distinct().ToArray();
        if (transfers.Length == 0) { return []; }
        var senders = transfers.ToLookup(t => (t.From, t.Mint));
        var receivers = transfers.ToLookup(t => (t.To, t.Mint));
        return transfers.Where(t => senders[(t.From, t.Mint)].Count() == 1 && receivers[(t.To, t.Mint)].Count() == 1)
            .ToDictionary(t => (t.To, t.Mint), t => t.From);
    }
}
