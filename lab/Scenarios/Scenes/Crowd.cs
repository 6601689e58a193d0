using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Scenes;

/// <summary>Ordinary wallets that a scene needs: they trade as others do, with a limit to what they lose, and know nothing of it.</summary>
internal sealed class Crowd(Stage stage, Market market, Orders orders, UserSwaps swaps)
{
    private readonly List<Hop> _hops = new(2);

    /// <summary>A wallet that can pay and did not trade in the pool a moment ago; -1 where chance found none.</summary>
    public int Find(Pool pool, Mint mint, ulong amount)
    {
        for (var i = 0; i < 12; i++)
        {
            var user = i < 4 ? swaps.AnyUser() : stage.Actors.Whales[stage.Random.Below(stage.Actors.Whales.Length)];
            if (stage.Recent.Has(user, pool)) { continue; }
            if (i < 4 && mint.IsNative && stage.Accounts[user].Lamports < amount + (2 * Purses.Reserve)) { continue; }
            if (i < 4 && !mint.IsNative && mint.OfCents(500_000) < amount) { continue; }
            if (orders.Holding(user, mint, amount) >= amount) { return user; }
        }

        return -1;
    }

    /// <summary>A swap of somebody, called in any of the ways. False when nobody could pay.</summary>
    /// <param name="leg">Pool and direction.</param>
    /// <param name="amount">Base units to sell.</param>
    /// <param name="isMarked">Whether it asks that nothing is placed before it.</param>
    public bool TrySwap(Leg leg, ulong amount, bool isMarked = false)
    {
        var user = Find(leg.Pool, leg.MintIn, amount);
        if (user < 0 || leg.Quote(amount) == 0) { return false; }
        Swap(user, leg, amount, isMarked);
        return true;
    }

    /// <summary>A swap of the wallet, called in any of the ways.</summary>
    public Sent Swap(int user, Leg leg, ulong amount, bool isMarked = false)
    {
        var random = stage.Random;
        var quoted = leg.Quote(amount);
        var draw = random.Below(10);
        return orders.Send(new Order(user, leg, amount)
        {
            Via = draw < 5 ? Via.Direct : draw < 7 || !Orders.IsRoutable(leg.Pool) ? Via.Program : Via.Router,
            Program = swaps.AnyTerminal(),
            MinOut = quoted - (quoted / random.Range(10, 100)),
            IsMarked = isMarked,
            Tip = isMarked ? Budgets.Tip(random) : swaps.TipOrNone(),
            IsExactOut = random.PerMille(400),
        });
    }

    /// <summary>The swap as one of two steps of a Jupiter route. False when there is no route, or nobody could pay for it.</summary>
    public bool TryRoute(Leg leg, ulong amount)
    {
        var random = stage.Random;
        if (!Orders.IsRoutable(leg.Pool)) { return false; }
        var comesFirst = random.PerMille(500);
        var choices = market.From(comesFirst ? leg.MintOut : leg.MintIn);
        for (var i = 0; i < 8; i++)
        {
            if (choices.Count == 0) { return false; }
            var other = choices[random.Below(choices.Count)];
            if (!comesFirst) { other = new Leg(other.Pool, !other.AToB); }
            var (start, end) = comesFirst ? (leg.MintIn, other.MintOut) : (other.MintIn, leg.MintOut);
            if (other.Pool == leg.Pool || start == end || (start.Number is 1 or 2 && end.Number is 1 or 2)) { continue; }
            var paid = comesFirst ? amount : Needed(other, amount);
            if (paid == 0 || leg.Quote(amount) == 0 || Flow(leg, other, comesFirst, paid) < 1_000) { continue; }
            var user = Find(leg.Pool, start, paid);
            if (user < 0 || stage.Recent.Has(user, other.Pool)) { continue; }
            _hops.Clear();
            _hops.Add(new Hop(comesFirst ? leg : other, 100, 0, 1));
            _hops.Add(new Hop(comesFirst ? other : leg, 100, 1, 2));
            swaps.SendHops(user, _hops, paid, fails: false, swaps.TipOrNone());
            return true;
        }

        return false;
    }

    private static ulong Flow(Leg leg, Leg other, bool comesFirst, ulong paid)
    {
        var (first, second) = comesFirst ? (leg, other) : (other, leg);
        var (a, b) = second.Pool.Venue.Reserves(second.Pool);
        var between = first.Quote(paid);
        return between == 0 || between > (second.AToB ? a : b) / 10 ? 0 : second.Quote(between);
    }

    /// <summary>About what must be sold for an amount; 0 where the pool is too small for it.</summary>
    private static ulong Needed(Leg leg, ulong amount)
    {
        var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
        var (into, from) = leg.AToB ? (a, b) : (b, a);
        return amount > from / 20 ? 0 : (ulong)((UInt128)into * amount / (from - amount));
    }
}
