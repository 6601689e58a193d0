using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.LookAlikes;

/// <summary>Users' Jupiter routes that touch several pools, pay tips and still only turn one token into another.</summary>
internal sealed class RouteLookAlikes(Stage stage, Market market, UserSwaps swaps, Purses purses)
{
    private const string Jupiter = "jupiter";

    private readonly List<Leg> _route = new(4);
    private readonly List<Hop> _hops = new(8);
    private readonly List<Pool> _pools = new(8);

    /// <summary>Two to four hops between tokens, always with a tip.</summary>
    public bool SeveralHops() =>
        TryChain(2 + stage.Random.Below(3), AnyStart(), native: false, out var user, out var amount)
        && Send("user-route", user, amount, Budgets.Tip(stage.Random));

    /// <summary>Two or three hops that begin with native SOL, wrapped in the transaction, and end in a token.</summary>
    public bool FromNativeSol() =>
        TryChain(2 + stage.Random.Below(2), stage.World.Mints[0], native: true, out var user, out var amount)
        && Send("route-from-native-sol", user, amount, swaps.TipOrNone());

    /// <summary>Two or three hops from a token into wrapped SOL, which is unwrapped in the transaction.</summary>
    public bool ToNativeSol()
    {
        var start = stage.World.Mints[1 + stage.Random.Below(stage.World.Mints.Count - 1)];
        return TryChain(2 + stage.Random.Below(2), start, native: false, out var user, out var amount)
            && _hops[^1].Leg.MintOut.IsNative
            && Send("route-to-native-sol", user, amount, swaps.TipOrNone());
    }

    /// <summary>Two pools of one pair side by side, the money split between them.</summary>
    public bool Split()
    {
        if (!TryPair(out var first, out var second)) { return false; }
        var user = swaps.AnyUser();
        var amount = swaps.Affordable(user, first.MintIn, first);
        var percent = (byte)(25 + stage.Random.Below(51));
        if (amount < 100_000 || second.Quote(amount / 4 * 3) == 0) { return false; }
        _hops.Clear();
        _hops.Add(new Hop(first, percent, 0, 1));
        _hops.Add(new Hop(second, (byte)(100 - percent), 0, 1));
        return Send("split-route", user, amount, swaps.TipOrNone());
    }

    /// <summary>One swap whose output is shared with a referrer.</summary>
    public bool WithReferrer()
    {
        if (!TryChain(1, AnyStart(), native: false, out var user, out var amount)) { return false; }
        var bought = _hops[0].Leg.MintOut;
        var referrers = stage.Actors.Referrers;
        var account = purses.Existing(referrers[stage.Random.Below(referrers.Length)], bought, bought.OfCents(1_000));
        var sent = swaps.SendHops(user, _hops, amount, fails: false, swaps.TipOrNone(), account, feeBps: 85);
        Note("swap-with-referral", sent, user);
        return true;
    }

    /// <summary>From one dollar token through SOL into the other, with less coming out than went in.</summary>
    public bool BetweenDollarsAtLoss()
    {
        var first = 1 + stage.Random.Below(2);
        var (start, end) = (stage.World.Mints[first], stage.World.Mints[3 - first]);
        _route.Clear();
        if (!TryLeg(start, stage.World.Mints[0]) || !TryLeg(stage.World.Mints[0], end)) { return false; }
        var user = swaps.AnyUser();
        var amount = swaps.Affordable(user, start, _route[0]);
        if (amount == 0 || !swaps.Flows(_route, amount)) { return false; }
        var received = _route[1].Quote(_route[0].Quote(amount));
        if (received == 0 || received > amount - (amount / 500)) { return false; }
        UserSwaps.Chain(_route, _hops);
        return Send("dollar-route-at-loss", user, amount, swaps.TipOrNone());
    }

    private bool TryLeg(Mint from, Mint to)
    {
        var choices = market.From(from);
        var at = stage.Random.Below(choices.Count);
        for (var i = 0; i < choices.Count; i++)
        {
            var leg = choices[(at + i) % choices.Count];
            if (leg.MintOut != to) { continue; }
            _route.Add(leg);
            return true;
        }

        return false;
    }

    /// <summary>Two pools that sell the same token for the same.</summary>
    private bool TryPair(out Leg first, out Leg second)
    {
        first = default;
        second = default;
        var from = market.From(AnyStart());
        if (from.Count == 0) { return false; }
        first = from[stage.Random.Below(from.Count)];
        foreach (var leg in from)
        {
            if (leg.MintOut != first.MintOut || leg.Pool == first.Pool) { continue; }
            second = leg;
            return true;
        }

        return false;
    }

    private bool TryChain(int hops, Mint start, bool native, out int user, out ulong amount)
    {
        user = swaps.AnyUser();
        amount = 0;
        if ((!native && start.IsNative && hops > 1) || !market.TryWalk(stage.Random, start, hops, _route)) { return false; }
        if (hops > 1 && UserSwaps.IsBetweenDollars(_route)) { return false; }
        amount = swaps.Affordable(user, start, _route[0]);
        if (amount == 0 || !swaps.Flows(_route, amount)) { return false; }
        UserSwaps.Chain(_route, _hops);
        return true;
    }

    private Mint AnyStart() => stage.World.Mints[stage.Random.Below(4) switch
    {
        0 => 0,
        1 => 1,
        _ => stage.Random.Below(stage.World.Mints.Count),
    }];

    private bool Send(string label, int user, ulong amount, ulong tip)
    {
        Note(label, swaps.SendHops(user, _hops, amount, fails: false, tip), user);
        return true;
    }

    private void Note(string label, in Sent sent, int user)
    {
        _pools.Clear();
        foreach (var hop in _hops) { _pools.Add(hop.Leg.Pool); }
        stage.Plant(TruthKind.LookAlike, label, sent, user, _pools, Jupiter);
    }
}
