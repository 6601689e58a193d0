using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios;

/// <summary>Which wallets traded in which pools, and which way, in the last slots: one to two times <see cref="Reach"/> of them are kept.</summary>
/// <remarks>
/// Ordinary wallets ask it, so that they seldom trade by chance both ways around others, which no observer could tell from an attack. Where a wallet does,
/// and nothing planted explains it, the truth gets the look-alike <c>chance_round_trip</c>.
/// </remarks>
internal sealed class RecentTrades
{
    /// <summary>Slots of a window in which an attack may play: a leader's turn with the slot before it and the one behind it, and one to spare.</summary>
    public const ulong Reach = 7;

    private readonly Stage _stage;
    private readonly HashSet<int> _planners = [];
    private Dictionary<long, Trades> _now = [];
    private Dictionary<long, Trades> _before = [];
    private ulong _since;

    public RecentTrades(Stage stage)
    {
        _stage = stage;
        foreach (var one in stage.Actors.Operators) { _planners.UnionWith(one.Wallets); }
        foreach (var bot in stage.Actors.Bots) { _planners.Add(bot.Wallet); }
        stage.Landed += sent =>
        {
            foreach (var swap in stage.Tx.Done) { Add(swap, sent); }
        };
    }

    /// <summary>Whether the wallet traded the other way in the pool.</summary>
    public bool HasOpposite(int user, Pool pool, bool aToB)
    {
        var trades = Of(user, pool);
        return (aToB ? trades.BToA : trades.AToB) is not null;
    }

    /// <summary>Whether the wallet traded in the pool.</summary>
    public bool Has(int user, Pool pool)
    {
        var trades = Of(user, pool);
        return trades.AToB is not null || trades.BToA is not null;
    }

    private Trades Of(int user, Pool pool)
    {
        Turn();
        var key = Key(user, pool);
        var (now, before) = (_now.GetValueOrDefault(key), _before.GetValueOrDefault(key));
        return new Trades(now.AToB ?? before.AToB, now.BToA ?? before.BToA);
    }

    private void Add(in DoneSwap swap, in Sent sent)
    {
        var known = Of(swap.User, swap.Pool);
        var leg = _stage.Leg(TruthRole.Swap, sent, swap.User, swap.Pool, swap.MintIn, swap.AmountIn, swap.MintOut, swap.AmountOut);
        if ((swap.AToB ? known.BToA : known.AToB) is { } first && first.Signature != leg.Signature && !_planners.Contains(swap.User)) { Tell(first, leg); }
        var (a, b) = (swap.AToB ? leg : known.AToB, swap.AToB ? known.BToA : leg);
        _now[Key(swap.User, swap.Pool)] = new Trades(a, b);
    }

    private void Tell(TruthLeg first, TruthLeg last)
    {
        // A leader's turn, the slot before it and the one behind it.
        if (last.Slot > ((first.Slot + 1) / Cluster.LeaderSchedule.Turn * Cluster.LeaderSchedule.Turn) + Cluster.LeaderSchedule.Turn) { return; }
        _stage.Plant(new TruthEntry
        {
            Kind = TruthKind.LookAlike,
            Class = "chance_round_trip",
            LookAlikeOf = [TruthKind.Sandwich],
            Slot = first.Slot,
            Index = first.Index,
            Signature = first.Signature,
            Signer = first.Signer,
            Legs = [first, last],
            Pools = [first.Pool!.Value],
        });
    }

    private void Turn()
    {
        if (_stage.World.Slot < _since + Reach) { return; }
        if (_stage.World.Slot >= _since + (2 * Reach)) { _now.Clear(); }
        (_now, _before) = (_before, _now);
        _now.Clear();
        _since = _stage.World.Slot;
    }

    private static long Key(int user, Pool pool) => ((long)user << 32) | (uint)pool.Number;

    /// <summary>The last trade each way.</summary>
    private readonly record struct Trades(TruthLeg? AToB, TruthLeg? BToA);
}
