using Sluice.Lab.Chain;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Arbitrage;

/// <summary>Plants arbitrages: moves a price by a large swap where need be, then takes the difference.</summary>
/// <remarks>
/// The gain is drawn first, 0.10 to 40 dollars (Helius' report gives 1.58 dollars on average for 2024), then pools are
/// moved until the plan can give it. Fee and tip are parts of the gain, so that more than a third is left, but for a few
/// small ones whose fee is twice the gain and more.
/// </remarks>
internal sealed class ArbitragePlanter(Stage stage, PlanFinder finder, Execution execution, UserSwaps swaps, Purses purses)
{
    private const int Pushes = 6, Attempts = 40;

    private readonly List<Pool> _pools = new(4);

    /// <summary>Plants one arbitrage of a class drawn by chance.</summary>
    public void Plant()
    {
        var draw = stage.Random.Below(100);
        var label = draw < 62 ? ArbitrageClass.Cyclic : draw < 78 ? ArbitrageClass.CrossPair
            : draw < 90 ? ArbitrageClass.Stable : ArbitrageClass.LongTail;
        for (var i = 0; i < Attempts; i++)
        {
            if (TryPlant(label)) { return; }
        }
    }

    /// <summary>Finds a circle in SOL and moves prices until it gives that many lamports; false where it cannot be had.</summary>
    public bool TryReady(long wantedLamports, out Plan plan, out Searcher bot, out ulong amountIn)
    {
        plan = null!;
        amountIn = 0;
        bot = AnyBot();
        if (finder.Circle(2 + stage.Random.Below(2), inSol: true) is not { } found) { return false; }
        plan = found;
        return Prepare(bot, plan, wantedLamports, flashLoan: false, out amountIn);
    }

    /// <summary>Pools of a plan in the order of execution, for the truth.</summary>
    public List<Pool> PoolsOf(Plan plan)
    {
        _pools.Clear();
        foreach (var leg in plan.Order) { _pools.Add(plan.Legs[leg].Pool); }
        return _pools;
    }

    /// <summary>Lamports that an amount of a mint is worth at the prices that the simulation started with.</summary>
    public ulong InLamports(Mint mint, ulong amount) =>
        (ulong)((UInt128)amount * stage.World.Mints[0].UnitsPerUsd / mint.UnitsPerUsd);

    private bool TryPlant(string label)
    {
        var random = stage.Random;
        if (finder.Find(label) is not { } plan) { return false; }
        var bot = AnyBot();
        var chain = plan.Shape == Shape.Chain && label == ArbitrageClass.Cyclic;
        var flashLoan = chain && plan.MintIn.Number < 2 && random.PerMille(120);

        // Now and then a searcher pays more than was to be had: an arbitrage all the same, at a loss after its fee.
        var belowFee = chain && !flashLoan && plan.MintIn.IsNative && random.PerMille(80);
        var wanted = belowFee ? (long)random.Range(20_000, 60_000) : (long)plan.MintIn.OfCents(random.Magnitude(10, 4_000));
        if (wanted < 200 || !Prepare(bot, plan, wanted, flashLoan, out var amountIn)) { return false; }

        var gross = plan.Gain(amountIn) - (flashLoan ? (long)FlashLoans.FeeOf(amountIn) : 0);
        if (gross < wanted * 9 / 10) { return false; }
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
        var sent = execution.Send(bot, plan, amountIn, choices);
        stage.Plant(TruthKind.Arbitrage, label, sent, bot.Wallet, PoolsOf(plan), Execution.NameOf(choices.Style), flashLoan,
            plan.MintOut, gross);
        return true;
    }

    /// <summary>Moves prices until the plan gains what is wanted, and says what must be put in for it.</summary>
    private bool Prepare(Searcher bot, Plan plan, long wanted, bool flashLoan, out ulong amountIn)
    {
        amountIn = 0;
        var most = MostInput(bot, plan, flashLoan);
        if (most < 1_000) { return false; }
        for (var push = 0; ; push++)
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

    private ulong MostInput(Searcher bot, Plan plan, bool flashLoan)
    {
        var (a, b) = plan.Legs[0].Pool.Venue.Reserves(plan.Legs[0].Pool);
        var most = (plan.Legs[0].AToB ? a : b) / 5;
        return flashLoan ? most : Math.Min(most, execution.Holding(bot, plan.MintIn));
    }

    /// <summary>A large trader swaps against one of the plan's legs, which makes that leg cheaper.</summary>
    private bool Push(Plan plan)
    {
        var legs = plan.Legs;
        var which = plan.Shape switch
        {
            Shape.SplitBuy => 2,
            Shape.SplitSell => 0,
            _ => Smallest(legs),
        };
        var against = new Leg(legs[which].Pool, !legs[which].AToB);
        var (a, b) = against.Pool.Venue.Reserves(against.Pool);
        var amount = (ulong)((UInt128)(against.AToB ? a : b) * stage.Random.Range(8, 20) / 1_000);
        var makers = stage.Actors.MarketMakers;
        var maker = makers[stage.Random.Below(makers.Length)];
        var mint = against.MintIn;
        var held = mint.IsNative ? purses.Holding(maker, mint)
            : stage.Accounts[purses.Existing(maker, mint, mint.OfCents(500_000_000))].Amount;
        if (held < amount)
        {
            stage.AskFor(mint.IsNative ? maker : stage.World.TokenAccount(maker, mint), mint.OfCents(200_000_000));
            return false;
        }

        stage.Begin(maker, 260_000);
        swaps.SwapOnce(maker, against, amount);
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

    private Searcher AnyBot() => stage.Actors.Bots[stage.Random.Below(stage.Actors.Bots.Length)];
}
