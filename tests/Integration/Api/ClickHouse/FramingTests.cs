using System.Buffers.Binary;
using System.Text;
using Sluice.Api.ClickHouse;
using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests.Integration.Api.ClickHouse;

/// <summary>ClickHouse's own framing, held against the frames that the engine writes to disk: both are one format.</summary>
[Collection(TestStore.Collection)]
public sealed class FramingTests(ClickHouseServer server) : IClassFixture<ClickHouseServer>
{
    private const int ChecksumLength = 16;

    [EngineFact]
    public async Task Checksums_are_those_that_the_engine_writes()
    {
        await server.Store.ExecuteAsync("CREATE TABLE framed (n UInt64, t String) ENGINE = MergeTree ORDER BY n SETTINGS min_compress_block_size = 1, index_granularity = 8");

        // Texts of growing length that pack differently well, so that frames of many lengths come about.
        await server.Store.ExecuteAsync("INSERT INTO framed SELECT number, substring(repeat(hex(sipHash128(number)), 1 + number % 50), 1, number % 700) FROM numbers(20000)");
        var lengths = new HashSet<int>();
        foreach (var file in Directory.EnumerateFiles(server.StorePath, "*.bin", SearchOption.AllDirectories))
        {
            ReadOnlySpan<byte> rest = File.ReadAllBytes(file);
            while (rest.Length > ChecksumLength)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest[(ChecksumLength + 1)..]);
                var frame = rest[ChecksumLength..(ChecksumLength + length)];
                var written = (BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..]));
                Assert.True(written == CityHash.Hash128(frame), $"a frame of {length} bytes in {file}: {written}, computed {CityHash.Hash128(frame)}");
                lengths.Add(length);
                rest = rest[(ChecksumLength + length)..];
            }
        }

        Assert.True(lengths.Count > 50 && lengths.Min() < 128 && lengths.Max() > 256, $"{lengths.Count} lengths, {lengths.Min()} to {lengths.Max()}");
    }

    [EngineTheory]
    [InlineData(1)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(269)]
    [InlineData(270)]
    [InlineData(271)]
    [InlineData(70_000)]
    [InlineData(3_000_000)]
    public async Task Frames_hold_the_plain_answer(int length)
    {
        var framed = await server.BytesAsync($"SELECT substring(repeat(repeat('x', 500000), 7), 1, {length - 1}) FORMAT TabSeparated", "compress=1&wait_end_of_query=1");
        var plain = new StringBuilder();
        for (ReadOnlySpan<byte> rest = framed; rest.Length > 0;)
        {
            Assert.Equal(0x82, rest[ChecksumLength]);
            var packed = BinaryPrimitives.ReadInt32LittleEndian(rest[(ChecksumLength + 1)..]);
            var unpacked = BinaryPrimitives.ReadInt32LittleEndian(rest[(ChecksumLength + 5)..]);
            var frame = rest[ChecksumLength..(ChecksumLength + packed)];
            Assert.Equal(
                (BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt64LittleEndian(rest[8..])), CityHash.Hash128(frame));
            plain.Append(Encoding.ASCII.GetString(Literals(frame[9..], unpacked)));
            rest = rest[(ChecksumLength + packed)..];
        }

        Assert.Equal(new string('x', length - 1) + "\n", plain.ToString());
    }

    /// <summary>Reads an LZ4 block of one run of literals as the LZ4 format says.</summary>
    private static ReadOnlySpan<byte> Literals(ReadOnlySpan<byte> block, int expected)
    {
        var length = block[0] >> 4;
        Assert.Equal(0, block[0] & 0xf);
        var at = 1;
        if (length == 15)
        {
            byte more;
            do { more = block[at++]; length += more; } while (more == 255);
        }

        Assert.Equal((expected, block.Length), (length, at + length));
        return block[at..];
    }
}
