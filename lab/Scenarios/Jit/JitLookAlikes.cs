using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Venues;
using Sluice.Lab.Venues.Liquidity;

namespace Sluice.Lab.Scenarios.Jit;

/// <summary>Plants liquidity that comes and goes around swaps and was not made for them.</summary>
internal sealed class JitLookAlikes(Stage stage, SceneBook scenes, Crowd crowd, Orders orders, Providers providers)
{
    private const int Attempts = 40, MostStanding = 60;

    /// <summary>Slots after which a position counts as one from before.</summary>
    private const ulong Old = 12;

    private readonly List<Change> _standing = [];

    /// <summary>Begins one of a kind drawn by chance.</summary>
    public void Plant()
    {
        for (var i = 0; i < Attempts; i++)
        {
            var done = stage.Random.Below(6) switch
            {
                0 => DifferentActors(),
                1 => OutOfRange(),
                2 => Stays(),
                3 => Rebalances(),
                4 => OwnSwapOnly(),
                _ => StaysLonger(),
            };
            if (done) { return; }
        }
    }

    /// <summary>One adds, somebody swaps, another takes out what has long been there.</summary>
    private bool DifferentActors()
    {
        if (!TryOld(out var old) || !TryDraft(old.Position.Pool, 2, out var draft) || draft.Position.Owner == old.Position.Owner) { return false; }
        _standing.Remove(old);
        var slot = stage.World.Slot;
        var scene = Begin(draft, "other_provider_leaves");
        scene.Steps.Enqueue((slot, () => Keep(draft.Added = providers.Add(draft.Position, draft.MostA, draft.MostB, 0))));
        scene.Steps.Enqueue((slot, () => crowd.TrySwap(draft.Leg, draft.Traded)));
        scene.Steps.Enqueue((slot, () => draft.Removed = providers.Remove(old.Position, 0)));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A position that the price does not reach is opened and closed around a swap.</summary>
    private bool OutOfRange()
    {
        var pool = providers.AnyPool();
        var spacing = providers.ProgramOf(pool).SpacingOf(pool);
        if (spacing == 0 || !scenes.IsFree(pool)) { return false; }
        var away = (pool.Kind == VenueKind.MeteoraDlmm ? 100 : 4_000 / spacing) + stage.Random.Below(20);
        if (!TryDraft(pool, 2, out var draft, -away, away + 3)) { return false; }
        var slot = stage.World.Slot;
        var scene = Begin(draft, "out_of_range");
        scene.Steps.Enqueue((slot, () => draft.Added = providers.Add(draft.Position, draft.MostA, draft.MostB, 0)));
        scene.Steps.Enqueue((slot, () => crowd.TrySwap(draft.Leg, draft.Traded)));
        scene.Steps.Enqueue((slot, () => draft.Removed = providers.Remove(draft.Position, 0)));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>Liquidity that comes before a swap and stays.</summary>
    private bool Stays()
    {
        if (_standing.Count >= MostStanding || !TryDraft(providers.AnyPool(), 12, out var draft)) { return false; }
        var slot = stage.World.Slot;
        var scene = Begin(draft, "stays");
        scene.Steps.Enqueue((slot, () => Keep(draft.Added = providers.Add(draft.Position, draft.MostA, draft.MostB, 0))));
        scene.Steps.Enqueue((slot, () => crowd.TrySwap(draft.Leg, draft.Traded)));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A provider takes an old position out and opens another, with a swap between.</summary>
    private bool Rebalances()
    {
        if (!TryOld(out var old) || !TryDraft(old.Position.Pool, 3, out var draft, wallet: old.Position.Owner)) { return false; }
        _standing.Remove(old);
        var slot = stage.World.Slot;
        var scene = Begin(draft, "rebalances");
        scene.Steps.Enqueue((slot, () => draft.Removed = providers.Remove(old.Position, 0)));
        scene.Steps.Enqueue((slot, () => crowd.TrySwap(draft.Leg, draft.Traded)));
        scene.Steps.Enqueue((slot, () => Keep(draft.Added = providers.Add(draft.Position, draft.MostA, draft.MostB, 0))));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A provider adds, swaps himself, and leaves.</summary>
    private bool OwnSwapOnly()
    {
        if (!TryDraft(providers.AnyPool(), 2, out var draft) || draft.Leg.MintIn.IsNative || draft.Leg.MintOut.IsNative) { return false; }
        var slot = stage.World.Slot;
        var scene = Begin(draft, "own_swap_only");
        scene.AtOnce = true;
        var order = new Order(draft.Position.Owner, draft.Leg, draft.Traded);
        scene.Steps.Enqueue((slot, () => draft.Added = providers.Add(draft.Position, draft.MostA, draft.MostB, 0)));
        scene.Steps.Enqueue((slot, () => orders.Send(order)));
        scene.Steps.Enqueue((slot, () => draft.Removed = providers.Remove(draft.Position, 0)));
        scenes.Begin(scene);
        return true;
    }

    /// <summary>A provider who leaves after more slots than one waits for a swap.</summary>
    private bool StaysLonger()
    {
        if (!TryDraft(providers.AnyPool(), 4, out var draft)) { return false; }
        var slot = stage.World.Slot;
        var scene = Begin(draft, "stays_longer");
        scene.Steps.Enqueue((slot, () => draft.Added = providers.Add(draft.Position, draft.MostA, draft.MostB, 0)));
        scene.Steps.Enqueue((slot, () => crowd.TrySwap(draft.Leg, draft.Traded)));
        scene.Steps.Enqueue((slot + stage.Random.Range(4, 9), () => draft.Removed = providers.Remove(draft.Position, 0)));
        scenes.Begin(scene);
        return true;
    }

    private void Keep(Change added) => _standing.Add(added);

    private bool TryOld(out Change old)
    {
        old = default;
        foreach (var change in _standing)
        {
            if (change.Slot + Old > stage.World.Slot || !scenes.IsFree(change.Position.Pool)) { continue; }
            old = change;
            return true;
        }

        return false;
    }

    /// <summary>A position and a swap that the pool can take.</summary>
    private bool TryDraft(Pool pool, int reach, out Draft draft, int below = 0, int above = -1, int wallet = -1)
    {
        draft = null!;
        if (!scenes.IsFree(pool)) { return false; }
        var random = stage.Random;
        var leg = new Leg(pool, random.PerMille(500));
        var (a, b) = pool.Venue.Reserves(pool);
        var traded = (leg.AToB ? a : b) / 1_000 * random.Range(2, 6);
        var received = leg.Quote(traded);
        if (traded < 10_000 || received < 10_000 || crowd.Find(pool, leg.MintIn, traded) < 0) { return false; }
        if (wallet < 0) { wallet = providers.AnyWallet(); }
        var (mostA, mostB) = leg.AToB ? (traded, received) : (received, traded);
        var position = above >= 0 ? providers.Draft(pool, wallet, below, above)
            : providers.Draft(pool, wallet, random.Below(reach), random.Below(reach));
        if (!Providers.Fits(position)) { return false; }
        var (costA, costB) = providers.ProgramOf(pool).Cost(position, mostA, mostB);
        if (costA + costB < 10_000 || !providers.CanPay(wallet, pool, mostA, mostB)) { return false; }
        draft = new Draft { Leg = leg, Traded = traded, MostA = mostA, MostB = mostB, Position = position };
        return true;
    }

    private Scene Begin(Draft draft, string label) => new(draft.Leg.Pool, draft.Leg.AToB) { Finish = scene => Tell(scene, draft, label) };

    private void Tell(Scene scene, Draft draft, string label)
    {
        if (scene.Tape.Count == 0) { return; }
        List<TruthLeg> legs = [];
        if (draft.Added.Position is not null) { legs.AddRange(JitPlanter.LegsOf(stage, TruthRole.Add, draft.Added)); }
        legs.AddRange(scene.Tape.Select(s => JitPlanter.LegOf(stage, TruthRole.Swap, s)));
        if (draft.Removed.Position is not null) { legs.AddRange(JitPlanter.LegsOf(stage, TruthRole.Remove, draft.Removed)); }
        var first = scene.Tape[0];
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.LookAlike,
            Class = label,
            LookAlikeOf = [TruthKind.Jit],
            Slot = first.Slot,
            Index = first.Sent.Index,
            Signature = first.Sent.Signature,
            Signer = stage.Accounts[draft.Position.Owner].Key,
            Legs = [.. legs.OrderBy(l => (l.Slot, l.Index))],
            Pools = [stage.KeyOf(draft.Leg.Pool)],
        });
    }

    private sealed class Draft
    {
        public required Leg Leg { get; init; }

        public required ulong Traded { get; init; }

        public required ulong MostA { get; init; }

        public required ulong MostB { get; init; }

        public required Position Position { get; init; }

        public Change Added { get; set; }

        public Change Removed { get; set; }
    }
}
