using System.Text.Json;
using Sluice.Lab;
using Sluice.Lab.Cluster;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Simulation.Lab.Cluster;

/// <summary>Epoch boundaries and tips as they stand in blocks.</summary>
public sealed class EpochBlockTests
{
    private const ulong EpochSlots = 64;
    private const string TipPayment = "T1pyyaTNZsKv2WcRAB8oVnk93mLJw2XzjtVYqCsaHqt", TipDistributionProgram = "4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7";

    private static readonly SimulatorOptions Options = new()
    {
        Seed = 873,
        Slots = 200,
        FirstSlot = 377_136_000 - 40,
        VotesPerBlock = 20,
        NonVotesPerBlock = 40,
        SkippedPerMille = 100,
        TippedSwapsPerMille = 600,
        Cluster = new ClusterOptions { Validators = 60, EpochSlots = EpochSlots, StakeRewardsPerBlock = 50, DelinquentPerMille = 100, JitoPerMille = 800 },
    };

    private static readonly Lazy<(List<(SimulatedSlot Slot, JsonElement? Block, TruthEntry[] Truth)> Slots, RunTotals Totals)> Lazily =
        new(() => SimulatedBlocks.Run(Options));

    private static IEnumerable<(ulong Slot, JsonElement Block)> Blocks => Lazily.Value.Slots.Where(s => s.Block is not null).Select(s => (s.Slot.Slot, s.Block!.Value));

    private static IEnumerable<JsonElement> Rewards(JsonElement block, string type) =>
        block.GetProperty("rewards").EnumerateArray().Where(r => r.GetProperty("rewardType").GetString() == type);

    [Fact]
    public void The_first_block_of_an_epoch_pays_the_vote_accounts_and_says_how_many_blocks_pay_the_stakes()
    {
        ulong? epoch = null;
        var boundaries = 0;
        foreach (var (slot, block) in Blocks)
        {
            var isFirst = epoch is not null && slot / EpochSlots != epoch;
            epoch = slot / EpochSlots;
            Assert.Equal(isFirst, block.TryGetProperty("numRewardPartitions", out var partitions));
            Assert.Equal(isFirst, Rewards(block, "Voting").Any());
            Assert.Single(Rewards(block, "Fee"));
            if (!isFirst) { continue; }
            boundaries++;
            Assert.Equal(3, partitions.GetInt32()); // 120 stake accounts, 50 a block
        }

        Assert.Equal(3, boundaries);
    }

    [Fact]
    public void Stakes_are_paid_by_the_blocks_after_the_boundary_and_each_once()
    {
        var sinceBoundary = int.MaxValue;
        var paid = new HashSet<string>();
        foreach (var (_, block) in Blocks)
        {
            if (block.TryGetProperty("numRewardPartitions", out _))
            {
                sinceBoundary = 0;
                paid.Clear();
                Assert.Empty(Rewards(block, "Staking"));
                continue;
            }

            if (sinceBoundary < int.MaxValue) { sinceBoundary++; }
            Assert.Equal(sinceBoundary <= 3, Rewards(block, "Staking").Any());
            Assert.All(Rewards(block, "Staking"), r => Assert.True(paid.Add(r.GetProperty("pubkey").GetString()!)));
        }
    }

    [Fact]
    public void Commission_and_stakes_share_what_inflation_gives()
    {
        var paid = Blocks.SelectMany(b => Rewards(b.Block, "Voting").Concat(Rewards(b.Block, "Staking")))
            .Aggregate(UInt128.Zero, (sum, r) => sum + r.GetProperty("lamports").GetUInt64());
        Assert.Equal(Lazily.Value.Totals.InflationLamports, paid);
        var first = Options.FirstSlot / EpochSlots;
        var pool = Enumerable.Range(0, 3).Aggregate(UInt128.Zero, (sum, i) =>
            sum + Inflation.Pool((first + (ulong)i) * EpochSlots, EpochSlots, Options.Cluster.CapitalizationLamports));

        // Rounding costs a lamport an account and side; what was paid before makes the next pool a little larger.
        Assert.InRange((double)paid / (double)pool, 0.999_999, 1.000_1);
        Assert.All(
            Blocks.SelectMany(b => Rewards(b.Block, "Voting")).Where(r => r.GetProperty("commission").GetInt32() == 0),
            r => Assert.Equal(0UL, r.GetProperty("lamports").GetUInt64()));
        Assert.Contains(Blocks.SelectMany(b => Rewards(b.Block, "Voting")), r => r.GetProperty("lamports").GetUInt64() > 0);
    }

    [Fact]
    public void Balances_after_rewards_are_those_that_the_next_transactions_see()
    {
        var lamports = new Dictionary<string, ulong>();
        foreach (var (_, block) in Blocks)
        {
            foreach (var reward in block.GetProperty("rewards").EnumerateArray().Where(r => r.GetProperty("rewardType").GetString() != "Fee"))
            {
                var (key, after, paid) = (reward.GetProperty("pubkey").GetString()!, reward.GetProperty("postBalance").GetUInt64(), reward.GetProperty("lamports").GetUInt64());
                if (lamports.TryGetValue(key, out var before)) { Assert.Equal(before + paid, after); }
                lamports[key] = after;
            }

            foreach (var tx in block.Transactions().Select(t => new TransactionView(t)))
            {
                for (var i = 0; i < tx.Keys.Length; i++)
                {
                    if (lamports.TryGetValue(tx.Keys[i], out var known)) { Assert.Equal(known, tx.Before[i]); }
                    lamports[tx.Keys[i]] = tx.After[i];
                }
            }

            var fee = Rewards(block, "Fee").Single();
            lamports[fee.GetProperty("pubkey").GetString()!] = fee.GetProperty("postBalance").GetUInt64();
        }
    }

    [Fact]
    public void Tips_drained_are_tips_paid_less_what_still_waits()
    {
        var (_, totals) = Lazily.Value;
        UInt128 paid = 0, drained = 0, waiting = 0;
        foreach (var (_, block) in Blocks)
        {
            foreach (var tx in block.Transactions().Select(t => new TransactionView(t)).Where(t => !t.Failed))
            {
                var cranks = tx.Outer.Any(ix => ix.Program == TipPayment);
                foreach (var tip in WellKnownTips)
                {
                    var at = Array.IndexOf(tx.Keys, tip);
                    if (at < 0) { continue; }
                    if (cranks)
                    {
                        drained += tx.Before[at] - tx.After[at];
                        Assert.Equal(TipPayments.TipAccountRent, tx.After[at]);
                    }
                    else
                    {
                        paid += tx.After[at] - tx.Before[at];
                    }
                }

                if (cranks) { waiting = 0; } else { waiting += Gains(tx); }
            }
        }

        Assert.True(drained > 0);
        Assert.Equal(paid, drained + waiting);
        Assert.Equal(totals.TipsLamports, paid);
        Assert.Equal(totals.TipsToReceiversLamports + totals.TipsToBuilderLamports, drained);
    }

    [Fact]
    public void A_crank_pays_the_builder_its_share_and_the_old_receiver_the_rest()
    {
        string? receiver = null;
        var cranks = 0;
        foreach (var (slot, block) in Blocks)
        {
            var leader = Lazily.Value.Slots.Single(s => s.Slot.Slot == slot).Slot.Leader.ToString();
            foreach (var tx in block.Transactions().Select(t => new TransactionView(t)))
            {
                var change = tx.Outer.FirstOrDefault(ix => ix.Program == TipPayment && Convert.ToHexStringLower(ix.Data.AsSpan(0, 8)) == "456316470be7568f");
                if (change is null) { continue; }
                cranks++;
                var (old, next, builder) = (change.Accounts[1], change.Accounts[2], change.Accounts[3]);
                if (receiver is not null) { Assert.Equal(receiver, tx.Keys[old]); }
                receiver = tx.Keys[next];
                Assert.Equal(leader, tx.Keys[change.Accounts[12]]);
                Assert.Equal(tx.Before[next], tx.After[next]);
                var total = change.Accounts[4..12].Aggregate(0UL, (sum, at) => sum + tx.Before[at] - tx.After[at]);
                Assert.Equal(total * 5 / 100, tx.After[builder] - tx.Before[builder]);
                Assert.Equal(total - (total * 5 / 100), tx.After[old] - tx.Before[old]);
            }
        }

        Assert.InRange(cranks, 10, 60);
    }

    [Fact]
    public void A_tip_distribution_account_is_made_where_its_seeds_say()
    {
        var made = 0;
        foreach (var (slot, block) in Blocks)
        {
            foreach (var tx in block.Transactions().Select(t => new TransactionView(t)))
            {
                var ix = tx.Outer.FirstOrDefault(i => i.Program == TipDistributionProgram);
                if (ix is null) { continue; }
                made++;
                var vote = Schemas.Chain.Pubkey.Parse(tx.Keys[ix.Accounts[2]]);
                var (address, bump) = ProgramAddress.Find(
                    Schemas.Chain.Pubkey.Parse(TipDistributionProgram), "TIP_DISTRIBUTION_ACCOUNT"u8.ToArray(), vote.Bytes.ToArray(), BitConverter.GetBytes(slot / EpochSlots));
                Assert.Equal(address.ToString(), tx.Keys[ix.Accounts[1]]);
                Assert.Equal(bump, ix.Data[^1]);
                Assert.Equal(2_060_160UL, tx.After[ix.Accounts[1]]);
            }
        }

        Assert.True(made > 10);
    }

    private static UInt128 Gains(TransactionView tx) => WellKnownTips.Select(tip => Array.IndexOf(tx.Keys, tip)).Where(at => at >= 0)
        .Aggregate(UInt128.Zero, (sum, at) => sum + tx.After[at] - tx.Before[at]);

    private static readonly string[] WellKnownTips =
    [
        "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5", "HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe",
        "Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY", "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49",
        "DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh", "ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt",
        "DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL", "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT",
    ];
}
