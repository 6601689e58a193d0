using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Scenes;

/// <summary>Carries out orders, each as one transaction with everything that a wallet needs around the swap.</summary>
internal sealed class Orders(Stage stage, Purses purses, Jupiter jupiter, UserSwaps swaps)
{
    private readonly List<Hop> _hops = new(1);

    /// <summary>What the last order gave to its wallet.</summary>
    public ulong Received => stage.Tx.Done.Count > 0 ? stage.Tx.Done[^1].AmountOut : 0;

    /// <summary>Whether Jupiter may be used in the pool.</summary>
    public static bool IsRoutable(Pool pool) => pool.Kind != VenueKind.PumpFun && pool.MintA.TransferFeeBps + pool.MintB.TransferFeeBps == 0;

    /// <summary>What a wallet could sell now, where it was never named before four times what is wanted; one without money is asked to be filled.</summary>
    public ulong Holding(int wallet, Mint mint, ulong wanted)
    {
        if (mint.IsNative) { return Ask(wallet, mint, purses.Holding(wallet, mint), wanted); }
        var account = purses.Existing(wallet, mint, wanted * 4);
        return Ask(account, mint, stage.Accounts[account].IsOpen ? stage.Accounts[account].Amount : 0, wanted);
    }

    /// <summary>Sends the order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="after">What else the transaction does behind the swap.</param>
    public Sent Send(in Order order, Action? after = null)
    {
        var tx = stage.Tx;
        var versioned = order.Via == Via.Router;
        if (order.Budget is { } budget) { stage.Begin(order.Wallet, budget, versioned); }
        else { stage.Begin(order.Wallet, 290_000, versioned); }
        var purse = Prepare(order);
        var (leg, wallet) = (order.Leg, order.Wallet);
        switch (order.Via)
        {
            case Via.Direct:
                Swap(order, purse);
                break;
            case Via.Program:
                tx.Open(order.Program, 3_100);
                tx.With(wallet, Use.Sign).ListInnerAccounts();
                tx.U8(2).U64(order.Amount);
                Swap(order, purse);
                tx.Close(1_900);
                break;
            default:
                _hops.Clear();
                _hops.Add(new Hop(leg, 100, 0, 1));
                jupiter.Route(wallet, purse.Source, purse.Destination, _hops, order.Amount);
                break;
        }

        after?.Invoke();
        purses.Tidy(wallet, purse);
        tx.TipTo(wallet, swaps.AnyTipAccount(), order.Tip, order.IsMarked ? stage.World.Programs.DontFront : -1);
        return stage.Send();
    }

    private ulong Ask(int account, Mint mint, ulong held, ulong wanted)
    {
        if (held < wanted) { stage.AskFor(account, Math.Max(wanted * 2, mint.OfCents(500_000))); }
        return held;
    }

    private void Swap(in Order order, in Purse purse)
    {
        var pool = order.Leg.Pool;
        var trade = new Trade(order.Wallet, purse.Source, purse.Destination, order.Leg.AToB, order.Amount, order.MinOut);
        if (order.IsExactOut && pool.Kind == VenueKind.PumpSwap && !order.Leg.AToB)
        {
            var coins = order.Leg.Quote(order.Amount);
            stage.PumpSwap.BuyExactOut(stage.Tx, pool, trade, coins - (coins / 100) - 1);
            return;
        }

        pool.Venue.Swap(stage.Tx, pool, trade);
    }

    private Purse Prepare(in Order order)
    {
        var (tx, leg) = (stage.Tx, order.Leg);
        var isCurve = leg.Pool.Kind == VenueKind.PumpFun;
        var purse = new Purse
        {
            Source = order.Source > 0 ? order.Source : stage.World.TokenAccount(order.Wallet, leg.MintIn),
            Destination = order.Destination > 0 ? order.Destination : stage.World.TokenAccount(order.Wallet, leg.MintOut),
        };

        // Curves settle in the wallet's own lamports, so that both accounts of the trade are the coin's.
        if (isCurve && leg.AToB) { purse.Destination = purse.Source; }
        if (isCurve && !leg.AToB) { purse.Source = purse.Destination; }
        if (!isCurve && leg.MintIn.IsNative)
        {
            purse.ClosesSource = true;
            tx.CreateTokenAccount(order.Wallet, purse.Source);
            tx.SystemTransfer(order.Wallet, purse.Source, order.Amount);
            tx.SyncNative(purse.Source);
        }

        purse.ClosesDestination = !isCurve && leg.MintOut.IsNative;
        if (stage.Accounts[purse.Destination].IsOpen) { return purse; }
        if (order.Destination > 0) { tx.CreateSeededTokenAccount(order.Wallet, purse.Destination); }
        else { tx.CreateTokenAccount(order.Wallet, purse.Destination); }
        return purse;
    }
}
