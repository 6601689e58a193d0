using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.Sandwiches;
using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Traps;

/// <summary>What all look-alikes of sandwiches are made of: a free pool, trades of somebody, trades of others, the note in the truth.</summary>
internal sealed class TrapScenes(Stage stage, SceneBook book, Orders orders, Crowd crowd, PlainTraffic plain)
{
    private const int PoolTries = 12;

    public Prng Random => stage.Random;

    /// <summary>A free pool and the direction in which SOL or a dollar token buys something else there; null where chance found none.</summary>
    public Leg? FindLeg(bool isRoutable = false)
    {
        var pools = stage.World.Pools;
        for (var i = 0; i < PoolTries; i++)
        {
            var pool = pools[Random.Below(pools.Count)];
            var aToB = pool.MintA.Number < 3;
            if (pool.MintIn(aToB).Number > 2 || pool.MintOut(aToB).Number < 3 || pool.MintOut(aToB).TransferFeeBps > 0) { continue; }
            if (!book.IsFree(pool) || (isRoutable && !Orders.IsRoutable(pool))) { continue; }
            return new Leg(pool, aToB);
        }

        return null;
    }

    /// <summary>So many thousandths of what the pool holds of the token that is sold.</summary>
    public static ulong Part(Leg leg, ulong low, ulong high, Prng random)
    {
        var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
        return (leg.AToB ? a : b) / 1_000 * random.Range(low, high);
    }

    public static Leg Back(Leg leg) => new(leg.Pool, !leg.AToB);

    /// <summary>Somebody with several wallets who did not trade in the pool a moment ago; null where chance found none.</summary>
    public Operator? FindOperator(Pool pool)
    {
        for (var i = 0; i < 4; i++)
        {
            var one = stage.Actors.Operators[Random.Below(stage.Actors.Operators.Length)];
            if (book.IsIdle(one) && !Array.Exists(one.Wallets, w => stage.Recent.Has(w, pool))) { return one; }
        }

        return null;
    }

    /// <summary>A scene that is noted as a look-alike of a sandwich when it is over.</summary>
    /// <param name="label">What it really is.</param>
    /// <param name="leg">Its pool, and the direction of the first trade.</param>
    /// <param name="atOnce">Whether nobody else may trade in between; other transactions may stand there all the same.</param>
    /// <param name="actor">Whose scene it is, where somebody with several wallets acts.</param>
    public Scene Open(string label, Leg leg, bool atOnce, Operator? actor = null) =>
        new(leg.Pool, leg.AToB) { Finish = scene => Note(scene, label), AtOnce = atOnce, Actor = actor };

    /// <summary>Adds a step for a slot, now and then with something unrelated before it.</summary>
    public void Then(Scene scene, Action act, ulong slotsLater = 0) => scene.Steps.Enqueue((stage.World.Slot + slotsLater, () =>
    {
        for (var i = scene.AtOnce ? Random.Below(3) : 0; i > 0; i--) { plain.SolTransfer(); }
        act();
    }
    ));

    public void Begin(Scene scene) => book.Begin(scene);

    /// <summary>Whether a wallet can pay; its account is filled where it was never named before.</summary>
    public bool CanPay(int wallet, Mint mint, ulong amount) => amount >= 1_000 && orders.Holding(wallet, mint, amount) >= amount;

    /// <summary>A trade of those whom the scene is about. Returns what it gave; 0 where the wallet could not pay.</summary>
    public ulong Own(Scene scene, Order order)
    {
        if (!CanPay(order.Wallet, order.Leg.MintIn, order.Amount) || order.Leg.Quote(order.Amount) == 0) { return 0; }
        book.Act(scene, TruthRole.Swap, () => orders.Send(order));
        return orders.Received;
    }

    /// <summary>A trade of somebody else.</summary>
    public void Other(Scene scene, Leg leg, ulong amount)
    {
        var user = amount < 1_000 ? -1 : crowd.Find(leg.Pool, leg.MintIn, amount);
        if (user < 0 || leg.Quote(amount) == 0) { return; }
        book.Act(scene, TruthRole.Swap, () => crowd.Swap(user, leg, amount), isOwn: false);
    }

    /// <summary>A transaction that is no order, noted with the legs of its swaps.</summary>
    public Sent Act(Scene scene, Func<Sent> send) => book.Act(scene, TruthRole.Swap, send);

    private void Note(Scene scene, string label)
    {
        if (scene.Legs.Count < 2) { return; }
        var legs = SandwichTruth.InOrder(scene.Legs);
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.LookAlike,
            Class = label,
            LookAlikeOf = [TruthKind.Sandwich],
            Slot = legs[0].Slot,
            Index = legs[0].Index,
            Signature = legs[0].Signature,
            Signer = legs[0].Signer,
            Legs = legs,
            Pools = SandwichTruth.PoolsOf(legs),
            FeeLamports = scene.Fees,
            TipLamports = scene.Tips,
        });
    }
}
