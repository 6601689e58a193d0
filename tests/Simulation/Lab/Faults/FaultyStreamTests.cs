using System.Security.Cryptography;
using System.Text.Json;
using Sluice.Lab;
using Sluice.Lab.Faults;

namespace Sluice.Tests.Simulation.Lab.Faults;

/// <summary>The chain as a reader gets it when things go wrong.</summary>
public sealed class FaultyStreamTests
{
    private static readonly SimulatorOptions Chain = new()
    {
        Seed = 77,
        Slots = 300,
        VotesPerBlock = 6,
        NonVotesPerBlock = 12,
        Users = 200,
        SkippedPerMille = 80,
        Cluster = new Sluice.Lab.Cluster.ClusterOptions { Validators = 30, EpochSlots = 128 },
    };

    private static readonly FaultOptions Faults = new()
    {
        Seed = 5,
        DuplicatedPerMille = 100,
        LatePerMille = 100,
        MissingPerMille = 100,
        ReorderedPerMille = 100,
        ForksPerThousandSlots = 12,
    };

    private static readonly Lazy<List<(ulong Now, Delivery Delivery)>> Deliveries = new(() => Run(Faults).Deliveries);
    private static readonly Lazy<Dictionary<ulong, byte[]>> Clean = new(() =>
        Run(new FaultOptions()).Deliveries.ToDictionary(d => d.Delivery.Block.Slot, d => d.Delivery.Block.Json));

    private static (List<(ulong Now, Delivery Delivery)> Deliveries, FaultyStream Stream) Run(FaultOptions faults)
    {
        var stream = new FaultyStream(new Simulator(Chain), faults);
        var (all, arrived) = (new List<(ulong, Delivery)>(), new List<Delivery>());
        while (stream.TryNext(arrived)) { all.AddRange(arrived.Select(d => (stream.Now, d))); }
        return (all, stream);
    }

    [Fact]
    public void Without_faults_the_stream_is_the_chain() =>
        Assert.Equal(SHA256.HashData(SimulatedBlocks.Bytes(Chain)), SHA256.HashData([.. Clean.Value.OrderBy(b => b.Key).SelectMany(b => b.Value)]));

    [Fact]
    public void The_same_seed_gives_the_same_faults()
    {
        static string Text(IEnumerable<(ulong Now, Delivery Delivery)> all) =>
            string.Join('\n', all.Select(d => $"{d.Now} {d.Delivery.Fault} {d.Delivery.Block.Slot} {d.Delivery.Block.Blockhash} {Convert.ToHexString(SHA256.HashData(d.Delivery.Block.Json))}"));
        Assert.Equal(Text(Deliveries.Value), Text(Run(Faults).Deliveries));
        Assert.NotEqual(Text(Deliveries.Value), Text(Run(new FaultOptions { Seed = 6, LatePerMille = 100, MissingPerMille = 100 }).Deliveries));
    }

    [Fact]
    public void Every_kind_of_fault_happens()
    {
        var all = Deliveries.Value;
        Assert.All(Enum.GetValues<DeliveryFault>().Where(f => f != DeliveryFault.Missing), fault => Assert.Contains(all, d => d.Delivery.Fault == fault));
        Assert.Contains(all, d => d.Delivery.Block.IsFork);
        Assert.Contains(Clean.Value.Keys, slot => all.All(d => d.Delivery.Block.Slot != slot));
        Assert.Contains(all, d => d.Delivery.Fault == DeliveryFault.Late && d.Now > d.Delivery.Block.Slot);
        Assert.Contains(all.Zip(all.Skip(1)), pair => pair.First.Delivery.Block.Slot > pair.Second.Delivery.Block.Slot);
    }

    [Fact]
    public void A_fork_hangs_together_and_its_blocks_are_not_the_true_ones()
    {
        var forks = Deliveries.Value.Select(d => d.Delivery.Block).Where(b => b.IsFork).DistinctBy(b => b.Blockhash).ToDictionary(b => b.Blockhash);
        Assert.True(forks.Count > 10);
        var hashes = Clean.Value.Values.Select(json => JsonDocument.Parse(json).RootElement.GetProperty("blockhash").GetString()!).ToHashSet();
        Assert.All(forks.Values, b => Assert.DoesNotContain(b.Blockhash, hashes));
        Assert.All(forks.Values, b => Assert.True(b.ParentSlot < b.Slot));
        var plan = new FaultPlan(Faults);
        foreach (var block in forks.Values)
        {
            var fork = plan.ForkAt(block.Slot)!.Value;
            Assert.InRange(fork.End - fork.First, 1UL, 32UL);

            // Where the parent was delivered, it is the fork's own, or the last true block before it.
            if (forks.TryGetValue(block.PreviousBlockhash, out var parent)) { Assert.Equal(block.ParentSlot, parent.Slot); }
            else if (block.ParentSlot < fork.First) { Assert.Contains(block.PreviousBlockhash, hashes); }
        }
    }

    [Fact]
    public void A_block_of_a_fork_is_sound_in_itself()
    {
        foreach (var block in Deliveries.Value.Select(d => d.Delivery.Block).Where(b => b.IsFork).DistinctBy(b => b.Blockhash))
        {
            var root = JsonDocument.Parse(block.Json).RootElement;
            Assert.Equal(block.Slot, Math.Max(block.Slot, root.GetProperty("parentSlot").GetUInt64() + 1));
            Assert.Equal(block.Transactions, root.GetProperty("transactions").GetArrayLength());
            ulong baseFees = 0, priority = 0;
            foreach (var tx in root.Transactions().Select(t => new TransactionView(t)))
            {
                baseFees += 5_000UL * (ulong)tx.Signers;
                priority += tx.Fee - (5_000UL * (ulong)tx.Signers);
            }

            var fee = root.GetProperty("rewards").EnumerateArray().Single(r => r.GetProperty("rewardType").GetString() == "Fee");
            Assert.Equal((baseFees / 2) + priority, fee.GetProperty("lamports").GetUInt64());
        }
    }

    [Fact]
    public void Transactions_of_a_fork_land_in_other_slots_than_on_the_true_chain()
    {
        var slotOf = new Dictionary<string, ulong>();
        foreach (var (slot, json) in Clean.Value)
        {
            foreach (var tx in JsonDocument.Parse(json).RootElement.Transactions()) { slotOf[new TransactionView(tx).Signature] = slot; }
        }

        var (same, other) = (0, 0);
        foreach (var block in Deliveries.Value.Select(d => d.Delivery.Block).Where(b => b.IsFork).DistinctBy(b => b.Blockhash))
        {
            foreach (var tx in JsonDocument.Parse(block.Json).RootElement.Transactions())
            {
                if (slotOf[new TransactionView(tx).Signature] == block.Slot) { same++; } else { other++; }
            }
        }

        Assert.True(same > 20 && other > 20, $"{same} in the same slot, {other} in another");
    }

    /// <summary>
    /// What a reader has to do: keep what comes, follow the hashes back from the last block, fetch what is not there. That gives the true chain.
    /// </summary>
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    public void The_clean_chain_can_be_rebuilt_from_the_faulty_stream_and_fetches(ulong seed)
    {
        var (deliveries, stream) = Run(FaultOptions.Every(seed, perMille: 150));
        var held = new Dictionary<string, ChainBlock>();
        foreach (var (_, delivery) in deliveries) { held[delivery.Block.Blockhash] = delivery.Block; }
        var last = Chain.FirstSlot + (ulong)Chain.Slots - 1;
        ChainBlock? at = null;
        for (var slot = last; at is null; slot--) { at = stream.TryFetch(slot, out _); }
        var (rebuilt, fetched) = (new Dictionary<ulong, byte[]>(), 0);
        while (at is not null)
        {
            rebuilt.Add(at.Slot, at.Json);
            if (at.ParentSlot < Chain.FirstSlot) { break; }
            if (!held.TryGetValue(at.PreviousBlockhash, out var parent))
            {
                parent = stream.TryFetch(at.ParentSlot, out var isSkipped)!;
                Assert.False(isSkipped, $"seed {seed}: slot {at.ParentSlot} is a parent and yet skipped");
                fetched++;
            }

            Assert.Equal(at.PreviousBlockhash, parent.Blockhash);
            at = parent;
        }

        Assert.Equal(Clean.Value.Keys.Order(), rebuilt.Keys.Order());
        Assert.All(rebuilt, b => Assert.Equal(Clean.Value[b.Key], b.Value));
        Assert.InRange(fetched, 1, rebuilt.Count / 2);
    }

    [Fact]
    public void Requests_fail_as_often_as_asked_and_in_every_way()
    {
        var plan = new FaultPlan(FaultOptions.Every(3, perMille: 100));
        var counts = Enumerable.Range(0, 10_000).Select(i => plan.OfRequest((ulong)i)).CountBy(f => f.Fault).ToDictionary();
        Assert.InRange(counts[RequestFault.RateLimited], 850, 1_150);
        Assert.InRange(counts[RequestFault.Timeout], 60, 140);
        Assert.InRange(counts[RequestFault.None], 5_600, 6_200);
        Assert.Equal(6, counts.Count);
    }

    [Fact]
    public void Rates_that_cannot_be_are_refused() => Assert.Contains(
        "MissingPerMille",
        Assert.Throws<ArgumentOutOfRangeException>(() => new FaultPlan(new FaultOptions { LatePerMille = 600, MissingPerMille = 600 })).Message,
        StringComparison.Ordinal);
}
