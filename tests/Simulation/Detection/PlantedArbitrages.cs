using System.Buffers;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Processors.Topologies;
using Sluice.Streams;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>From a seed to blocks as JSON, through reader, decoder and topology: what is found is what was planted, with class and gain.</summary>
public class PlantedArbitrages
{
    public static TheoryData<ulong> Seeds { get; } = [.. Enumerable.Range(0, 20).Select(i => (ulong)(i * 7919) + 1)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Found_is_planted_and_nothing_else(ulong seed)
    {
        var (planted, found, rejected) = Run(seed);
        Assert.NotEmpty(planted);
        Assert.Equal(planted.Order(), found.Order());
        Assert.True(rejected > 0, $"seed {seed} plants no look-alikes");
    }

    private static (List<string> Planted, List<string> Found, long Rejected) Run(ulong seed)
    {
        var simulator = new Simulator(new SimulatorOptions
        {
            Seed = seed,
            Slots = 12,
            VotesPerBlock = 2,
            NonVotesPerBlock = 60,
            ArbitragesPerThousandBlocks = 4_000,
            LookAlikesPerThousandBlocks = 6_000,
        });
        var driver = new TopologyTestDriver(ArbitrageTopology.Build(version: 1), partitions: 2);
        var (reader, decoder, raw, json) = (new BlockReader(), new BlockDecoder(), new RawBlock(), new ArrayBufferWriter<byte>());
        var planted = new List<string>();
        while (simulator.TryNextBlock(json, out var slot))
        {
            if (json.WrittenCount == 0) { continue; } // skipped
            Assert.True(reader.Read(json.WrittenSpan, new DocumentOrigin("simulated", slot.Slot), raw).IsRead);
            json.Clear();
            var batch = driver.PoolOf(Topics.Blocks).Rent();
            batch.Slot = (long)slot.Slot;
            decoder.Decode(raw, ref batch.Records.Add());
            driver.Pipe(batch);
            planted.AddRange(slot.Truth.Where(t => t.Kind == TruthKind.Arbitrage).Select(t =>
                $"seed {seed} slot {t.Slot} {t.Index} {t.Signature} {t.Class.Replace("-", "", StringComparison.Ordinal)} {t.ProfitMint} {t.Gross} fee {t.FeeLamports} tip {t.TipLamports}"));
        }

        var found = driver.ReadAll(Topics.Arbitrages, a =>
            $"seed {seed} slot {a.Slot} {a.TxIndex} {a.Signature} {a.Class.ToString().ToLowerInvariant()} {a.ProfitMint} {a.Gross} fee {a.FeeLamports} tip {a.TipLamports}");
        return (planted, found, driver.ReadAll(Topics.Rejections, r => r.Count).Sum());
    }
}
