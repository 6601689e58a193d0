using Sluice.Lab;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>What the truth says about planted sandwiches and their look-alikes is what the balances in the blocks say.</summary>
public sealed class PlantedSandwichTruth
{
    private const string Sol = TransactionView.WrappedSol;

    private static readonly Lazy<(List<TruthEntry> Truth, Dictionary<string, (ulong Slot, int Index, TransactionView Tx)> Blocks)> Lazily = new(() =>
    {
        var truth = new List<TruthEntry>();
        var blocks = new Dictionary<string, (ulong, int, TransactionView)>();
        foreach (var seed in new ulong[] { 11, 12 })
        {
            foreach (var (slot, block, planted) in SimulatedBlocks.Run(SimulatorOptions.ForEvaluation(seed, 260)).Slots)
            {
                truth.AddRange(planted);
                if (block is not { } json) { continue; }
                var index = 0;
                foreach (var transaction in json.Transactions())
                {
                    var view = new TransactionView(transaction);
                    blocks.Add(view.Signature, (slot.Slot, index++, view));
                }
            }
        }

        return (truth, blocks);
    });

    private static TruthEntry[] Sandwiches => [.. Lazily.Value.Truth.Where(t => t.Kind == TruthKind.Sandwich)];

    private static TruthEntry[] LookAlikes => [.. Lazily.Value.Truth.Where(t => t.LookAlikeOf.Contains(TruthKind.Sandwich))];

    [Fact]
    public void Every_class_tag_route_and_evasion_is_planted()
    {
        Assert.Equal(["classic", "multi_slot", "wide_block"], Sandwiches.Select(t => t.Class).Distinct().Order());
        Assert.Equal(["direct", "jupiter", "program"], Sandwiches.Select(t => t.Route).Distinct().Order());
        Assert.Superset(
            new HashSet<string> { "bundle", "dontfront", "failed", "multi_leg", "multi_victim", "token_2022", "transfer_fee" },
            Sandwiches.SelectMany(t => t.Tags).ToHashSet());
        Assert.Equal(
            [
                "authority_hop", "cross_pool", "decoy_trades", "partial_unwind", "route_victim", "several_leaders", "split_back", "transfer_bridge",
                "wallet_split",
            ],
            Sandwiches.SelectMany(t => t.Evasions).Distinct().Order());
        Assert.Contains(Sandwiches, t => t.ProfitMint.ToString() == Sol && t.Net > 0);
        Assert.Contains(Sandwiches, t => t.ProfitMint.ToString() != Sol);
        Assert.Contains(Sandwiches, t => t.Victims.Count >= 10);
    }

    [Fact]
    public void Every_look_alike_is_planted() => Assert.Superset(
        new HashSet<string>
        {
            "backrun_only", "copy_trader", "liquidity_around_trade", "market_maker", "no_headroom", "opposite_bracket", "router_fee_account",
            "second_leg_elsewhere", "self_rotation", "split_route_round", "three_buyer_momentum", "two_hops_twice", "unequal_inventory", "wash_ring",
        },
        LookAlikes.Select(t => t.Class).ToHashSet());

    [Fact]
    public void Legs_stand_in_the_blocks_with_the_amounts_of_the_balances() => Assert.All(Sandwiches, t =>
    {
        foreach (var leg in t.Legs)
        {
            var (slot, index, tx) = Lazily.Value.Blocks[leg.Signature.ToString()];
            Assert.Equal((leg.Slot, leg.Index), (slot, index));
            Assert.False(tx.Failed);
            Assert.Equal(tx.Keys[0], leg.Signer.ToString());
            if (leg.Role is not (TruthRole.Front or TruthRole.Back)) { continue; }
            var gains = tx.GainsOf(leg.Signer.ToString());
            gains[Sol] = gains.GetValueOrDefault(Sol) + TipOf(tx);
            Assert.Equal(-(Int128)leg.AmountIn, gains[leg.MintIn.ToString()!]);
            Assert.Equal((Int128)leg.AmountOut, gains[leg.MintOut.ToString()!]);
        }

        Assert.Equal(t.Legs.OrderBy(l => (l.Slot, l.Index)).Select(l => l.Signature), t.Legs.Select(l => l.Signature));
    });

    [Fact]
    public void Victims_lost_between_the_legs_and_are_none_of_the_attackers() => Assert.All(Sandwiches, t =>
    {
        Assert.NotEmpty(t.Victims);
        Assert.Equal(t.Victims[0].Signature, t.Signature);
        Assert.Equal(t.Victims.Select(v => v.Signature), t.Legs.Where(l => l.Role == TruthRole.Victim).Select(l => l.Signature));
        var (front, back) = (t.Legs.First(l => l.Role == TruthRole.Front), t.Legs.Last(l => l.Role == TruthRole.Back));
        foreach (var leg in t.Legs.Where(l => l.Role == TruthRole.Victim))
        {
            Assert.True((front.Slot, front.Index).CompareTo((leg.Slot, leg.Index)) < 0 && (leg.Slot, leg.Index).CompareTo((back.Slot, back.Index)) < 0);
            Assert.Equal((front.Pool, front.MintIn, front.MintOut), (leg.Pool, leg.MintIn, leg.MintOut));
            Assert.DoesNotContain(leg.Signer, t.Wallets);
        }

        Assert.All(t.Victims, v => Assert.True(v.Loss is null || v.Loss > 0));
    });

    [Fact]
    public void Nearly_all_losses_are_known_exactly()
    {
        var victims = Sandwiches.SelectMany(t => t.Victims).ToArray();
        Assert.True(victims.Count(v => v.Loss is not null) * 100 > victims.Length * 95);
    }

    [Fact]
    public void Profit_is_what_came_in_less_what_went_out_and_its_costs() => Assert.All(Sandwiches, t =>
    {
        Int128 Sum(TruthRole role, bool paid) => t.Legs.Where(l => l.Role == role).Aggregate(Int128.Zero, (sum, l) => sum + (paid ? l.AmountIn : l.AmountOut));
        var gross = Sum(TruthRole.Back, paid: false) - Sum(TruthRole.Front, paid: true);
        if (t.Evasions.Contains("partial_unwind"))
        {
            Assert.True(t.Gross > gross, "what was kept is worth something");
            Assert.True(Sum(TruthRole.Back, paid: true) * 100 < Sum(TruthRole.Front, paid: false) * 95);
        }
        else if (!t.Evasions.Contains("transfer_bridge"))
        {
            Assert.Equal(gross, t.Gross);
            Assert.Equal(Sum(TruthRole.Front, paid: false), Sum(TruthRole.Back, paid: true));
        }

        var own = t.Legs.Where(l => l.Role != TruthRole.Victim).Select(l => Lazily.Value.Blocks[l.Signature.ToString()].Tx).DistinctBy(tx => tx.Signature).ToArray();
        Assert.Equal(own.Aggregate(0UL, (sum, tx) => sum + tx.Fee), t.FeeLamports);
        Assert.Equal(own.Aggregate(Int128.Zero, (sum, tx) => sum + TipOf(tx)), (Int128)t.TipLamports);
        Assert.Equal(t.ProfitMint.ToString() == Sol ? t.Gross - t.FeeLamports - t.TipLamports : null, t.Net);
        Assert.Equal((t.Net ?? t.Gross) < 0, t.Tags.Contains("failed"));
    });

    [Fact]
    public void All_legs_lie_in_one_window() => Assert.All(Sandwiches, t =>
    {
        // A leader's turn of four slots, the one before it and the one behind it.
        var (first, last) = (t.Legs[0].Slot, t.Legs[^1].Slot);
        Assert.True(last <= ((first + 1) / 4 * 4) + 4);
        Assert.Equal(first != last, t.Class == "multi_slot");
    });

    [Fact]
    public void Legs_of_look_alikes_stand_in_the_blocks() => Assert.All(LookAlikes, t => Assert.All(t.Legs, leg =>
    {
        var (slot, index, tx) = Lazily.Value.Blocks[leg.Signature.ToString()];
        Assert.Equal((leg.Slot, leg.Index), (slot, index));
        Assert.False(tx.Failed);
        Assert.Contains(leg.Pool.ToString(), tx.Keys);
    }));

    /// <summary>What the transaction's tip accounts gained.</summary>
    private static Int128 TipOf(TransactionView tx)
    {
        Int128 tip = 0;
        for (var i = 0; i < tx.Keys.Length; i++)
        {
            if (Tips.Contains(tx.Keys[i])) { tip += (Int128)tx.After[i] - tx.Before[i]; }
        }

        return tip;
    }

    private static readonly HashSet<string> Tips =
    [
        "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5", "HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe", "Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY",
        "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49", "DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh", "ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt",
        "DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL", "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT",
    ];
}
