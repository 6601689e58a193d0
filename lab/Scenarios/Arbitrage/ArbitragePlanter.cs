using Sluice.Lab.Chain;
using Sluice.Lab.Cluster;

namespace Sluice.Lab.Scenarios.Arbitrage;

/// <summary>Plants arbitrages: moves a price by a large swap where need be, then takes the difference.</summary>
/// <remarks>
/// The gain is drawn first, 0.10 to 40 dollars (Helius' report gives 1.58 dollars on average for 2024), then pools are
/// moved until the plan can give it. Fee and tip are parts of the gain, so that more than a third is left, but for a few
/// small ones whose fee is twice the gain and more. A backrun follows the trades that made it within a few places; others wait for
/// a later block, and some of those come after a trade that moved a price the other way. What a planted one really follows is read off the
/// block's swaps.
/// </remarks>
internal sealed class ArbitragePlanter(Stage stage, PlanFinder finder, Execution execution, UserSwaps swaps, PlainTraffic plain, Purses purses)
{
    private const int Pushes = 6, SizingSteps = 16, Attempts = 40, MaxWaiting = 8, BotsOfTurn = 3;

    /// <summary>A cause in the truth moved a price by so many basis points and lies so many places before at most.</summary>
    private const int CauseBps = 25, CauseDistance = 10;

    private readonly List<Waiting> _waiting = new(MaxWaiting);

    private readonly record struct Waiting(string Class, Plan Plan, ulong Slot);

    /// <summary>Plants one arbitrage of a class drawn by chance, or takes one that waited.</summary>
    public void Plant()
    {
        if (TryWaiting()) { return; }
        var label = AnyClass();
        for (var i = 0; i < Attempts; i++)
        {
            var waits = _waiting.Count < MaxWaiting && stage.Random.PerMille(400);
            if (TryPlant(label, waits)) { return; }
        }
    }

    /// <summary>Plants one that follows the trade that made it within a few places.</summary>
    public void PlantBackrun()
    {
        var label = AnyClass();
        for (var i = 0; i < Attempts; i++)
        {
            if (TryPlant(label, waits: false)) { return; }
        }
    }

    /// <summary>A searcher: mostly one of those who are busy in this leader's turn.</summary>
    public Searcher AnyBot()
    {
        var bots = stage.Actors.Bots;
        if (!stage.Random.PerMille(700)) { return bots[stage.Random.Below(bots.Length)]; }
        var turn = new Prng(stage.Options.Seed, stream: 0xB075_0000_0000 + (stage.World.Slot / LeaderSchedule.Turn));
        for (var i = stage.Random.Below(BotsOfTurn); i > 0; i--) { turn.Next(); }
        return bots[turn.Below(bots.Length)];
    }

    /// <summary>Lamports that an amount of a mint is worth at the prices that the simulation started with.</summary>
    public ulong InLamports(Mint mint, ulong amount) =>
        (ulong)((UInt128)amount * stage.World.Mints[0].UnitsPerUsd / mint.UnitsPerUsd);

    private string AnyClass()
    {
        var draw = stage.Random.Below(100);
        return draw < 62 ? ArbitrageClass.Cyclic : draw < 78 ? ArbitrageClass.CrossPair : draw < 90 ? ArbitrageClass.Stable : ArbitrageClass.LongTail;
    }

    /// <summary>Takes the oldest that waited, if prices still give it a gain.</summary>
    private bool TryWaiting()
    {
        var at = _waiting.FindIndex(w => w.Slot < stage.World.Slot);
        if (at < 0) { return false; }
        var (label, plan, _) = _waiting[at];
        _waiting.RemoveAt(at);
        if (stage.Random.PerMille(400)) { Follow(plan); }
        return TryPlant(label, plan, waits: false, Pushes);
    }

    private bool TryPlant(string label, bool waits) => finder.Find(label) is { } plan && TryPlant(label, plan, waits, pushed: 0);

    private bool TryPlant(string label, Plan plan, bool waits, int pushed)
    {
        var random = stage.Random;
        var bot = AnyBot();
        var chain = plan.Shape == Shape.Chain && label == ArbitrageClass.Cyclic;
        var flashLoan = chain && plan.MintIn.Number < 2 && random.PerMille(120);

        // Now and then a searcher pays more than was to be had: an arbitrage all the same, at a loss after its fee.
        var belowFee = chain && !flashLoan && plan.MintIn.IsNative && random.PerMille(80);
        var wanted = belowFee ? (long)random.Range(20_000, 60_000) : (long)plan.MintIn.OfCents(random.Magnitude(10, 4_000));
        if (wanted < 200) { return false; }
        var amountIn = 0UL;
        var isReady = waits || pushed > 0 || plan.Shape == Shape.Shuffled || random.PerMille(300)
            ? Prepare(bot, plan, wanted, flashLoan, pushed, out amountIn)
            : Close(bot, plan, wanted, flashLoan, out amountIn);
        if (!isReady) { return false; }
        if (waits)
        {
            _waiting.Add(new Waiting(label, plan, stage.World.Slot));
            return true;
        }

        for (var i = pushed == 0 ? random.Below(3) : 0; i > 0; i--) { plain.SolTransfer(); }
        if (!execution.CanPay(bot, plan, amountIn, flashLoan)) { return false; }
        var gross = plan.Gain(amountIn) - (flashLoan ? (long)FlashLoans.FeeOf(amountIn) : 0);
        if (gross < wanted / 2) { return false; }
        var lamports = InLamports(plan.MintOut, (ulong)gross);
        var styles = label is ArbitrageClass.Stable or ArbitrageClass.LongTail || flashLoan ? 80 : 100;
        var draw = random.Below(styles);

        // A change of one dollar for another by a plain wallet is no sure arbitrage; a tip makes it one.
        var tips = label == ArbitrageClass.LongTail || (label == ArbitrageClass.Stable && draw < 35) || random.PerMille(600);
        var tip = tips && !belowFee ? Math.Max(1_000, lamports * random.Range(5, 45) / 100) : 0;
        var priority = belowFee ? lamports * random.Range(2, 5) : lamports * random.Range(1, 12) / 100;
        var choices = new Choices(
            draw < 35 ? CallStyle.Direct : draw < 80 ? CallStyle.Program : CallStyle.Jupiter,
            Budgets.For(Execution.UnitsFor(plan), priority), tip, TipsInside: random.PerMille(400), flashLoan,
            ClosesMiddle: random.PerMille(400), Fails: false);
        Tell(label, plan, execution.Send(bot, plan, amountIn, choices), bot.Wallet, Execution.NameOf(choices.Style), flashLoan, gross);
        return true;
    }

    private void Tell(string label, Plan plan, Sent sent, int wallet, string route, bool flashLoan, long gross)
    {
        var (done, moves) = (stage.Tx.Done, stage.Moves);
        TruthLeg[] legs = stage.SwapLegs(sent, wallet);
        string[] tags = [];
        if (moves.CauseOf(done, sent.Index, wallet, CauseDistance, CauseBps) is { } cause)
        {
            var swap = cause.Swap;
            tags = ["backrun"];
            legs = [stage.Leg(TruthRole.Cause, cause.Sent, cause.Signer, swap.Pool, swap.MintIn, swap.AmountIn, swap.MintOut, swap.AmountOut), .. legs];
        }
        else if (!moves.HasCause(done, sent.Index, wallet))
        {
            tags = moves.IsAfterSameWay(done, sent.Index, wallet, CauseDistance) ? ["other_way"]
                : moves.IsAfterStranger(sent.Index, wallet, CauseDistance) ? ["other_pools"] : [];
        }

        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.Arbitrage,
            Class = label,
            Tags = tags,
            Slot = stage.World.Slot,
            Index = sent.Index,
            Signature = sent.Signature,
            Signer = stage.Accounts[wallet].Key,
            Legs = legs,
            Pools = [.. done.Select(d => stage.KeyOf(d.Pool))],
            Route = route,
            FlashLoan = flashLoan,
            ProfitMint = stage.KeyOf(plan.MintOut),
            Gross = gross,
            FeeLamports = sent.Fee,
            TipLamports = sent.Tip,
            Net = plan.MintOut.IsNative ? (Int128)gross - sent.Fee - sent.Tip : null,
        });
    }

    /// <summary>Moves prices until the plan gains what is wanted, and says what must be put in for it.</summary>
    /// <param name="bot">Who pays.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="wanted">Gain in base units.</param>
    /// <param name="flashLoan">Whether what is put in is borrowed.</param>
    /// <param name="pushed">Trades that moved prices already; so many fewer are left.</param>
    /// <param name="amountIn">What must be put in.</param>
    private bool Prepare(Searcher bot, Plan plan, long wanted, bool flashLoan, int pushed, out ulong amountIn)
    {
        amountIn = 0;
        var most = MostInput(bot, plan, flashLoan);
        if (most < 1_000) { return false; }
        for (var push = pushed; ; push++)
        {
            var best = plan.BestInput(most);
            if (plan.Gain(best) >= wanted)
            {
                amountIn = plan.InputFor(wanted, best);
                return execution.CanPay(bot, plan, amountIn, flashLoan);
            }

            if (push == Pushes || !Push(plan)) { return false; }
        }
    }

    /// <summary>
    /// Lets one trade move a price just so far that all that can be gained of it is what is wanted, and says what must be put in to gain it: the
    /// searcher closes the difference.
    /// </summary>
    private bool Close(Searcher bot, Plan plan, long wanted, bool flashLoan, out ulong amountIn)
    {
        amountIn = 0;
        var most = MostInput(bot, plan, flashLoan);
        var against = Against(plan);
        var (a, b) = against.Pool.Venue.Reserves(against.Pool);
        var (low, high) = (0UL, (against.AToB ? a : b) / 25);
        if (most < 1_000 || GainBehind(plan, against, high, most) < wanted) { return false; }
        for (var i = 0; i < SizingSteps; i++)
        {
            var middle = low + ((high - low) / 2);
            if (GainBehind(plan, against, middle, most) < wanted)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        if (!Trade(against, high)) { return false; }
        amountIn = plan.BestInput(most);
        return plan.Gain(amountIn) >= wanted / 2 && plan.Gain(amountIn) <= wanted * 2 && execution.CanPay(bot, plan, amountIn, flashLoan);
    }

    /// <summary>What the plan would gain at most behind a trade that is not carried out.</summary>
    private static long GainBehind(Plan plan, Leg trade, ulong amount, ulong most)
    {
        var before = trade.Pool.Snapshot();
        var gain = trade.Pool.Venue.TryApply(trade.Pool, trade.AToB, amount, out _) ? plan.Gain(plan.BestInput(most)) : 0;
        trade.Pool.Restore(before);
        return gain;
    }

    private ulong MostInput(Searcher bot, Plan plan, bool flashLoan)
    {
        var (a, b) = plan.Legs[0].Pool.Venue.Reserves(plan.Legs[0].Pool);
        var most = (plan.Legs[0].AToB ? a : b) / 5;
        return flashLoan ? most : Math.Min(most, execution.Holding(bot, plan.MintIn));
    }

    /// <summary>A large trader swaps against one of the plan's legs, which makes that leg cheaper.</summary>
    private bool Push(Plan plan)
    {
        var against = Against(plan);
        var (a, b) = against.Pool.Venue.Reserves(against.Pool);
        return Trade(against, (ulong)((UInt128)(against.AToB ? a : b) * stage.Random.Range(8, 20) / 1_000));
    }

    /// <summary>A swap against one of the plan's legs: where both of two parallel legs would gain by it, the one that they share.</summary>
    private Leg Against(Plan plan)
    {
        var legs = plan.Legs;
        var which = plan.Shape switch
        {
            Shape.SplitBuy => 2,
            Shape.SplitSell => 0,
            _ => Smallest(legs),
        };
        return new Leg(legs[which].Pool, !legs[which].AToB);
    }

    /// <summary>A large trader goes the plan's own way through its first pool and leaves a little less to be had.</summary>
    private void Follow(Plan plan)
    {
        var leg = plan.Legs[plan.Order[0]];
        var (a, b) = leg.Pool.Venue.Reserves(leg.Pool);
        Trade(leg, (leg.AToB ? a : b) / 1_000);
    }

    private bool Trade(Leg leg, ulong amount)
    {
        if (amount < 1_000 || leg.Quote(amount) < 1_000) { return false; }
        var makers = stage.Actors.MarketMakers;
        var maker = makers[stage.Random.Below(makers.Length)];
        var mint = leg.MintIn;
        var held = mint.IsNative ? purses.Holding(maker, mint)
            : stage.Accounts[purses.Existing(maker, mint, mint.OfCents(500_000_000))].Amount;
        if (held < amount)
        {
            stage.AskFor(mint.IsNative ? maker : stage.World.TokenAccount(maker, mint), mint.OfCents(200_000_000));
            return false;
        }

        stage.Begin(maker, 260_000);
        swaps.SwapOnce(maker, leg, amount);
        stage.Send();
        return true;
    }

    private int Smallest(List<Leg> legs)
    {
        var smallest = 0;
        var least = ulong.MaxValue;
        for (var i = 0; i < legs.Count; i++)
        {
            var (a, b) = legs[i].Pool.Venue.Reserves(legs[i].Pool);
            var lamports = InLamports(legs[i].MintIn, legs[i].AToB ? a : b);
            if (lamports < least) { (least, smallest) = (lamports, i); }
        }

        return smallest;
    }
}
