using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Draws what a sandwich will be: pool, attacker, victims, time, and how it hides.</summary>
/// <remarks>
/// A quarter has its legs next to each other, a quarter lies in one block, half over several slots: of 2.77 million candidates of September and October
/// 2025 2.3 % were adjacent, 19.1 % in one block, 78.7 % over several (uncover-Solana-sandwich); the first two are made more frequent here.
/// </remarks>
internal sealed class AttackDraw(Stage stage, Market market, SceneBook book, Orders orders)
{
    private const int PoolTries = 12;

    /// <summary>A sandwich that can begin now; null where chance found none.</summary>
    /// <param name="finish">What is done behind its last leg.</param>
    public Attack? Draw(Action<Attack> finish)
    {
        var random = stage.Random;
        var leg = DrawLeg();
        if (leg is not { } front || !Sizes.TryFind(random, front, out var size)) { return null; }
        var hides = random.PerMille(stage.Options.EvasionsPerMille);
        var evasion = hides ? Evasion.All[random.Below(Evasion.All.Length)] : null;
        var pace = DrawPace(evasion);
        var first = stage.World.Slot;
        var last = pace == Pace.Slots ? DrawLast(first) : first;
        if (evasion == Evasion.SeveralLeaders && stage.LeaderOf(first) == stage.LeaderOf(last)) { return null; }
        var actor = stage.Actors.Operators[random.Below(stage.Actors.Operators.Length)];
        if (!book.IsIdle(actor)) { return null; }
        Attack? attack = null;
        attack = new Attack
        {
            Operator = actor,
            Leg = front,
            Size = size,
            Pace = pace,
            Via = DrawVia(front.Pool),
            Scene = new Scene(front.Pool, front.AToB) { Finish = _ => finish(attack!), AtOnce = pace == Pace.AtOnce, Actor = actor },
            First = first,
            Last = last,
        };
        foreach (var wallet in attack.Operator.Wallets)
        {
            if (stage.Recent.Has(wallet, front.Pool)) { return null; }
        }

        if (orders.Holding(attack.MainWallet, front.MintIn, size.Front) < size.Front) { return null; }
        if (evasion is null) { DrawTags(attack); }
        else if (!TryHide(attack, evasion)) { return null; }
        if (evasion is not null && random.PerMille(150)) { TryHide(attack, Evasion.All[random.Below(Evasion.All.Length)]); }
        return attack;
    }

    private Leg? DrawLeg()
    {
        var random = stage.Random;
        var pools = stage.World.Pools;
        for (var i = 0; i < PoolTries; i++)
        {
            var pool = pools[random.Below(pools.Count)];
            var aToB = random.PerMille(500);
            if (!IsQuote(pool.MintIn(aToB))) { aToB = !aToB; }
            if (!IsQuote(pool.MintIn(aToB)) || pool.MintOut(aToB).Number is 1 or 2 || !book.IsFree(pool)) { continue; }
            return new Leg(pool, aToB);
        }

        return null;
    }

    /// <summary>Attackers pay in SOL or a dollar token, and hold the other for a moment.</summary>
    private static bool IsQuote(Mint mint) => mint.Number < 3;

    private Pace DrawPace(string? evasion)
    {
        if (evasion == Evasion.SeveralLeaders) { return Pace.Slots; }
        var draw = stage.Random.Below(100);
        if (evasion == Evasion.CrossPool) { return draw < 50 ? Pace.AtOnce : Pace.Block; }
        return draw < 25 ? Pace.AtOnce : draw < 50 ? Pace.Block : Pace.Slots;
    }

    private ulong DrawLast(ulong first) => stage.Random.Range(first + 1, Attack.LastOf(first));

    private Via DrawVia(Pool pool)
    {
        var draw = stage.Random.Below(100);
        return draw < 65 ? Via.Program : draw < 88 || !Orders.IsRoutable(pool) ? Via.Direct : Via.Router;
    }

    /// <summary>What else a sandwich without evasion is.</summary>
    private void DrawTags(Attack attack)
    {
        var random = stage.Random;
        switch (random.Below(10))
        {
            case 0 or 1:
                attack.Victims = 2 + random.Below(4);
                break;
            case 2 when random.PerMille(300):
                attack.Victims = 12 + random.Below(25);
                break;
            case 3:
                attack.Fronts = 2 + random.Below(3);
                attack.Backs = 1 + random.Below(3);
                break;
            case 4:
                attack.OverTips = true;
                break;
            case 5 when attack.Pace != Pace.Slots:
                attack.HasStranger = true;
                break;
            case 6:
                attack.Tags.Add("dontfront");
                break;
            default:
                break;
        }
    }

    private bool TryHide(Attack attack, string evasion)
    {
        var pool = attack.Leg.Pool;
        switch (evasion)
        {
            case Evasion.AuthorityHop when attack.Position.IsToken2022 || attack.Evasions.Contains(Evasion.TransferBridge)
                || attack.Evasions.Contains(Evasion.WalletSplit):
            case Evasion.TransferBridge when attack.Evasions.Contains(Evasion.AuthorityHop):
            case Evasion.WalletSplit when attack.Evasions.Contains(Evasion.AuthorityHop) || attack.Evasions.Contains(Evasion.CrossPool):
            case Evasion.AuthorityHop or Evasion.TransferBridge or Evasion.WalletSplit when attack.Position.IsNative: // unwrapped behind every trade
            case Evasion.SeveralLeaders when attack.Pace != Pace.Slots:
            case Evasion.RouteVictim when !Orders.IsRoutable(pool):
                return false;
            case Evasion.CrossPool:
                if (attack.Pace == Pace.Slots || attack.Evasions.Count > 0 || !TryExit(attack)) { return false; }
                break;
            case Evasion.SplitBack:
                attack.Backs = 2;
                break;
            default:
                break;
        }

        attack.Evasions.Add(evasion);
        return true;
    }

    /// <summary>Another pool of the pair, to which the price can be carried and the position be sold at a gain.</summary>
    private bool TryExit(Attack attack)
    {
        if (!Orders.IsRoutable(attack.Leg.Pool)) { return false; }
        foreach (var leg in market.From(attack.Leg.MintIn))
        {
            if (leg.MintOut != attack.Leg.MintOut || leg.Pool == attack.Leg.Pool || !book.IsFree(leg.Pool)) { continue; }
            for (var i = 0; i < 6; i++)
            {
                var size = attack.Size with { Others = attack.Size.Others / 2 * (ulong)(2 + i) };
                if (PriceCarrier.Unwind(attack.Leg, leg, size) <= size.Front + (size.Front / 500)) { continue; }
                attack.Size = size;
                attack.Exit = leg.Pool;
                attack.Scene.Reserved.Add(leg.Pool);
                return true;
            }
        }

        return false;
    }
}
