using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Arbitrage;

/// <summary>How a searcher calls the swaps.</summary>
internal enum CallStyle
{
    /// <summary>Every swap is an outer instruction.</summary>
    Direct,

    /// <summary>The searcher's own program makes all of them.</summary>
    Program,

    /// <summary>A Jupiter route from a token into the same token.</summary>
    Jupiter,
}

/// <summary>Choices of one execution. A program of the searcher's own may fail at once: it sees that there is nothing to gain and swaps nothing.</summary>
internal readonly record struct Choices(
    CallStyle Style, ComputeBudget Budget, ulong TipLamports, bool TipsInside, bool FlashLoan, bool ClosesMiddle, bool Fails,
    bool FailsAtOnce = false);

/// <summary>Carries out a plan as one transaction of a searcher.</summary>
internal sealed class Execution(Stage stage, Purses purses, Jupiter jupiter, FlashLoans loans)
{
    /// <summary>
    /// Lamports that a searcher keeps for fees, tips and rent: more than the largest gain, of which those are parts.
    /// </summary>
    private const ulong WalletFloor = 500_000_000;

    private readonly List<int> _opened = new(8);
    private readonly List<Hop> _hops = new(4);

    /// <summary>Compute units that a plan may need, everything around it included.</summary>
    public static uint UnitsFor(Plan plan) => Math.Min(1_400_000u, 260_000u + (150_000u * (uint)plan.Legs.Count));

    /// <summary>Name of the style in the truth.</summary>
    public static string NameOf(CallStyle style) => style switch
    {
        CallStyle.Direct => "direct",
        CallStyle.Program => "program",
        _ => "jupiter",
    };

    /// <summary>
    /// Whether the searcher has, or may borrow, what the plan needs. Accounts that never occurred are settled here.
    /// </summary>
    public bool CanPay(Searcher bot, Plan plan, ulong amountIn, bool flashLoan)
    {
        if (plan.Shape == Shape.Shuffled)
        {
            // The third leg sells before the second has bought, so that token must lie there already.
            plan.Price(amountIn);
            var early = plan.Legs[2].MintIn;
            if (early.IsNative && bot.Wraps) { return false; }
            var stock = purses.Existing(bot.Wallet, early, early.OfCents(8_000_000));
            if (!stage.Accounts[stock].IsOpen || stage.Accounts[stock].Amount < plan.Amounts[2]) { return false; }
        }

        if (stage.Accounts[bot.Wallet].Lamports < WalletFloor)
        {
            stage.AskFor(bot.Wallet, 50_000_000_000);
            return false;
        }

        if (flashLoan) { return loans.Lends(plan.MintIn); }
        return Holding(bot, plan.MintIn) >= amountIn;
    }

    /// <summary>What the searcher can put in without a loan.</summary>
    public ulong Holding(Searcher bot, Mint mint)
    {
        if (mint.IsNative && bot.Wraps)
        {
            var lamports = stage.Accounts[bot.Wallet].Lamports;
            return lamports > WalletFloor ? lamports - WalletFloor : 0;
        }

        var account = purses.Existing(bot.Wallet, mint, mint.OfCents(30_000_000));
        return stage.Accounts[account].IsOpen ? stage.Accounts[account].Amount : 0;
    }

    /// <summary>
    /// Sends the transaction. The gain without fee and tip is what <see cref="Plan.Gain"/> says, less the loan's fee.
    /// </summary>
    public Sent Send(Searcher bot, Plan plan, ulong amountIn, in Choices choices)
    {
        var tx = stage.Tx;
        var wallet = bot.Wallet;
        plan.Price(amountIn);
        OpenQuietly(bot, plan);
        stage.Begin(wallet, choices.Budget, versioned: plan.Legs.Count > 2 || choices.Style == CallStyle.Jupiter);
        _opened.Clear();
        var source = stage.World.TokenAccount(wallet, plan.MintIn);
        PrepareAccounts(bot, plan, choices.FlashLoan ? 0 : amountIn);

        var borrowedBy = tx.OuterCount;
        if (choices.FlashLoan) { loans.Borrow(wallet, source, plan.MintIn, amountIn); }
        switch (choices.Style)
        {
            case CallStyle.Jupiter:
                MakeHops(plan);
                jupiter.Route(wallet, source, source, _hops, amountIn, choices.Fails);
                break;
            case CallStyle.Program:
                CallProgram(bot, plan, source, choices);
                break;
            default:
                SwapAll(wallet, plan, choices.Fails);
                break;
        }

        if (!tx.HasFailed)
        {
            if (choices.FlashLoan) { loans.Repay(wallet, source, plan.MintIn, amountIn, borrowedBy); }
            Finish(bot, choices);
        }

        return stage.Send();
    }

    /// <summary>Token accounts on the way that existed before the simulation: two thirds of those that never occurred.</summary>
    private void OpenQuietly(Searcher bot, Plan plan)
    {
        foreach (var leg in plan.Legs)
        {
            if (stage.World.Knows(bot.Wallet, leg.MintOut)) { continue; }
            var account = stage.World.TokenAccount(bot.Wallet, leg.MintOut);
            if (leg.MintOut.IsNative ? !bot.Wraps : stage.Random.PerMille(650)) { stage.World.Fund(account, 0); }
        }
    }

    private void PrepareAccounts(Searcher bot, Plan plan, ulong wrapped)
    {
        var tx = stage.Tx;
        foreach (var leg in plan.Legs)
        {
            var account = stage.World.TokenAccount(bot.Wallet, leg.MintIn);
            OpenIfClosed(bot.Wallet, account);
            if (leg == plan.Legs[0] && leg.MintIn.IsNative && bot.Wraps && wrapped > 0)
            {
                tx.SystemTransfer(bot.Wallet, account, wrapped);
                tx.SyncNative(account);
            }
        }

        OpenIfClosed(bot.Wallet, stage.World.TokenAccount(bot.Wallet, plan.MintOut));
    }

    private void OpenIfClosed(int wallet, int account)
    {
        if (stage.Accounts[account].IsOpen) { return; }
        stage.Tx.CreateTokenAccount(wallet, account);
        _opened.Add(account);
    }

    private void CallProgram(Searcher bot, Plan plan, int source, in Choices choices)
    {
        var tx = stage.Tx;
        Span<byte> arguments = stackalloc byte[25];
        stage.Random.Fill(arguments);
        tx.Open(bot.Program, 6_200);
        tx.With(bot.Wallet, Use.Write | Use.Sign).With(source, Use.Write).ListInnerAccounts();
        tx.Bytes(arguments);
        if (!choices.FailsAtOnce) { SwapAll(bot.Wallet, plan, fails: false); }
        if (choices.Fails)
        {
            tx.Log("no profit"u8);
            tx.Fail(6_011);
            return;
        }

        if (choices.TipsInside) { tx.TipTo(bot.Wallet, AnyTipAccount(), choices.TipLamports); }
        tx.Close(2_100);
    }

    /// <summary>Carries out the legs; a plan that shall fail does so in its last one, for the price.</summary>
    private void SwapAll(int wallet, Plan plan, bool fails)
    {
        var order = plan.Order;
        for (var i = 0; i < order.Length; i++)
        {
            var leg = plan.Legs[order[i]];
            var from = stage.World.TokenAccount(wallet, leg.MintIn);
            var to = stage.World.TokenAccount(wallet, leg.MintOut);
            var failsHere = fails && i == order.Length - 1;
            leg.Pool.Venue.Swap(stage.Tx, leg.Pool, new Trade(wallet, from, to, leg.AToB, plan.Amounts[order[i]], 0, failsHere));
        }
    }

    private void Finish(Searcher bot, in Choices choices)
    {
        var tx = stage.Tx;
        var inside = choices.TipsInside && choices.Style == CallStyle.Program;
        if (!inside) { tx.TipTo(bot.Wallet, AnyTipAccount(), choices.TipLamports); }
        foreach (var account in _opened)
        {
            // Wrapped SOL opened for this is unwrapped; other accounts are closed when empty and wanted so.
            var native = stage.Accounts[account].Mint == 0;
            if (native ? bot.Wraps : choices.ClosesMiddle && stage.Accounts[account].Amount == 0)
            {
                tx.CloseAccount(account, bot.Wallet);
            }
        }
    }

    private void MakeHops(Plan plan)
    {
        _hops.Clear();
        switch (plan.Shape)
        {
            case Shape.SplitBuy:
                _hops.Add(new Hop(plan.Legs[0], plan.SplitPercent, 0, 1));
                _hops.Add(new Hop(plan.Legs[1], (byte)(100 - plan.SplitPercent), 0, 1));
                _hops.Add(new Hop(plan.Legs[2], 100, 1, 0));
                break;
            case Shape.SplitSell:
                _hops.Add(new Hop(plan.Legs[0], 100, 0, 1));
                _hops.Add(new Hop(plan.Legs[1], plan.SplitPercent, 1, 0));
                _hops.Add(new Hop(plan.Legs[2], (byte)(100 - plan.SplitPercent), 1, 0));
                break;
            default:
                for (var i = 0; i < plan.Legs.Count; i++)
                {
                    _hops.Add(new Hop(plan.Legs[i], 100, (byte)i, i == plan.Legs.Count - 1 ? (byte)0 : (byte)(i + 1)));
                }

                break;
        }
    }

    private int AnyTipAccount() => stage.World.Programs.TipAccounts[stage.Random.Below(8)];
}
