using Sluice.Lab.Scenarios.Scenes;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Lays the steps of a sandwich in time.</summary>
internal sealed class AttackScript(Stage stage, AttackLegs legs, HandOvers handOvers, PriceCarrier carrier, Crowd crowd)
{
    private readonly List<(ulong Slot, Action Act)> _between = [];

    /// <summary>How several wallets share the work.</summary>
    private enum Split
    {
        None,

        /// <summary>Each buys a part and sells it.</summary>
        SideBySide,

        /// <summary>One buys, several sell what they were sent.</summary>
        FanOut,

        /// <summary>Several buy, one sells what it was sent.</summary>
        FanIn,

        /// <summary>One buys, another sells as much of what it had before.</summary>
        Stock,
    }

    /// <summary>Writes the steps into the attack's scene.</summary>
    public void Write(Attack attack)
    {
        var split = DrawSplit(attack);
        var wallets = split is Split.None or Split.Stock ? 2 : 2 + stage.Random.Below(2);
        var steps = attack.Scene.Steps;
        if (split != Split.None) { steps.Enqueue((attack.First, () => legs.Fund(attack, wallets))); }
        WriteFronts(attack, split, wallets);
        _between.Clear();
        for (var i = 0; i < attack.Victims; i++)
        {
            var amount = attack.Size.Others / (ulong)attack.Victims / 100 * stage.Random.Range(80, 130);
            Between(attack, () => Victim(attack, amount));
        }

        if (attack.Evasions.Contains(Evasion.DecoyTrades))
        {
            for (var i = 1 + stage.Random.Below(2); i > 0; i--) { Between(attack, () => legs.Distract(attack)); }
        }

        if (attack.Evasions.Contains(Evasion.AuthorityHop)) { Between(attack, () => HopAll(attack)); }
        if (split is Split.FanOut) { Between(attack, () => FanOut(attack, wallets)); }
        if (split is Split.FanIn) { Between(attack, () => FanIn(attack, attack.Operator.Wallets[wallets])); }
        if (split is Split.None && attack.Evasions.Contains(Evasion.TransferBridge)) { Between(attack, () => Bridge(attack)); }
        _between.Sort((x, y) => x.Slot.CompareTo(y.Slot));
        foreach (var step in _between) { steps.Enqueue(step); }
        if (attack.HasStranger) { steps.Enqueue((attack.Last, () => Stranger(attack))); }
        if (attack.Exit is not null) { steps.Enqueue((attack.Last, () => Carry(attack))); }
        if (split is Split.Stock) { steps.Enqueue((attack.Last, () => UseStock(attack))); }
        for (var piece = 1; piece <= attack.Backs; piece++)
        {
            var isLast = piece == attack.Backs;
            steps.Enqueue((attack.Last, () => Back(attack, isLast)));
        }
    }

    private Split DrawSplit(Attack attack)
    {
        if (!attack.Evasions.Contains(Evasion.WalletSplit)) { return Split.None; }
        var isBridged = attack.Evasions.Contains(Evasion.TransferBridge);
        var draw = stage.Random.Below(10);
        var split = isBridged ? (draw < 5 ? Split.FanOut : Split.FanIn)
            : draw < 4 ? Split.SideBySide
            : draw < 7 && attack.Via == Via.Program ? Split.Stock
            : draw < 8 ? Split.FanOut
            : Split.FanIn;
        if (split is Split.FanOut or Split.FanIn) { attack.Evasions.Add(Evasion.TransferBridge); }
        return split;
    }

    private void WriteFronts(Attack attack, Split split, int wallets)
    {
        var steps = attack.Scene.Steps;
        var buyers = split is Split.SideBySide or Split.FanIn ? wallets : 1;
        var parts = Math.Max(buyers, attack.Fronts);
        for (var i = 0; i < parts; i++)
        {
            var wallet = attack.Operator.Wallets[buyers == 1 ? 0 : i % buyers];
            var amount = attack.Size.Front / (ulong)parts;
            amount -= parts > 1 ? amount / 100 * (ulong)stage.Random.Below(12) : 0;
            steps.Enqueue((attack.First, () => legs.Buy(attack, wallet, amount)));
        }
    }

    private void Between(Attack attack, Action act) => _between.Add((stage.Random.Range(attack.First, attack.Last), act));

    private void Victim(Attack attack, ulong amount)
    {
        if (attack.Evasions.Contains(Evasion.RouteVictim))
        {
            if (crowd.TryRoute(attack.Leg, amount))
            {
                attack.Tags.Add(Evasion.RouteVictim);
                return;
            }
        }

        crowd.TrySwap(attack.Leg, amount, attack.Tags.Contains("dontfront"));
    }

    /// <summary>Somebody sells, for reasons of his own, about what the victims bought.</summary>
    private void Stranger(Attack attack)
    {
        var back = new Leg(attack.Leg.Pool, !attack.Leg.AToB);
        var amount = attack.Leg.Quote(attack.Size.Others) / 10 * stage.Random.Range(9, 14);
        crowd.TrySwap(back, amount);
    }

    private void Carry(Attack attack)
    {
        if (carrier.TryCarry(attack.Leg, attack.Exit!)) { return; }
        attack.Exit = null;
        attack.Evasions.Remove(Evasion.CrossPool);
    }

    private void UseStock(Attack attack)
    {
        if (!legs.TrySellFromStock(attack, attack.Operator.Wallets[1])) { attack.Evasions.Remove(Evasion.WalletSplit); }
    }

    private void HopAll(Attack attack)
    {
        for (var i = 0; i < attack.Holdings.Count; i++) { handOvers.SetOwner(attack, i, attack.Operator.Wallets[1]); }
    }

    private void Bridge(Attack attack)
    {
        if (attack.Holdings.Count == 0) { return; }
        handOvers.Transfer(attack, 0, attack.Operator.Wallets[1], attack.Holdings[0].Amount);
        if (stage.Random.PerMille(250)) { handOvers.Transfer(attack, 0, attack.Operator.Wallets[2], attack.Holdings[0].Amount); }
    }

    private void FanOut(Attack attack, int wallets)
    {
        if (attack.Holdings.Count == 0) { return; }
        var part = attack.Holdings[0].Amount / (ulong)wallets;
        for (var i = 1; i < wallets; i++) { handOvers.Transfer(attack, 0, attack.Operator.Wallets[i], part); }
    }

    private void FanIn(Attack attack, int to)
    {
        while (attack.Holdings.FindIndex(h => h.Wallet != to) is >= 0 and var at) { handOvers.Transfer(attack, at, to, attack.Holdings[at].Amount); }
    }

    /// <summary>Sells a piece, with the last one all that is to be sold. Who would lose by it waits as long as the window lets him.</summary>
    private void Back(Attack attack, bool isLast)
    {
        if (attack.Holdings.Count == 0) { return; }
        if (isLast && attack.Scene.Steps.Count == 0 && MustWait(attack))
        {
            attack.Scene.Steps.Enqueue((stage.World.Slot + 1, () => Back(attack, isLast)));
            return;
        }

        var share = attack.Evasions.Contains(Evasion.PartialUnwind) ? stage.Random.Range(40, 93) : 100;
        if (!isLast)
        {
            var most = attack.Holdings[0].Amount / 100 * share;
            legs.Sell(attack, 0, most / 100 * stage.Random.Range(30, 60), isLast: false);
            return;
        }

        for (var i = 0; i < attack.Holdings.Count; i++)
        {
            var amount = attack.Holdings[i].Amount;
            legs.Sell(attack, i, share == 100 ? amount : amount / 100 * share, i == attack.Holdings.Count - 1);
        }
    }

    private bool MustWait(Attack attack)
    {
        if (attack.Pace != Pace.Slots || stage.World.Slot >= Attack.LastOf(attack.First)) { return false; }
        var back = new Leg(attack.Leg.Pool, !attack.Leg.AToB);
        UInt128 held = 0;
        foreach (var holding in attack.Holdings) { held += holding.Amount; }
        return attack.Got + back.Quote((ulong)held) < attack.Paid;
    }
}
