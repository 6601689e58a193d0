using Sluice.Lab;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Streams;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>An arbitrage right behind the trade that made it names that trade; one behind other trades names none.</summary>
public sealed class PlantedBackruns
{
    private static readonly Lazy<(List<TruthEntry> Truth, Dictionary<Signature, Signature?> Found, Dictionary<Pubkey, string> Venues)> Lazily = new(() =>
    {
        var (truth, found, venues) = (new List<TruthEntry>(), new Dictionary<Signature, Signature?>(), new Dictionary<Pubkey, string>());
        var rounds = new HashSet<Signature>();
        foreach (var seed in new ulong[] { 21, 22, 23, 24 })
        {
            var run = SimulatedRun.Of(
                new SimulatorOptions { Seed = seed, Slots = 60, VotesPerBlock = 2, NonVotesPerBlock = 60, ArbitragesPerThousandBlocks = 2_000, BackrunsPerThousandBlocks = 1_000 },
                ArbitrageTopology.Build(1));
            truth.AddRange(run.Truth.Where(t => t.Kind == TruthKind.Arbitrage));

            // Routes that end where they began are planted to be told from sandwiches; with a gain they are arbitrages.
            foreach (var route in run.Truth.Where(t => t.Class == "split_route_round")) { rounds.UnionWith(route.Legs.Select(l => l.Signature)); }
            foreach (var (signature, cause, legs) in run.Driver.ReadAll(
                Topics.Arbitrages, a => (a.Signature, a.CausedBySignature, a.Legs.Span.ToArray().Select(l => (l.Pool, l.Venue)).ToArray())))
            {
                if (!rounds.Contains(signature)) { found.Add(signature, cause); }
                foreach (var (pool, venue) in legs) { venues[pool] = venue; }
            }
        }

        return (truth, found, venues);
    });

    /// <summary>Venues whose transactions tell the pool's price around a swap; of the others a cause is told only where the swap did not leave the liquidity or the bins that it can be worked out from.</summary>
    private static readonly string[] Told = ["pumpswap", "raydium-amm-v4", "raydium-cpmm", "meteora-damm-v2", "orca-whirlpool"];

    [Fact]
    public void Every_arbitrage_is_found_and_nothing_else() =>
        Assert.Equal(Lazily.Value.Truth.Select(t => t.Signature.ToString()).Order(), Lazily.Value.Found.Keys.Select(k => k.ToString()).Order());

    [Fact]
    public void A_backruns_cause_is_found()
    {
        var backruns = Lazily.Value.Truth.Where(t => t.Tags.Contains("backrun")).ToArray();
        Assert.True(backruns.Length > 100);
        var missed = backruns.Where(t => Lazily.Value.Found[t.Signature] != t.Legs[0].Signature && Told.Contains(VenueOf(t)))
            .Select(t => $"slot {t.Slot} {t.Index} after {t.Legs[0].Index} on {VenueOf(t)}: {Lazily.Value.Found[t.Signature]}").ToArray();
        Assert.All(backruns.Where(t => Told.Contains(VenueOf(t))), t => Assert.NotNull(Lazily.Value.Found[t.Signature]));

        // Two trades that moved prices by nearly the same may change places: one is judged with the venue's fee in the reserves, the other without.
        Assert.True(missed.Length * 50 <= backruns.Length, string.Join("\n", missed));
    }

    [Fact]
    public void On_every_venue_causes_are_told_and_few_are_wrong()
    {
        var venues = Lazily.Value.Truth.Where(t => t.Tags.Contains("backrun")).GroupBy(VenueOf).Select(of => (
            Venue: of.Key, Planted: of.Count(), Right: of.Count(t => Lazily.Value.Found[t.Signature] == t.Legs[0].Signature),
            Wrong: of.Count(t => Lazily.Value.Found[t.Signature] is { } cause && cause != t.Legs[0].Signature))).ToArray();
        Assert.True(venues.Length >= 7, string.Join(", ", venues));
        Assert.All(venues, v => Assert.True(v.Right * 100 >= v.Planted * 40 && v.Wrong * 100 <= v.Planted * 10, v.ToString()));
    }

    [Theory]
    [InlineData("other_way")]
    [InlineData("other_pools")]
    public void An_arbitrage_behind_other_trades_has_no_cause(string tag)
    {
        var without = Lazily.Value.Truth.Where(t => t.Tags.Contains(tag)).ToArray();
        Assert.NotEmpty(without);
        Assert.All(without, t => Assert.Null(Lazily.Value.Found[t.Signature]));
    }

    private static string VenueOf(TruthEntry entry) => Lazily.Value.Venues[entry.Legs[0].Pool!.Value];
}
