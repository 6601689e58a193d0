using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>An arbitrage that carries a pool's price to another pool of the pair: bought there, sold here, by a searcher who knows nothing of the sandwich.</summary>
internal sealed class PriceCarrier(Stage stage, Purses purses)
{
    /// <summary>Sends the arbitrage that gains most; false when none gains.</summary>
    /// <param name="dear">Pool where the token became dear, in the direction of buying it.</param>
    /// <param name="cheap">The other pool.</param>
    public bool TryCarry(Leg dear, Pool cheap)
    {
        var quote = dear.MintIn;
        var buy = new Leg(cheap, cheap.MintA == quote);
        var sell = new Leg(dear.Pool, !dear.AToB);
        var amount = Best(buy, sell);
        if (amount == 0) { return false; }
        var bot = stage.Actors.Bots[stage.Random.Below(stage.Actors.Bots.Length)];
        if (purses.Holding(bot.Wallet, quote) < amount && (quote.IsNative || stage.Accounts[purses.Existing(bot.Wallet, quote, amount * 3)].Amount < amount)) { return false; }
        Send(bot, buy, sell, amount);
        return true;
    }

    /// <summary>What the arbitrage would have to put in to gain most, by eighths of a tenth of the pool; 0 where nothing is gained.</summary>
    public static ulong Best(Leg buy, Leg sell)
    {
        var (a, b) = buy.Pool.Venue.Reserves(buy.Pool);
        var (most, best, gain) = ((buy.AToB ? a : b) / 10, 0UL, 0UL);
        for (var part = 1UL; part <= 24; part++)
        {
            var amount = most / 24 * part;
            var back = sell.Quote(buy.Quote(amount));
            if (back > amount + gain) { (best, gain) = (amount, back - amount); }
        }

        // A few thousand lamports, or a few cents, would not pay the fee.
        return gain > 100_000 ? best : 0;
    }

    /// <summary>What the front-run's purchase gives in the other pool, behind the others' purchases and the arbitrage that carries the price there; 0 without one.</summary>
    public static ulong Unwind(Leg dear, Leg cheap, Size size)
    {
        var (here, there) = (dear.Pool.Snapshot(), cheap.Pool.Snapshot());
        ulong back = 0;
        if (dear.Pool.Venue.TryApply(dear.Pool, dear.AToB, size.Front, out var bought)
            && dear.Pool.Venue.TryApply(dear.Pool, dear.AToB, size.Others, out _)
            && cheap.Pool.Venue.TryApply(cheap.Pool, cheap.AToB, Best(cheap, new Leg(dear.Pool, !dear.AToB)), out _))
        {
            cheap.Pool.Venue.TryApply(cheap.Pool, !cheap.AToB, bought, out back);
        }

        dear.Pool.Restore(here);
        cheap.Pool.Restore(there);
        return back;
    }

    private void Send(Searcher bot, Leg buy, Leg sell, ulong amount)
    {
        var tx = stage.Tx;
        stage.Begin(bot.Wallet, new ComputeBudget(420_000, stage.Random.Range(1, 40_000)), versioned: true);
        var purse = purses.Prepare(bot.Wallet, buy.MintIn, buy.MintOut, amount);
        tx.Open(bot.Program, 3_400);
        tx.With(bot.Wallet, Use.Sign).ListInnerAccounts();
        tx.U8(7).U64(amount);
        var bought = buy.Pool.Venue.Swap(tx, buy.Pool, new Trade(bot.Wallet, purse.Source, purse.Destination, buy.AToB, amount, 0));
        sell.Pool.Venue.Swap(tx, sell.Pool, new Trade(bot.Wallet, purse.Destination, purse.Source, sell.AToB, bought, amount));
        tx.Close(2_100);
        purses.Tidy(bot.Wallet, purse);
        var sent = stage.Send();
        var (first, second) = (tx.Done[0], tx.Done[1]);
        var gross = (Int128)second.AmountOut - first.AmountIn;
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.Arbitrage,
            Class = "cyclic",
            Slot = stage.World.Slot,
            Index = sent.Index,
            Signature = sent.Signature,
            Signer = stage.Accounts[bot.Wallet].Key,
            Legs =
            [
                stage.Leg(TruthRole.Swap, sent, bot.Wallet, first.Pool, first.MintIn, first.AmountIn, first.MintOut, first.AmountOut),
                stage.Leg(TruthRole.Swap, sent, bot.Wallet, second.Pool, second.MintIn, second.AmountIn, second.MintOut, second.AmountOut),
            ],
            Pools = [stage.KeyOf(first.Pool), stage.KeyOf(second.Pool)],
            Route = "program",
            ProfitMint = stage.KeyOf(buy.MintIn),
            Gross = gross,
            FeeLamports = sent.Fee,
            TipLamports = sent.Tip,
            Net = buy.MintIn.IsNative ? gross - sent.Fee - sent.Tip : null,
        });
    }
}
