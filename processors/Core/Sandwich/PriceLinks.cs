using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>
/// Transactions that trade in two pools of one pair: an arbitrage, or a routed trade. Through them a price that moved in one pool moves in the other; where there is
/// none between front and back leg, what a sale in the other pool earns is not what the victims lost.
/// </summary>
internal sealed class PriceLinks
{
    private readonly KeyIndex<ulong> _pools = new();
    private readonly ValueList<int> _newest = new();
    private readonly ValueList<(int Leg, int Before)> _links = new();

    public void Clear()
    {
        _pools.Clear();
        _newest.Clear();
        _links.Clear();
    }

    /// <summary>Takes note of the legs of one transaction.</summary>
    public void Add(GroupFacts facts, int first, int end)
    {
        // A leg joins the pools of the nearest few before it in its transaction; routes are short.
        const int Reach = 8;
        for (var i = first + 1; i < end; i++)
        {
            var pool = Markets.PoolOf(facts.Legs[i].Lane);
            for (var j = Math.Max(first, i - Reach); j < i; j++)
            {
                var other = Markets.PoolOf(facts.Legs[j].Lane);
                if (other == pool || facts.Markets.Pool(other).Pair != facts.Markets.Pool(pool).Pair) { continue; }
                var known = _pools.Count;
                var number = _pools.Intern(KeyOf(pool, other));
                if (number == known) { _newest.Add(-1); }
                _links.Add((i, _newest[number]));
                _newest[number] = _links.Count - 1;
            }
        }
    }

    /// <summary>True when a price link stands between the first front leg and every back leg that trades in another pool.</summary>
    public bool Hold(GroupFacts facts, in Position position)
    {
        var pool = Markets.PoolOf(position.Lane);
        for (var leg = position.Backs; leg >= 0; leg = facts.Legs[leg].NextBack)
        {
            var other = Markets.PoolOf(facts.Legs[leg].Lane);
            if (other != pool && !HasBetween(facts, KeyOf(pool, other), position.FirstFront, leg)) { return false; }
        }

        return true;
    }

    private bool HasBetween(GroupFacts facts, ulong pools, int front, int back)
    {
        if (_pools.Find(pools) is not (>= 0 and var number)) { return false; }
        for (var link = _newest[number]; link >= 0; link = _links[link].Before)
        {
            var tx = facts.Legs[_links[link].Leg].Tx;
            if (tx <= facts.Legs[front].Tx) { return false; }
            if (tx <= facts.Legs[back].Tx) { return true; }
        }

        return false;
    }

    private static ulong KeyOf(int left, int right) => ((ulong)(uint)Math.Min(left, right) << 32) | (uint)Math.Max(left, right);
}
