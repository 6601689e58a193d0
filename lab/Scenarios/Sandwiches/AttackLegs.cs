using Sluice.Lab.Scenarios.Scenes;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Purchases and sales of an attacker.</summary>
internal sealed class AttackLegs(Stage stage, SceneBook book, Orders orders, Purses purses, UserSwaps swaps)
{
    /// <summary>Buys with a wallet. A position that is to be handed over as an account goes into one of its own.</summary>
    public void Buy(Attack attack, int wallet, ulong amount)
    {
        if (amount == 0 || attack.Leg.Quote(amount) == 0 || orders.Holding(wallet, attack.Leg.MintIn, amount) < amount) { return; }
        var account = attack.Evasions.Contains(Evasion.AuthorityHop) ? stage.World.AddTokenAccount(attack.Position, wallet) : 0;
        book.Act(attack.Scene, TruthRole.Front, () => orders.Send(new Order(wallet, attack.Leg, amount)
        {
            Via = attack.Via,
            Program = attack.Operator.Program,
            Destination = account,
        }));
        var done = stage.Tx.Done[^1];
        attack.Paid += done.AmountIn;
        attack.Bought += done.AmountOut;
        var at = account == 0 ? attack.Holdings.FindIndex(h => h.Wallet == wallet && h.Account == 0) : -1;
        if (at < 0) { attack.Holdings.Add(new Holding(wallet, account, done.AmountOut)); }
        else { attack.Holdings[at] = attack.Holdings[at] with { Amount = attack.Holdings[at].Amount + done.AmountOut }; }
    }

    /// <summary>Sells a part of a holding.</summary>
    public void Sell(Attack attack, int holding, ulong amount, bool isLast)
    {
        var held = attack.Holdings[holding];
        var pool = attack.Exit ?? attack.Leg.Pool;
        var leg = new Leg(pool, pool.MintA == attack.Position);

        // SOL that was bought lies among the wallet's own lamports, of which fees and tips went.
        if (attack.Position.IsNative) { amount = Math.Min(amount, purses.Holding(held.Wallet, attack.Position)); }
        if (amount == 0 || leg.Quote(amount) == 0) { return; }
        var tip = isLast ? Tip(attack, leg.Quote(amount), held.Wallet, attack.Position.IsNative ? amount : 0) : 0;
        book.Act(attack.Scene, TruthRole.Back, () => orders.Send(new Order(held.Wallet, leg, amount)
        {
            Via = attack.Via,
            Program = attack.Operator.Program,
            Source = held.Account,
            Tip = tip,
        }));
        var done = stage.Tx.Done[^1];
        attack.Sold += done.AmountIn;
        attack.Got += done.AmountOut;
        (attack.LastSold, attack.LastGot) = (done.AmountIn, done.AmountOut);
        attack.Holdings[holding] = held with { Amount = held.Amount - amount };
    }

    /// <summary>Has another wallet of the attacker sell as much from what it held before. False when it does not hold enough.</summary>
    public bool TrySellFromStock(Attack attack, int wallet)
    {
        var amount = (ulong)attack.Bought;
        var stock = purses.Existing(wallet, attack.Position, amount * stage.Random.Range(2, 9));
        if (!stage.Accounts[stock].IsOpen || stage.Accounts[stock].Amount < amount) { return false; }
        attack.Holdings.Clear();
        attack.Holdings.Add(new Holding(wallet, 0, amount));
        return true;
    }

    /// <summary>A trade of the attacker in a pool that has nothing to do with it.</summary>
    public void Distract(Attack attack)
    {
        var random = stage.Random;
        for (var i = 0; i < 10; i++)
        {
            var pool = stage.World.Pools[random.Below(stage.World.Pools.Count)];
            var leg = new Leg(pool, pool.MintA.IsNative);
            if (!leg.MintIn.IsNative || leg.MintOut == attack.Position || !book.IsFree(pool) || stage.Recent.Has(attack.MainWallet, pool)) { continue; }
            var (a, b) = pool.Venue.Reserves(pool);
            var amount = Math.Min(random.Range(50_000_000, 3_000_000_000), (leg.AToB ? a : b) / 300);
            if (leg.Quote(amount) < 1_000 || orders.Holding(attack.MainWallet, leg.MintIn, amount) < amount) { continue; }
            book.Act(attack.Scene, TruthRole.Decoy, () => orders.Send(new Order(attack.MainWallet, leg, amount)
            {
                Via = attack.Via == Via.Router && !Orders.IsRoutable(pool) ? Via.Direct : attack.Via,
                Program = attack.Operator.Program,
            }));
            return;
        }
    }

    /// <summary>Half of the gain now and then; all of it and more where the attacker outbids himself.</summary>
    private ulong Tip(Attack attack, ulong got, int wallet, ulong wrapped)
    {
        var gain = (Int128)(attack.Got + got) - (Int128)attack.Paid;
        var quote = attack.Leg.MintIn;
        var lamports = gain <= 0 ? 0 : (ulong)((UInt128)gain * stage.World.Mints[0].UnitsPerUsd / quote.UnitsPerUsd);
        var tip = attack.OverTips ? (lamports * stage.Random.Range(11, 25) / 10) + 20_000
            : lamports > 100_000 && stage.Random.PerMille(attack.Pace == Pace.AtOnce ? 750 : 300) ? lamports / 100 * stage.Random.Range(20, 60)
            : 0;
        return stage.Accounts[wallet].Lamports < wrapped + tip + Purses.Reserve ? 0 : tip;
    }

    /// <summary>The first wallet gives the others something to trade with.</summary>
    public void Fund(Attack attack, int wallets)
    {
        var (tx, main) = (stage.Tx, attack.MainWallet);
        if (stage.Accounts[main].Lamports < 100_000_000_000) { return; }
        stage.Begin(main, 2_000);
        for (var i = 1; i < wallets; i++) { tx.SystemTransfer(main, attack.Operator.Wallets[i], stage.Random.Range(2_000_000_000, 20_000_000_000)); }
        if (swaps.TipOrNone() is > 0 and var tip) { tx.TipTo(main, swaps.AnyTipAccount(), tip); }
        stage.Send();
    }
}
