using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Streams;
using Sluice.Streams.Testing;

namespace Sluice.Cli.Bench;

/// <summary>Bytes of the messages that a block becomes on Kafka, topic by topic: what sizing is reckoned from.</summary>
internal static class SizeBench
{
    public static void Run(BenchInput input, TextWriter output)
    {
        var swaps = new TopologyTestDriver(SwapsTopology.Build(BlockRows.PipelineVersion));
        var arbitrages = new TopologyTestDriver(ArbitrageTopology.Build(BlockRows.PipelineVersion));
        var blockTally = new Tally<Block>(BlockAvro.Codec);
        var swapTally = new Tally<PoolSwap>(PoolSwapAvro.Codec);
        var arbitrageTally = new Tally<Arbitrage>(ArbitrageAvro.Codec);
        var rejectionTally = new Tally<Rejection>(RejectionAvro.Codec);
        var (reader, decoder, raw) = (new BlockReader(), new BlockDecoder(), new RawBlock());
        for (var i = 0; i < input.Blocks.Count; i++)
        {
            foreach (var driver in new[] { swaps, arbitrages })
            {
                var origin = new DocumentOrigin(input.Name, input.FirstSlot + (ulong)i);
                if (reader.Read(input.Blocks[i], origin, raw) is { IsRead: false } failed) { throw new InvalidDataException($"{input.Name}: {failed.Message}"); }
                var batch = driver.PoolOf(Topics.Blocks).Rent();
                decoder.Decode(raw, ref batch.Records.Add());
                batch.Slot = batch.Records[0].Slot;
                if (driver == swaps) { blockTally.Add(in batch.Records[0]); }
                driver.Pipe(batch);
            }

            swapTally.AddAll(swaps.Read(Topics.Swaps)!);
            arbitrageTally.AddAll(arbitrages.Read(Topics.Arbitrages)!);
            rejectionTally.AddAll(arbitrages.Read(Topics.Rejections)!);
        }

        blockTally.Write(input, Topics.Blocks, output);
        swapTally.Write(input, Topics.Swaps, output);
        arbitrageTally.Write(input, Topics.Arbitrages, output);
        rejectionTally.Write(input, Topics.Rejections, output);
    }

    /// <summary>The messages of one topic.</summary>
    private sealed class Tally<T>(AvroCodec<T> codec)
        where T : struct, IRecord
    {
        private readonly ArrayBufferWriter<byte> _bytes = new(1 << 20);
        private long _records;

        public void Add(in T record)
        {
            codec.WriteSingleObject(in record, _bytes);
            _records++;
        }

        public void AddAll(RecordBatch<T> batch)
        {
            for (var i = 0; i < batch.Count; i++) { Add(in batch.Records[i]); }
            batch.Release();
        }

        /// <summary>Packed is gzip at its fastest over all records together; Kafka's batches are lz4, which packs somewhat less.</summary>
        public void Write(BenchInput input, Topic topic, TextWriter output)
        {
            using var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) { gzip.Write(_bytes.WrittenSpan); }
            var count = Math.Max(1, _records);
            output.WriteLine(JsonSerializer.Serialize(new
            {
                bench = "sizes: Avro bytes of the messages of a topic",
                input = input.Name,
                topic = topic.Name,
                blocks = input.Blocks.Count,
                records_per_block = Math.Round((double)_records / input.Blocks.Count, 2),
                bytes_per_record = Math.Round((double)_bytes.WrittenCount / count),
                bytes_per_block = Math.Round((double)_bytes.WrittenCount / input.Blocks.Count),
                packed_bytes_per_block = Math.Round((double)packed.Length / input.Blocks.Count),
            }));
        }
    }
}
