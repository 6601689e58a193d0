using Sluice.Lab.Scenarios.Scenes;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Plants sandwiches: an attacker buys in a pool, others buy at a worse price, the attacker sells what it bought.</summary>
/// <remarks>
/// Planted by the field's definition, with no look at any detector: who lost, and how much, is found by doing all swaps of others again from the pool's
/// state before the front-run. Ordinary traffic that falls between the legs and loses by them is a victim, too.
/// </remarks>
internal sealed class SandwichPlanter
{
    private const int Attempts = 25;

    private readonly AttackDraw _draw;
    private readonly AttackScript _script;
    private readonly SandwichTruth _truth;
    private readonly SceneBook _book;

    public SandwichPlanter(Stage stage, Market market, SceneBook book, Orders orders, Crowd crowd, Purses purses, UserSwaps swaps)
    {
        _book = book;
        _draw = new AttackDraw(stage, market, book, orders);
        var legs = new AttackLegs(stage, book, orders, purses, swaps);
        _script = new AttackScript(stage, legs, new HandOvers(stage, book), new PriceCarrier(stage, purses), crowd);
        _truth = new SandwichTruth(stage, new Counterfactual(stage));
    }

    /// <summary>Begins a sandwich; those whose legs are neighbours are finished at once.</summary>
    public void Plant()
    {
        for (var i = 0; i < Attempts; i++)
        {
            if (_draw.Draw(_truth.Tell) is not { } attack) { continue; }
            _script.Write(attack);
            _book.Begin(attack.Scene);
            return;
        }
    }
}
