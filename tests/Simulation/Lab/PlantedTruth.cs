using Sluice.Lab;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>What the truth says about planted transactions is what their balances say.</summary>
public sealed class PlantedTruth
{
    private const string Sol = TransactionView.WrappedSol;
    private const string Usdc = "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v";
    private const string Usdt = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB";

    private static readonly Lazy<List<(TruthEntry Truth, TransactionView Tx, int Slots)>> Lazily = new(() =>
    {
        var planted = new List<(TruthEntry, TransactionView, int)>();
        foreach (var seed in new ulong[] { 3, 77, 4_000_000_007 })
        {
            var (slots, totals) = SimulatedBlocks.Run(new SimulatorOptions
            {
                Seed = seed,
                Slots = 25,
                VotesPerBlock = 5,
                NonVotesPerBlock = 120,
                ArbitragesPerThousandBlocks = 12_000,
                LookAlikesPerThousandBlocks = 14_000,
                JitPerThousandBlocks = 0,
                SandwichesPerThousandBlocks = 0, // of several transactions, which are looked at elsewhere
                LiquidationsPerThousandBlocks = 0,
                LendingPerThousandBlocks = 0,
                AttemptsPerThousandBlocks = 0,
                SandwichLookAlikesPerThousandBlocks = 0,
                SpamTurnsPerMille = 0,
            });
            var counted = 0;
            foreach (var (slot, block, truth) in slots)
            {
                foreach (var entry in truth)
                {
                    counted++;
                    if (entry.LookAlikeOf.Contains(TruthKind.Sandwich)) { continue; }
                    planted.Add((entry, new TransactionView(block!.Value.GetProperty("transactions")[entry.Index]), slots.Count));
                    Assert.Equal(slot.Slot, entry.Slot);
                }
            }

            Assert.Equal((ulong)counted, totals.CountOf(TruthKind.Arbitrage) + totals.CountOf(TruthKind.LookAlike));
        }

        return planted;
    });

    private static IEnumerable<(TruthEntry Truth, TransactionView Tx)> Arbitrages =>
        Lazily.Value.Where(p => p.Truth.Kind == TruthKind.Arbitrage).Select(p => (p.Truth, p.Tx));

    private static IEnumerable<(TruthEntry Truth, TransactionView Tx)> LookAlikes =>
        Lazily.Value.Where(p => p.Truth.Kind == TruthKind.LookAlike).Select(p => (p.Truth, p.Tx));

    [Fact]
    public void An_entry_names_the_transaction_at_its_index() => Assert.All(Lazily.Value, p =>
    {
        Assert.Equal(p.Tx.Signature, p.Truth.Signature.ToString());
        Assert.Equal(p.Tx.Keys[0], p.Truth.Signer.ToString());
        Assert.Equal(p.Tx.Fee, p.Truth.FeeLamports);
        Assert.All(p.Truth.Pools, pool => Assert.Contains(pool.ToString(), p.Tx.Keys));
    });

    [Fact]
    public void Every_class_route_and_label_is_planted()
    {
        Assert.Equal(["cross-pair", "cyclic", "long-tail", "stable"], Arbitrages.Select(p => p.Truth.Class).Distinct().Order());
        Assert.Equal(["direct", "jupiter", "program"], Arbitrages.Select(p => p.Truth.Route).Distinct().Order());
        Assert.Equal([2, 3, 4], Arbitrages.Where(p => p.Truth.Class == "cyclic").Select(p => p.Truth.Pools.Count).Distinct().Order());
        Assert.Contains(Arbitrages, p => p.Truth.FlashLoan);
        Assert.Contains(Arbitrages, p => p.Truth.TipLamports == 0);
        Assert.Contains(Arbitrages, p => p.Truth.TipLamports > 0);
        Assert.Equal(
            [
                "airdrop-beside-swap", "dollar-route-at-loss", "liquidity-around-swap", "round-trip-loss",
                "route-from-native-sol", "route-to-native-sol", "split-route", "staking-deposit", "swap-with-referral",
                "user-route", "volume-bot",
            ],
            LookAlikes.Select(p => p.Truth.Class).Distinct().Order());
    }

    [Fact]
    public void The_gross_gain_of_an_arbitrage_is_what_the_signers_balances_gained() => Assert.All(Arbitrages, p =>
    {
        Assert.False(p.Tx.Failed);
        var gains = p.Tx.GainsOf(p.Tx.Keys[0]);
        gains[Sol] = gains.GetValueOrDefault(Sol) + p.Truth.TipLamports;
        var mint = p.Truth.ProfitMint!.Value.ToString();
        var gained = gains[mint];
        gains.Remove(mint);
        if (p.Truth.Class == "stable")
        {
            var other = mint == Usdc ? Usdt : Usdc;
            gained += gains[other];
            gains.Remove(other);
        }

        Assert.Equal(p.Truth.Gross, gained);
        Assert.All(gains, rest => Assert.Equal(Int128.Zero, rest.Value));
    });

    [Fact]
    public void An_arbitrage_keeps_more_than_a_third_of_its_gain_or_its_fee_took_all_of_it()
    {
        var inSol = Arbitrages.Where(p => p.Truth.Net is not null).ToArray();
        Assert.NotEmpty(inSol);
        Assert.All(inSol, p =>
        {
            Assert.Equal(p.Truth.Gross - p.Truth.FeeLamports - p.Truth.TipLamports, p.Truth.Net);
            Assert.True(p.Truth.Net * 3 > p.Truth.Gross || (p.Truth.Net < 0 && p.Truth.TipLamports == 0));
        });

        // Liquidity in ranges and bins makes a gain rise unevenly with the amount, so that now and then the smallest amount that was found gains more.
        Assert.True(inSol.Count(p => p.Truth.Gross >= 300_000_000) * 100 <= inSol.Length, "gains are at most forty dollars");

        Assert.Contains(inSol, p => p.Truth.Net < 0);

        // In other mints there is no net; a dollar is worth more than four million lamports throughout.
        Assert.All(Arbitrages.Where(p => p.Truth.ProfitMint.ToString() is Usdc or Usdt), p =>
            Assert.True(p.Truth.Gross * 4 > (Int128)(p.Truth.FeeLamports + p.Truth.TipLamports)));
    }

    [Fact]
    public void The_pools_of_one_arbitrage_are_different_ones() =>
        Assert.All(Arbitrages, p => Assert.Equal(p.Truth.Pools.Count, p.Truth.Pools.Distinct().Count()));

    [Fact]
    public void A_look_alike_has_no_gain_that_its_wallet_did_not_pay_for() => Assert.All(LookAlikes, p =>
    {
        var gains = p.Tx.GainsOf(p.Tx.Keys[0]);
        switch (p.Truth.Class)
        {
            case "airdrop-beside-swap":
                Assert.All(gains, gain => Assert.True(gain.Value > 0));
                break;
            case "dollar-route-at-loss":
                Assert.True(gains[Usdc] + gains[Usdt] < 0);
                break;
            default:
                Assert.False(p.Tx.Failed);
                Assert.Contains(gains, gain => gain.Value < 0);
                break;
        }

        if (p.Truth.Class is "round-trip-loss" or "volume-bot")
        {
            Assert.Equal(0UL, p.Truth.TipLamports);
            Assert.All(gains, gain => Assert.True(gain.Value < 0));
        }
    });
}
