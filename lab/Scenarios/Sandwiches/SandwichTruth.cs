using Sluice.Lab.Scenarios.Scenes;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Tells what a sandwich came to: who lost, what it gained, whether it is one at all.</summary>
internal sealed class SandwichTruth(Stage stage, Counterfactual counterfactual)
{
    /// <summary>Plants the sandwich; or a look-alike, where nobody lost or the window was over.</summary>
    public void Tell(Attack attack)
    {
        var scene = attack.Scene;
        var front = scene.Legs.Find(l => l.Role == TruthRole.Front);
        var back = scene.Legs.FindLast(l => l.Role == TruthRole.Back);
        if (front is null || back is null) { return; }
        var losers = counterfactual.Find(scene);
        var isTooLate = !Attack.FitsWindow(front.Slot, back.Slot);
        if (isTooLate || losers.Count == 0)
        {
            stage.Plant(LookAlike(attack, front, isTooLate ? "outside_window" : "no_headroom"));
            return;
        }

        var victims = new TruthVictim[losers.Count];
        for (var i = 0; i < victims.Length; i++)
        {
            var (step, without) = (losers[i].Swap, losers[i].Without);
            victims[i] = new TruthVictim(step.Sent.Signature, stage.Accounts[step.Swap.User].Key, stage.KeyOf(step.Swap.MintOut), step.Swap.AmountOut, without);
            scene.Legs.Add(new TruthLeg(TruthRole.Victim, step.Slot, step.Sent.Index, step.Sent.Signature, stage.Accounts[step.Payer].Key,
                stage.KeyOf(scene.Pool), stage.KeyOf(step.Swap.MintIn), step.Swap.AmountIn, stage.KeyOf(step.Swap.MintOut), step.Swap.AmountOut));
        }

        var legs = InOrder(scene.Legs);
        var gross = Gross(attack);
        Int128? net = attack.Leg.MintIn.IsNative ? gross - scene.Fees - scene.Tips : null;
        var first = losers[0].Swap;
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.Sandwich,
            Class = ClassOf(legs, front, back),
            Evasions = EvasionsOf(attack, front, back),
            Tags = TagsOf(attack, legs, net ?? gross),
            Slot = first.Slot,
            Index = first.Sent.Index,
            Signature = first.Sent.Signature,
            Signer = front.Signer,
            Wallets = WalletsOf(legs),
            Legs = legs,
            Victims = victims,
            Pools = PoolsOf(legs),
            Route = Order.NameOf(attack.Via),
            ProfitMint = stage.KeyOf(attack.Leg.MintIn),
            Gross = gross,
            FeeLamports = scene.Fees,
            TipLamports = scene.Tips,
            Net = net,
        });
    }

    private TruthEntry LookAlike(Attack attack, TruthLeg front, string label)
    {
        var legs = InOrder(attack.Scene.Legs);
        return new TruthEntry
        {
            Kind = TruthKind.LookAlike,
            Class = label,
            LookAlikeOf = [TruthKind.Sandwich],
            Slot = front.Slot,
            Index = front.Index,
            Signature = front.Signature,
            Signer = front.Signer,
            Wallets = WalletsOf(legs),
            Legs = legs,
            Pools = PoolsOf(legs),
            Route = Order.NameOf(attack.Via),
            FeeLamports = attack.Scene.Fees,
            TipLamports = attack.Scene.Tips,
        };
    }

    /// <summary>What came in less what went out, and what was kept at the price of the last sale.</summary>
    private static Int128 Gross(Attack attack)
    {
        var inventory = attack.Bought - attack.Lost;
        var kept = inventory > attack.Sold ? inventory - attack.Sold : 0;
        return (Int128)attack.Got - (Int128)attack.Paid + (Int128)(kept * attack.LastGot / attack.LastSold);
    }

    private static string ClassOf(TruthLeg[] legs, TruthLeg front, TruthLeg back)
    {
        if (front.Slot != back.Slot) { return "multi_slot"; }
        var transactions = new HashSet<int>();
        foreach (var leg in legs)
        {
            if (leg.Role is TruthRole.Front or TruthRole.Victim or TruthRole.Back) { transactions.Add(leg.Index); }
        }

        return back.Index - front.Index + 1 == transactions.Count ? "classic" : "wide_block";
    }

    private string[] EvasionsOf(Attack attack, TruthLeg front, TruthLeg back)
    {
        var evasions = attack.Evasions;
        evasions.Remove(Evasion.SeveralLeaders);
        if (stage.LeaderOf(front.Slot) != stage.LeaderOf(back.Slot)) { evasions.Add(Evasion.SeveralLeaders); }
        evasions.Remove(Evasion.RouteVictim);
        if (attack.Tags.Remove(Evasion.RouteVictim)) { evasions.Add(Evasion.RouteVictim); }
        evasions.Remove(Evasion.DecoyTrades);
        if (attack.Scene.Legs.Exists(l => l.Role == TruthRole.Decoy)) { evasions.Add(Evasion.DecoyTrades); }
        return [.. evasions.Order(StringComparer.Ordinal)];
    }

    private static string[] TagsOf(Attack attack, TruthLeg[] legs, Int128 profit)
    {
        var tags = attack.Tags;
        if (legs.Count(l => l.Role == TruthRole.Victim) > 1) { tags.Add("multi_victim"); }
        if (legs.Count(l => l.Role == TruthRole.Front) > 1 || legs.Count(l => l.Role == TruthRole.Back) > 1) { tags.Add("multi_leg"); }
        if (profit < 0) { tags.Add("failed"); }
        if (attack.Position.IsToken2022) { tags.Add("token_2022"); }
        if (attack.Position.TransferFeeBps > 0) { tags.Add("transfer_fee"); }
        if (attack.Pace == Pace.AtOnce && attack.Scene.Tips > 0 && legs.Length <= 5) { tags.Add("bundle"); }
        return [.. tags.Order(StringComparer.Ordinal)];
    }

    /// <summary>Legs in the order of execution; those of one transaction stay as they were noted.</summary>
    public static TruthLeg[] InOrder(List<TruthLeg> legs) => [.. legs.OrderBy(l => (l.Slot, l.Index))];

    public static Pubkey[] WalletsOf(TruthLeg[] legs) =>
        [.. legs.Where(l => l.Role is not (TruthRole.Victim or TruthRole.Swap)).Select(l => l.Signer).Distinct()];

    public static Pubkey[] PoolsOf(TruthLeg[] legs) =>
        [.. legs.Where(l => l.Role is not (TruthRole.Decoy or TruthRole.HandOver)).Select(l => l.Pool).OfType<Pubkey>().Distinct()];
}
