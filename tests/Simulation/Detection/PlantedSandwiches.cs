using System.Buffers;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>Sandwiches that the simulator planted, found by topology over blocks that were read and decoded.</summary>
public sealed class PlantedSandwiches
{
    [Theory]
    [InlineData(101)]
    [InlineData(102)]
    [InlineData(103)]
    public void Every_planted_sandwich_is_found_with_its_class_and_its_money(int seed)
    {
        var (planted, found) = Run((ulong)seed, slots: 60);
        Assert.NotEmpty(planted);
        foreach (var truth in planted)
        {
            var finding = found.SingleOrDefault(f => f.Victims.Contains(truth.Signature));
            Assert.True(finding is not null, $"seed {seed}: {truth.Id} {truth.Class} in slot {truth.Slot} was not found");
            Assert.Equal((truth.Signer, truth.Pools[0]), (finding.Attacker, finding.Pool));
            Assert.Equal(truth.FeeLamports, finding.FeeLamports);
            Assert.Equal(truth.Net, finding.Net);
            Assert.True(finding.Gross >= truth.Gross, "shares of a fee that never pass the vault are other payments");
            Assert.True(truth.Class == "multi_slot" == (finding.Class == SandwichClass.MultiSlot), $"seed {seed}: {truth.Id} {truth.Class} is {finding.Class}");
        }
    }

    [Fact]
    public void All_classes_are_planted()
    {
        var classes = new[] { 101, 102, 103 }.SelectMany(seed => Run((ulong)seed, slots: 60).Planted).Select(t => t.Class).Distinct().Order();
        Assert.Equal(["classic", "multi_slot", "wide_block"], classes);
    }

    private sealed record Found(Pubkey Attacker, Pubkey Pool, SandwichClass Class, Int128 Gross, ulong FeeLamports, Int128? Net, Signature[] Victims);

    private static (List<TruthEntry> Planted, List<Found> Findings) Run(ulong seed, int slots)
    {
        var simulator = new Simulator(new SimulatorOptions
        {
            Seed = seed,
            Slots = slots,
            VotesPerBlock = 5,
            NonVotesPerBlock = 60,
            SandwichesPerThousandBlocks = 700,
        });
        var driver = new TopologyTestDriver(SandwichTopology.Build(1));
        var (json, reader, raw, decoder) = (new ArrayBufferWriter<byte>(1 << 20), new BlockReader(), new RawBlock(), new BlockDecoder());
        var planted = new List<TruthEntry>();
        while (true)
        {
            json.ResetWrittenCount();
            if (!simulator.TryNextBlock(json, out var slot)) { break; }
            planted.AddRange(slot.Truth.Where(t => t.Kind == TruthKind.Sandwich));
            if (slot.Skipped) { continue; }
            Assert.True(reader.Read(json.WrittenSpan, new DocumentOrigin("simulator", slot.Slot), raw).IsRead);
            var batch = driver.PoolOf(Topics.Blocks).Rent();
            decoder.Decode(raw, ref batch.Records.Add());
            batch.Slot = (long)slot.Slot;
            driver.Pipe(batch);
        }

        driver.Finish();
        return (planted, driver.ReadAll(Topics.Sandwiches, s => new Found(
            s.Attacker, s.Pool, s.Class, s.Gross, s.FeeLamports, s.Net, [.. s.Victims.Span.ToArray().Select(v => v.Signature)])));
    }
}
