using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Definitions;

/// <summary>Solana-sandwich-detector (Kwon): one front, one back of one signer, a gain after fees, victims of some size.</summary>
/// <remarks>
/// Stated: one block, or a sliding window of four slots; one front and one back in one pool, opposite; the same signer, or a token account handed over; back out − front in − fees ≥ 0; victims trade
/// like the front, have another signer, at least 1 % of the front's size, and are no known attackers; confidence 0.5 bundle + 0.3 economic + 0.2 victim, at least 0.30.
/// Chosen: a front goes with the first back behind it that passes; fees count where the pool's first token is SOL; who attacked within the window is the known attacker, since no list is published with the rules;
/// bundle 1.0 for neighbours in a block (atomic), 0.7 for one block with a tip (spanning), 0.4 for a tip (tip race), 0.1 else (organic); economic 1 for a gain, 0.5 for
/// none; victim the size of the largest by the front's, at most 1. The loss model is not part of the verdict.
/// </remarks>
public sealed class KwonDetector : ISandwichDefinition
{
    private const int Window = 4;
    private const double LeastConfidence = 0.30;

    private readonly List<SeenBlock> _blocks = [];
    private readonly HashSet<SeenSwap> _used = [];
    private readonly Dictionary<Pubkey, ulong> _attackers = [];

    public string Name => "solana-sandwich-detector";

    public string Source => "SangHyeonKwon/solana-sandwich-detector";

    public void Add(SeenBlock block, List<Finding> found)
    {
        _blocks.RemoveAll(b => b.Slot + Window <= block.Slot || b.Slot > block.Slot);
        _used.RemoveWhere(s => s.Slot + Window <= block.Slot);
        _blocks.Add(block);
        foreach (var pool in _blocks.ByPool())
        {
            // What ends before this block was judged with the block before.
            if (pool[^1].Slot == block.Slot) { Judge(pool, block.Slot, found); }
        }
    }

    public void Finish(List<Finding> found)
    {
    }

    private void Judge(SeenSwap[] pool, ulong slot, List<Finding> found)
    {
        for (var f = 0; f < pool.Length; f++)
        {
            for (var b = f + 1; b < pool.Length && !_used.Contains(pool[f]); b++)
            {
                var (front, back) = (pool[f], pool[b]);
                if (back.Slot != slot || !back.IsAgainst(front) || _used.Contains(back) || !IsOneActor(front, back)) { continue; }
                var victims = Array.FindAll(pool[(f + 1)..b], s => s.IsLike(front) && s.Signer != front.Signer && s.Signer != back.Signer
                    && (UInt128)s.AmountIn * 100 >= front.AmountIn && !IsAttacker(s.Signer, slot));
                if (victims.Length == 0 || !Passes(front, victims, back)) { continue; }
                found.Add(DefinitionFinding.Of([front], victims, [back]));
                _used.Add(front);
                _used.Add(back);
                _attackers[front.Signer] = slot;
            }
        }
    }

    private bool IsAttacker(Pubkey signer, ulong slot) => _attackers.TryGetValue(signer, out var at) && at + Window > slot;

    private bool IsOneActor(SeenSwap front, SeenSwap back) => front.Signer == back.Signer
        || _blocks.SelectMany(b => b.Transactions).SelectMany(t => t.HandOvers)
            .Any(h => h.From == front.Trader && h.To == back.Trader && (h.Mint == front.MintOut || h.Mint == default(Pubkey)));

    private static bool Passes(SeenSwap front, SeenSwap[] victims, SeenSwap back)
    {
        var gain = (Int128)back.AmountOut - front.AmountIn;
        if (front.MintIn == WellKnown.WrappedSol) { gain -= front.Transaction.FeeLamports + back.Transaction.FeeLamports; }
        if (gain < 0) { return false; }
        var hasTip = front.Transaction.TipLamports + back.Transaction.TipLamports > 0;
        var isBlock = front.Slot == back.Slot;
        var bundle = isBlock && back.Transaction.Index - front.Transaction.Index == victims.Select(v => v.Transaction.Index).Distinct().Count() + 1 ? 1.0
            : isBlock && hasTip ? 0.7 : hasTip ? 0.4 : 0.1;
        var victim = Math.Min(1, (double)victims.Max(v => v.AmountIn) / Math.Max(1, front.AmountIn));
        return (0.5 * bundle) + (0.3 * (gain > 0 ? 1 : 0.5)) + (0.2 * victim) >= LeastConfidence;
    }
}
