using Sluice.Lab.Scenarios.Arbitrage;
using Sluice.Lab.Scenarios.Liquidations;

namespace Sluice.Lab.Scenarios.Attempts;

/// <summary>Plants reverted transactions of searchers: arbitrages that came too late, liquidations of healthy positions.</summary>
/// <remarks>
/// Searchers are those whose landed transactions are arbitrages. Seven of ten call a program of their own, of which nearly half see at once that
/// nothing is to be had; the others fail at the price of their last swap. One in twenty tries a liquidation: slot 254170887 has 3 such
/// among 305 failed transactions, slot 133447494, in a crash, 15 among 86.
/// </remarks>
internal sealed class AttemptPlanter(Stage stage, PlanFinder finder, Execution execution, ArbitragePlanter arbitrages, LiquidationPlanter liquidations)
{
    private const int Attempts = 40;

    public void Plant()
    {
        if (stage.Random.PerMille(50))
        {
            liquidations.PlantRefused();
            return;
        }

        for (var i = 0; i < Attempts; i++)
        {
            if (TryArbitrage()) { return; }
        }
    }

    private bool TryArbitrage()
    {
        var random = stage.Random;
        if (finder.Circle(2 + random.Below(3)) is not { } plan) { return false; }
        var bot = arbitrages.AnyBot();
        var (a, b) = plan.Legs[0].Pool.Venue.Reserves(plan.Legs[0].Pool);
        var amount = Math.Min((plan.Legs[0].AToB ? a : b) / random.Range(200, 2_000), execution.Holding(bot, plan.MintIn) / 2);
        if (amount < 10_000 || plan.Price(amount) < 1_000 || !execution.CanPay(bot, plan, amount, flashLoan: false)) { return false; }
        var style = random.Below(10) switch { < 7 => CallStyle.Program, < 9 => CallStyle.Jupiter, _ => CallStyle.Direct };
        var choices = new Choices(
            style, Budgets.Draw(random, stage.Options.BudgetPerMille, Execution.UnitsFor(plan)), random.PerMille(300) ? 100_000u : 0, TipsInside: false,
            FlashLoan: false, ClosesMiddle: false, Fails: true, FailsAtOnce: style == CallStyle.Program && random.PerMille(450));
        var sent = execution.Send(bot, plan, amount, choices);
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.FailedAttempt,
            Class = "arbitrage",
            Slot = stage.World.Slot,
            Index = sent.Index,
            Signature = sent.Signature,
            Signer = stage.Accounts[bot.Wallet].Key,
            Route = Execution.NameOf(style),
            FeeLamports = sent.Fee,
        });
        return true;
    }
}
