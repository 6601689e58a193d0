using System.Buffers;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Streams;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>A seed's blocks as JSON, through reader, decoder and a topology; and the truth of the run.</summary>
internal static class SimulatedRun
{
    /// <summary>Runs to the end and closes all windows.</summary>
    public static (List<TruthEntry> Truth, TopologyTestDriver Driver) Of(SimulatorOptions options, Topology topology, int partitions = 1)
    {
        var simulator = new Simulator(options);
        var driver = new TopologyTestDriver(topology, partitions);
        var (json, reader, raw, decoder) = (new ArrayBufferWriter<byte>(1 << 20), new BlockReader(), new RawBlock(), new BlockDecoder());
        var truth = new List<TruthEntry>();
        while (true)
        {
            json.ResetWrittenCount();
            if (!simulator.TryNextBlock(json, out var slot)) { break; }
            truth.AddRange(slot.Truth);
            if (slot.Skipped) { continue; }
            Assert.True(reader.Read(json.WrittenSpan, new DocumentOrigin("simulator", slot.Slot), raw).IsRead);
            var batch = driver.PoolOf(Topics.Blocks).Rent();
            decoder.Decode(raw, ref batch.Records.Add());
            batch.Slot = (long)slot.Slot;
            driver.Pipe(batch);
        }

        driver.Finish();
        return (truth, driver);
    }
}
