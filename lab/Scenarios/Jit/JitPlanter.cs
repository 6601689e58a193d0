using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Venues;
using Sluice.Lab.Venues.Liquidity;

namespace Sluice.Lab.Scenarios.Jit;

/// <summary>Plants just-in-time liquidity: a position around the price just before somebody's large swap, taken out after it.</summary>
/// <remarks>
/// Six of ten have nothing between their transactions, three have others of the block between, one ends in the next slot or, seldom, in the one
/// after that. The gain is what came out, fees and all, less what went in, at the pool's price when it came out.
/// </remarks>
internal sealed class JitPlanter(Stage stage, SceneBook scenes, Crowd crowd, Providers providers)
{
    private const int Attempts = 40;

    /// <summary>Begins one; those whose transactions follow each other are finished at once.</summary>
    public void Plant()
    {
        for (var i = 0; i < Attempts; i++)
        {
            if (TryBegin()) { return; }
        }
    }

    private bool TryBegin()
    {
        var random = stage.Random;
        var pool = providers.AnyPool();
        if (!scenes.IsFree(pool)) { return false; }
        var leg = new Leg(pool, random.PerMille(500));
        var (a, b) = pool.Venue.Reserves(pool);
        var traded = (leg.AToB ? a : b) / 1_000 * random.Range(3, 12);
        var received = leg.Quote(traded);
        if (traded < 10_000 || received < 10_000) { return false; }
        var wallet = providers.AnyWallet();
        var times = random.Range(1, 4);
        var (mostA, mostB) = leg.AToB ? (traded * times, received * times) : (received * times, traded * times);
        var position = providers.Draft(pool, wallet, random.Below(3), random.Below(3));
        if (!Providers.Fits(position)) { return false; }
        var (costA, costB) = providers.ProgramOf(pool).Cost(position, mostA, mostB);
        if (costA + costB < 10_000 || !providers.CanPay(wallet, pool, mostA, mostB)) { return false; }
        if (crowd.Find(pool, leg.MintIn, traded) < 0) { return false; }

        var act = new Act { Leg = leg, MostA = mostA, MostB = mostB, Position = position };
        var scene = new Scene(pool, leg.AToB) { Finish = scene => Tell(scene, act) };
        Write(scene, act, traded);
        scenes.Begin(scene);
        return true;
    }

    private void Write(Scene scene, Act act, ulong traded)
    {
        var random = stage.Random;
        var (slot, shape) = (stage.World.Slot, random.Below(100));
        scene.AtOnce = shape < 60;
        var later = shape < 90 ? 0UL : shape < 97 ? 1UL : 2UL;
        var tip = scene.AtOnce ? Budgets.Tip(random) : 0;
        scene.Steps.Enqueue((slot, () => act.Added = providers.Add(act.Position, act.MostA, act.MostB, tip)));
        scene.Steps.Enqueue((slot, () => crowd.TrySwap(act.Leg, traded)));
        if (random.PerMille(200))
        {
            var more = traded / random.Range(2, 5);
            scene.Steps.Enqueue((slot + (random.PerMille(500) ? later : 0), () => crowd.TrySwap(act.Leg, more)));
        }

        scene.Steps.Enqueue((slot + later, () => Remove(scene, act)));
    }

    private void Remove(Scene scene, Act act)
    {
        act.Swaps = scene.Tape.Count;
        act.Removed = providers.Remove(act.Position, tip: 0);
    }

    private void Tell(Scene scene, Act act)
    {
        // Skipped slots may have made it longer than the definition allows, and a wallet may have run dry before it could trade.
        var swaps = scene.Tape.GetRange(0, act.Swaps);
        if (swaps.Count == 0 || act.Removed.Slot > act.Added.Slot + 2) { return; }
        var pool = act.Leg.Pool;
        var (gainA, gainB) = ((Int128)act.Removed.A - act.Added.A, (Int128)act.Removed.B - act.Added.B);
        var inA = RankOf(pool.MintA) > RankOf(pool.MintB);
        var mint = inA ? pool.MintA : pool.MintB;
        var gross = inA ? gainA + Providers.InA(pool, gainB) : gainB + Providers.InB(pool, gainA);
        var (added, removed) = (act.Added.Sent, act.Removed.Sent);
        var (fees, tips) = (added.Fee + removed.Fee, added.Tip + removed.Tip);
        List<TruthLeg> legs = [.. LegsOf(stage, TruthRole.Add, act.Added)];
        legs.AddRange(swaps.Select(s => LegOf(stage, TruthRole.Victim, s)));
        legs.AddRange(LegsOf(stage, TruthRole.Remove, act.Removed));
        List<string> tags = [];
        if (swaps.Count > 1) { tags.Add("multi_victim"); }
        if (act.Removed.Slot != act.Added.Slot) { tags.Add("multi_slot"); }
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.Jit,
            Class = VenueNames.Of(pool.Kind),
            Tags = tags,
            Slot = swaps[0].Slot,
            Index = swaps[0].Sent.Index,
            Signature = swaps[0].Sent.Signature,
            Signer = stage.Accounts[act.Position.Owner].Key,
            Legs = legs,
            Pools = [stage.KeyOf(pool)],
            ProfitMint = stage.KeyOf(mint),
            Gross = gross,
            FeeLamports = fees,
            TipLamports = tips,
            Net = mint.IsNative ? gross - fees - tips : null,
        });
    }

    /// <summary>Legs of a change, one a token that moved.</summary>
    internal static IEnumerable<TruthLeg> LegsOf(Stage stage, TruthRole role, Change change)
    {
        var (pool, sent) = (change.Position.Pool, change.Sent);
        foreach (var (mint, amount) in new[] { (pool.MintA, change.A), (pool.MintB, change.B) })
        {
            if (amount == 0) { continue; }
            var (key, isAdd) = (stage.KeyOf(mint), role == TruthRole.Add);
            yield return new TruthLeg(
                role, change.Slot, sent.Index, sent.Signature, stage.Accounts[change.Position.Owner].Key, stage.KeyOf(pool),
                isAdd ? key : null, isAdd ? amount : 0, isAdd ? null : key, isAdd ? 0 : amount);
        }
    }

    /// <summary>The leg of a swap that was seen in the pool.</summary>
    internal static TruthLeg LegOf(Stage stage, TruthRole role, in TapeSwap swap) => new(
        role, swap.Slot, swap.Sent.Index, swap.Sent.Signature, stage.Accounts[swap.Payer].Key, stage.KeyOf(swap.Swap.Pool),
        stage.KeyOf(swap.Swap.MintIn), swap.Swap.AmountIn, stage.KeyOf(swap.Swap.MintOut), swap.Swap.AmountOut);

    /// <summary>In which token gains are told: SOL before dollars, those before staked SOL, and that before others.</summary>
    private static int RankOf(Mint mint) => mint.Number switch { 0 => 3, 1 or 2 => 2, 3 or 4 or 5 => 1, _ => 0 };

    private sealed class Act
    {
        public required Leg Leg { get; init; }

        public required Position Position { get; init; }

        public required ulong MostA { get; init; }

        public required ulong MostB { get; init; }

        public Change Added { get; set; }

        public Change Removed { get; set; }

        /// <summary>Swaps in the pool between both.</summary>
        public int Swaps { get; set; }
    }
}
