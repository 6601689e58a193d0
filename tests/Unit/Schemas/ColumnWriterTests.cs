using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Columns;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Schemas;

public class ColumnWriterTests
{
    [Fact]
    public void Columns_are_named_after_fields_and_typed_for_their_readers()
    {
        var swaps = Tables.All.Single(t => t.Name == "swaps");
        var types = swaps.Columns.ToDictionary(c => c.Name, c => c.Type);
        Assert.Equal("UInt64", types["slot"]);
        Assert.Equal("Nullable(DateTime64(3, 'UTC'))", types["block_time"]);
        Assert.Equal("Int32", types["inner_ix_index"]);
        Assert.Equal("String", types["signature"]);
        Assert.Equal("LowCardinality(String)", types["mint_in"]);
        Assert.Equal("LowCardinality(Nullable(String))", types["wrapper"]);
        Assert.Equal("UInt64", types["amount_in"]);
        Assert.Equal("Nullable(Int128)", types["sqrt_price_x64"]);
        Assert.Equal("LowCardinality(String)", types["source"]);
        var arbitrages = ArbitrageColumns.Definition.Columns.ToDictionary(c => c.Name, c => c.Type);
        Assert.Equal("Array(String)", arbitrages["legs.pool"]);
        Assert.Equal("Array(UInt64)", arbitrages["legs.amount_in"]);
        Assert.Equal("Array(String)", arbitrages["rules_passed"]);
        Assert.StartsWith("`slot`, `block_time`, ", new PoolSwapColumns().ColumnList, StringComparison.Ordinal);
    }

    [Fact]
    public void Appending_and_writing_rows_allocates_nothing_once_the_buffers_have_grown()
    {
        var swaps = new PoolSwapColumns();
        var arbitrages = new ArbitrageColumns();
        var rows = Swaps(500, distinctMints: 400);
        var finding = Finding();
        var output = new ArrayBufferWriter<byte>(1 << 20);

        long Pass()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            swaps.Clear();
            arbitrages.Clear();
            output.ResetWrittenCount();
            foreach (ref var row in rows.AsSpan())
            {
                swaps.Append(in row);
                finding.Id = FindingId.Arbitrage(finding.Signature = row.Signature);
                arbitrages.Append(in finding);
            }

            swaps.WriteTo(output);
            arbitrages.WriteTo(output);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Pass();
        Pass();
        Assert.Equal(0, Pass());
    }

    [Fact]
    public void Signatures_and_ids_are_those_of_their_row_whichever_stood_before()
    {
        var signatures = Swaps(3, distinctMints: 1).Select(s => s.Signature).Append(default).ToArray();
        var random = new Random(5);
        var writer = new SandwichColumns();
        var list = new RecordList<Sandwich>();
        ref var row = ref list.Add();
        for (var i = 0; i < 200; i++)
        {
            row.Reset();
            row.Id = random.Next(3) switch
            {
                0 => default,
                1 => FindingId.Parse("x"),
                _ => FindingId.Sandwich(signatures[random.Next(4)], i, -1, 0),
            };
            for (var leg = random.Next(3); leg > 0; leg--) { row.Legs.Add().Signature = signatures[random.Next(4)]; }
            if (i == 100) { writer.Clear(); }
            writer.Append(in row);

            var output = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(output)) { writer.WriteJson(json, writer.Rows - 1); }
            using var written = JsonDocument.Parse(output.WrittenMemory);
            Assert.Equal(row.Id.ToString(), written.RootElement.GetProperty("id").GetString());
            Assert.Equal(
                row.Legs.Span.ToArray().Select(l => l.Signature.ToString()),
                written.RootElement.GetProperty("legs.signature").EnumerateArray().Select(l => l.GetString()!));
        }
    }

    [Fact]
    public void A_writer_without_rows_writes_nothing()
    {
        var output = new ArrayBufferWriter<byte>();
        new PoolSwapColumns().WriteTo(output);
        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public void A_negative_slot_is_not_stored_as_a_huge_one()
    {
        var writer = new SkippedSlotRowColumns();
        writer.Append(new SkippedSlotRow { Slot = 1 });
        Assert.Throws<OverflowException>(() => writer.Append(new SkippedSlotRow { Slot = 2, ProvenBySlot = -1 }));

        // The row that was broken off had reached the first column; nothing of it is left.
        writer.Append(new SkippedSlotRow { Slot = 3 });
        var output = new ArrayBufferWriter<byte>();
        writer.WriteTo(output);
        var rows = Properties.Schemas.NativeBlock.Read(output.WrittenSpan.ToArray(), out _);
        Assert.Equal(["1", "3"], rows.Select(r => r["slot"]!.ToString()));
    }

    [Fact]
    public void A_record_that_was_never_reset_is_a_row_of_defaults()
    {
        var writer = new ArbitrageColumns();
        writer.Append(default);
        var output = new ArrayBufferWriter<byte>();
        writer.WriteTo(output);
        var row = Properties.Schemas.NativeBlock.Read(output.WrittenSpan.ToArray(), out _).Single();
        Assert.Equal("", row["id"]!.GetValue<string>());
        Assert.Empty(row["legs.pool"]!.AsArray());
    }

    [Theory]
    [InlineData(256, 1)]
    [InlineData(257, 2)]
    [InlineData(65_536, 2)]
    [InlineData(65_537, 4)]
    public void Indexes_are_as_wide_as_the_dictionary_needs(int texts, int width)
    {
        var column = new TextDictionaryColumn();
        for (var i = 0; i < texts; i++) { column.Add("t" + i); }
        var output = new ArrayBufferWriter<byte>();
        column.WriteData(output, 0, texts);
        Assert.Equal(0x600UL | (ulong)(width >> 1), BinaryPrimitives.ReadUInt64LittleEndian(output.WrittenSpan));
        Assert.Equal(texts - 1, (int)output.WrittenSpan[^width] + (width > 1 ? output.WrittenSpan[^(width - 1)] << 8 : 0) + (width > 2 ? output.WrittenSpan[^2] << 16 : 0));
    }

    [Fact]
    public void A_block_brings_only_the_texts_that_its_rows_use()
    {
        var column = new TextDictionaryColumn(nullable: true);
        for (var i = 0; i <= DictionaryColumn<string>.MaxKnown; i++) { column.Add("t" + i); }
        for (var round = 0; round < 2; round++)
        {
            // The first Clear forgets all texts, since they are too many; the second keeps those of the block before.
            column.Clear();
            column.Add("a");
            column.Add(null);
            column.Add("b");
            column.Add("a");
            var output = new ArrayBufferWriter<byte>();
            column.WriteData(output, 0, column.Count);
            Assert.Equal(
                "0006000000000000" + "0300000000000000" + "00" + "0161" + "0162" + "0400000000000000" + "01000201",
                Convert.ToHexStringLower(output.WrittenSpan));
        }
    }

    private static PoolSwap[] Swaps(int count, int distinctMints)
    {
        var random = new Random(3);
        var swaps = new PoolSwap[count];
        for (var i = 0; i < count; i++)
        {
            var key = new byte[64];
            random.NextBytes(key);
            swaps[i].Reset();
            swaps[i].Slot = i;
            swaps[i].Signature = new Signature(key);
            swaps[i].Pool = new Pubkey(key.AsSpan(0, 32));
            swaps[i].MintIn = new Pubkey(BitConverter.GetBytes(i % distinctMints).Concat(new byte[28]).ToArray());
            swaps[i].Wrapper = i % 2 == 0 ? null : swaps[0].Pool;
            swaps[i].Venue = i % 3 == 0 ? "orca-whirlpool" : "raydium-amm-v4";
        }

        return swaps;
    }

    private static Arbitrage Finding()
    {
        Arbitrage finding = default;
        finding.Reset();
        finding.Id = FindingId.Parse("arbitrage:x");
        for (var i = 0; i < 3; i++)
        {
            finding.Legs!.Add().Venue = "orca-whirlpool";
            finding.RulesPassed!.Add("gains");
        }

        return finding;
    }
}
