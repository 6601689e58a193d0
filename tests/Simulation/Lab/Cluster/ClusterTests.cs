using Sluice.Lab;
using Sluice.Lab.Chain;
using Sluice.Lab.Cluster;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Simulation.Lab.Cluster;

/// <summary>Leaders, stakes and derived addresses, without blocks.</summary>
public sealed class ClusterTests
{
    private const ulong FirstSlot = 377_136_000;

    private static (ClusterState State, LeaderSchedule Leaders, World World) Make(ulong seed, ClusterOptions? options = null)
    {
        options ??= new ClusterOptions();
        var world = new World(seed);
        var state = new ClusterState(world, new ValidatorSet(world, seed, options), options, FirstSlot, new RunTotals());
        return (state, new LeaderSchedule(seed, state, skippedPerMille: 20), world);
    }

    [Fact]
    public void A_leader_has_four_slots_in_a_row()
    {
        var (_, leaders, _) = Make(3);
        var groups = 0;
        for (var slot = FirstSlot; slot < FirstSlot + 4_000; slot += 4)
        {
            var leader = leaders.LeaderOf(slot);
            Assert.All([1UL, 2UL, 3UL], i => Assert.Same(leader, leaders.LeaderOf(slot + i)));
            if (leader != leaders.LeaderOf(slot + 4)) { groups++; }
        }

        Assert.True(groups > 900, $"only {groups} groups of a thousand are followed by another leader");
    }

    [Fact]
    public void Leaders_are_drawn_by_stake()
    {
        var (state, leaders, _) = Make(4);
        var turns = new int[state.Validators.All.Length];
        const int Groups = 100_000;
        for (var i = 0UL; i < Groups; i++) { turns[leaders.LeaderOf(FirstSlot + (4 * i)).Number]++; }
        var stakes = state.StakesOf(state.Epoch)!;
        for (var i = 0; i < 50; i++)
        {
            var expected = Groups * (double)stakes.ByValidator[i] / stakes.Total;
            Assert.InRange(turns[i], expected - (6 * Math.Sqrt(expected)), expected + (6 * Math.Sqrt(expected)));
        }
    }

    [Fact]
    public void Stakes_are_as_uneven_as_mainnets()
    {
        var stakes = Make(5).State.StakesOf(873)!;
        ulong Largest(int count) => stakes.ByValidator.Order().TakeLast(count).Aggregate(0UL, (sum, x) => sum + x);
        Assert.InRange(stakes.Total / 1e9, 390e6, 460e6); // 413.5 million SOL
        Assert.InRange(Largest(1) / (double)stakes.Total, 0.028, 0.038); // 3.4 %
        Assert.InRange(Largest(20) / (double)stakes.Total, 0.30, 0.36); // 33.7 %
        Assert.InRange(Largest(100) / (double)stakes.Total, 0.67, 0.73); // 70.1 %
    }

    [Fact]
    public void Most_stake_is_with_jito_clients()
    {
        var all = Make(6).State.Validators.All;
        Assert.InRange(all.Count(v => v.MevCommissionBps is not null) / (double)all.Length, 0.93, 0.975);
        Assert.All(all.Where(v => v is { Commission: 100, MevCommissionBps: not null }), v => Assert.Equal(10_000, (int)v.MevCommissionBps!));
        Assert.All(all.Where(v => v.IsDelinquent), v => Assert.True(v.Number >= all.Length / 2));
    }

    [Fact]
    public void Leaders_of_the_epoch_after_next_are_not_drawn_yet()
    {
        var (_, leaders, _) = Make(7);
        leaders.LeaderOf(FirstSlot + (2 * 432_000) - 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => leaders.LeaderOf(FirstSlot + (2 * 432_000)));
    }

    /// <summary>Addresses that Jito's documents list.</summary>
    [Theory]
    [InlineData("TIP_ACCOUNT_0", "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5")]
    [InlineData("TIP_ACCOUNT_3", "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49")]
    [InlineData("TIP_ACCOUNT_7", "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT")]
    [InlineData("CONFIG_ACCOUNT", "HgzT81VF1xZ3FT9Eq1pHhea7Wcfq2bv4tWTP3VvJ8Y9D")]
    public void Program_addresses_are_derived_as_the_chain_does(string seed, string address)
    {
        var program = Pubkey.Parse("T1pyyaTNZsKv2WcRAB8oVnk93mLJw2XzjtVYqCsaHqt");
        Assert.Equal(address, ProgramAddress.Find(program, System.Text.Encoding.ASCII.GetBytes(seed)).Address.ToString());
    }

    [Fact]
    public void Inflation_is_that_of_a_real_epoch()
    {
        // Epoch 796 as the snapshot of its last slot has it.
        const ulong First = 796 * 432_000;
        Assert.Equal(0.044981248362494335, Inflation.RateAt(First), 14);
        var pool = Inflation.Pool(First, 432_000, 602_119_218_089_412_812);
        Assert.InRange((Int128)pool - 148_307_474_694_131, -100, 100);
        Assert.Equal(0.015, Inflation.RateAt(64_368_000 + (20 * 78_892_315UL)));
        Assert.Equal(0.08, Inflation.RateAt(0));
    }

    [Fact]
    public void Options_out_of_range_are_named() => Assert.Contains(
        "EpochSlots", Assert.Throws<ArgumentOutOfRangeException>(() => new ClusterOptions { EpochSlots = 34 }.Check()).Message, StringComparison.Ordinal);

    [Fact]
    public void A_tip_distribution_account_has_the_layout_of_the_program()
    {
        var vote = new Prng(1).Key();
        var data = new byte[TipDistribution.Size];
        new TipDistribution(0, 0, vote, new Prng(2).Key(), 873, 800, 883, 254).Write(data);
        Assert.Equal("554071C6EA5E787B", Convert.ToHexString(data[..8])); // sha256("account:TipDistributionAccount")
        Assert.Equal(vote, new Pubkey(data.AsSpan(8, 32)));
        Assert.Equal(0, data[72]);
        Assert.Equal(873UL, BitConverter.ToUInt64(data, 73));
        Assert.Equal(800, (int)BitConverter.ToUInt16(data, 81));
        Assert.Equal(883UL, BitConverter.ToUInt64(data, 83));
        Assert.Equal(254, data[91]);
    }
}
