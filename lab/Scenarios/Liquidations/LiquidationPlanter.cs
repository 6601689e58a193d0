using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.Arbitrage;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>Plants liquidations, with what liquidators do around them: flash loans, the sale of what was seized, tips; and the refusals of those who came too late.</summary>
/// <remarks>
/// Where all that was seized is sold for the debt's token, the gain is exact and told; elsewhere it depends on a price, which the truth does not
/// hold. A position of a perpetual has no token amounts: its repayment and collateral are 0.
/// </remarks>
internal sealed class LiquidationPlanter(Stage stage, Lenders lenders, Market market, Purses purses, Jupiter jupiter, FlashLoans loans)
{
    private const int Attempts = 30;

    private readonly List<Leg> _sale = new(2);
    private readonly List<Hop> _hops = new(2);

    /// <summary>Plants one, and now and then those who tried the same and were refused.</summary>
    public void Plant()
    {
        for (var i = 0; i < Attempts; i++)
        {
            if (TryPlant()) { return; }
        }
    }

    /// <summary>Plants a liquidation that the protocol refuses.</summary>
    public void PlantRefused()
    {
        var lender = lenders.Any();
        Refuse(lender, Order(lender, AnyLiquidator(), lenders.AnyPosition(lender, AnyUser())));
    }

    private bool TryPlant()
    {
        var random = stage.Random;
        var lender = lenders.Any();
        var liquidator = AnyLiquidator();
        var order = Order(lender, liquidator, lenders.AnyPosition(lender, AnyUser()));
        var (debt, seized) = (order.Position.Debt.Mint, order.Position.Collateral.Mint);
        var toWallet = lender.PaysOut || lender.NeedsSale;
        var receipts = toWallet && lender is SolendLender { IsOld: true };
        var due = lender.Due(order);
        if (order.Repaid < 1_000 || order.Seized < 1_000 || !TryFindSale(seized, debt, order.Seized, receipts, out var proceeds)) { proceeds = 0; }
        var sells = toWallet && proceeds > due && (lender.NeedsSale || random.PerMille(600));
        if (lender.NeedsSale && !sells) { return false; }
        var borrows = sells && !lender.IsBracketed && due > 0 && loans.Lends(debt) && random.PerMille(350) && proceeds > due + FlashLoans.FeeOf(due);
        if (!borrows && due > Held(liquidator.Wallet, debt)) { return false; }
        OpenAccounts(liquidator.Wallet, order);

        var tx = stage.Tx;
        stage.Begin(liquidator.Wallet, Budgets.For(900_000, random.Magnitude(2_000, 2_000_000)), versioned: true);
        var (source, borrowedBy) = (stage.World.TokenAccount(liquidator.Wallet, debt), tx.OuterCount);
        if (borrows) { loans.Borrow(liquidator.Wallet, source, debt, due); }
        lender.Liquidate(order);
        if (sells) { Sell(liquidator.Wallet, order); }
        var repaid = lender.Settle(order, sells ? proceeds : 0);
        if (borrows) { loans.Repay(liquidator.Wallet, source, debt, due, borrowedBy); }
        if (random.PerMille(500)) { tx.TipTo(liquidator.Wallet, stage.World.Programs.TipAccounts[random.Below(8)], Budgets.Tip(random)); }
        var sent = stage.Send();
        var gross = sells && !lender.NeedsSale ? (Int128)proceeds - due - (borrows ? FlashLoans.FeeOf(due) : 0) : (Int128?)null;
        Tell(lender, order with { Repaid = repaid, Paid = lender.NeedsSale ? repaid : order.Paid }, sent, gross, borrows || lender.IsBracketed);
        if (random.PerMille(400)) { RefuseOthers(lender, order); }
        return true;
    }

    private void Tell(Lender lender, Order order, Sent sent, Int128? gross, bool flashLoan)
    {
        var (position, signer) = (order.Position, order.Liquidator);
        var (debt, collateral) = (position.Debt.Mint, position.Collateral.Mint);
        if (lender is SolendLender { IsOld: true }) { collateral = position.Collateral.Receipts!; }
        if (!lender.HasAmounts) { order = order with { Repaid = 0, Paid = 0, Seized = 0 }; }
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.Liquidation,
            Class = lender.Name,
            Tags = lender.HasAmounts ? [] : ["perpetual"],
            Slot = stage.World.Slot,
            Index = sent.Index,
            Signature = sent.Signature,
            Signer = stage.Accounts[signer].Key,
            Legs = [stage.Leg(TruthRole.Liquidate, sent, signer, null, debt, order.Paid, collateral, order.Seized), .. stage.SwapLegs(sent, signer)],
            Liquidation = new TruthLiquidation(
                stage.Accounts[position.Account].Key, stage.KeyOf(debt), order.Repaid, stage.KeyOf(collateral), order.Seized),
            Pools = [.. stage.Tx.Done.Select(m => stage.KeyOf(m.Pool))],
            Route = "direct",
            FlashLoan = flashLoan,
            ProfitMint = gross is null ? null : stage.KeyOf(debt),
            Gross = gross,
            FeeLamports = sent.Fee,
            TipLamports = sent.Tip,
            Net = gross is { } gain && debt.IsNative ? gain - sent.Fee - sent.Tip : null,
        });
    }

    /// <summary>One to three others come for the same position.</summary>
    private void RefuseOthers(Lender lender, Order order)
    {
        for (var i = stage.Random.Below(3); i >= 0; i--) { Refuse(lender, order with { Liquidator = AnyLiquidator().Wallet }); }
    }

    private void Refuse(Lender lender, Order order)
    {
        OpenAccounts(order.Liquidator, order);
        stage.Begin(order.Liquidator, Budgets.For(900_000, stage.Random.Magnitude(2_000, 200_000)), versioned: true);
        lender.Liquidate(order with { Fails = true });
        var sent = stage.Send();
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.FailedAttempt,
            Class = "liquidation",
            Slot = stage.World.Slot,
            Index = sent.Index,
            Signature = sent.Signature,
            Signer = stage.Accounts[order.Liquidator].Key,
            FeeLamports = sent.Fee,
        });
    }

    private Order Order(Lender lender, Searcher liquidator, Position position)
    {
        var bonus = (int)stage.Random.Range((ulong)lender.Bonus.Least, (ulong)lender.Bonus.Greatest);
        return lender.Price(liquidator.Wallet, position, position.Borrowed * (ulong)lender.ClosePercent / 100, bonus, lenders.Prices);
    }

    /// <summary>The best way to sell what was seized for the debt's token: one pool, or two with SOL between.</summary>
    private bool TryFindSale(Mint seized, Mint debt, ulong amount, bool receipts, out ulong proceeds)
    {
        _sale.Clear();
        proceeds = 0;
        if (receipts || amount < 1_000) { return false; }
        if (Best(seized, debt, amount) is { } direct)
        {
            _sale.Add(direct);
            proceeds = direct.Quote(amount);
        }

        var sol = stage.World.Mints[0];
        if (seized.IsNative || debt.IsNative || Best(seized, sol, amount) is not { } first) { return proceeds > 0; }
        var between = first.Quote(amount);
        if (between < 1_000 || Best(sol, debt, between) is not { } second || second.Quote(between) <= proceeds) { return proceeds > 0; }
        proceeds = second.Quote(between);
        _sale.Clear();
        _sale.Add(first);
        _sale.Add(second);
        return true;
    }

    private Leg? Best(Mint from, Mint to, ulong amount)
    {
        Leg? best = null;
        ulong most = 0;
        foreach (var leg in market.From(from))
        {
            if (leg.MintOut != to) { continue; }
            var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
            if (amount > (leg.AToB ? a : b) / 20 || leg.Quote(amount) <= most) { continue; }
            (best, most) = (leg, leg.Quote(amount));
        }

        return best;
    }

    private void Sell(int wallet, Order order)
    {
        var (from, to) = (stage.World.TokenAccount(wallet, order.Position.Collateral.Mint), stage.World.TokenAccount(wallet, order.Position.Debt.Mint));
        if (stage.Random.PerMille(300))
        {
            UserSwaps.Chain(_sale, _hops);
            jupiter.Route(wallet, from, to, _hops, order.Seized);
            return;
        }

        var amount = order.Seized;
        foreach (var leg in _sale)
        {
            var trade = new Trade(wallet, stage.World.TokenAccount(wallet, leg.MintIn), stage.World.TokenAccount(wallet, leg.MintOut), leg.AToB, amount, 0);
            amount = leg.Pool.Venue.Swap(stage.Tx, leg.Pool, trade);
        }
    }

    /// <summary>Token accounts that the liquidator has had for long.</summary>
    private void OpenAccounts(int wallet, Order order)
    {
        var (debt, collateral) = (order.Position.Debt, order.Position.Collateral);
        Held(wallet, debt.Mint);
        Held(wallet, collateral.Mint);
        Held(wallet, stage.World.Mints[0]);
        if (collateral.Receipts is { } receipts) { purses.Existing(wallet, receipts, 0); }
    }

    private ulong Held(int wallet, Mint mint) => stage.Accounts[purses.Existing(wallet, mint, mint.OfCents(8_000_000))].Amount;

    private Searcher AnyLiquidator() => stage.Actors.Liquidators[stage.Random.Below(stage.Actors.Liquidators.Length)];

    private int AnyUser() => stage.Actors.Users[stage.Random.Below(stage.Actors.Users.Length)];
}
