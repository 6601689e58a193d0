using FsCheck;
using FsCheck.Fluent;
using Sluice.Ingest.Archive;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Properties.Ingest;

public class ArchiveProperties
{
    [Fact]
    public void Numbers_come_back() => Prop.ForAll<ulong, long>((unsigned, signed) =>
    {
        var sink = new ByteSink(1);
        foreach (var shift in new[] { 0, 7, 20, 33, 50, 63 })
        {
            sink.WriteNumber(unsigned << shift);
            sink.WriteSigned(signed << shift);
        }

        var cursor = new ByteCursor(sink.Span);
        foreach (var shift in new[] { 0, 7, 20, 33, 50, 63 })
        {
            Assert.Equal(unsigned << shift, cursor.ReadNumber());
            Assert.Equal(signed << shift, cursor.ReadSigned());
        }

        Assert.True(cursor.AtEnd && !cursor.Failed);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_bytes_make_the_frame_reader_throw()
    {
        var reader = new FrameReader();
        var block = new RawBlock();
        Prop.ForAll<byte[]>(bytes => !reader.Read(bytes, "test", block).IsRead).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_change_of_a_frame_goes_unnoticed()
    {
        var frame = new FrameWriter().Write(Block()).ToArray();
        var reader = new FrameReader();
        var block = new RawBlock();
        for (var bit = 0; bit < frame.Length * 8; bit += 3)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Equal(ReadStatus.BadArchive, reader.Read(frame, "test", block).Status);
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.True(reader.Read(frame, "test", block).IsRead);
    }

    [Fact]
    public void No_columns_make_the_column_reader_throw_or_name_what_is_not_there()
    {
        ByteSink loose = new(), packable = new();
        new BlockColumnWriter().Write(Block(), loose, packable);
        var valid = packable.Span.ToArray();
        var keys = loose.Span.ToArray();
        var reader = new BlockColumnReader();
        var change = from place in Gen.Choose(0, valid.Length - 1) from value in Gen.Choose(0, 255) select (place, value);
        Prop.ForAll(change.ArrayOf().Where(c => c.Length is > 0 and < 4).ToArbitrary(), changes =>
        {
            var bytes = valid.ToArray();
            foreach (var (place, value) in changes) { bytes[place] = (byte)value; }
            var block = new RawBlock();
            if (!reader.TryRead(keys, bytes, block)) { return; }
            _ = RawBlockText.Of(block); // walks every range and every key
            foreach (var tx in block.Transactions.Span)
            {
                Assert.InRange(tx.StaticAccountCount, 0, tx.AccountCount);
                foreach (var ix in block.Instructions.Span.Slice(tx.InstructionStart, tx.InstructionCount))
                {
                    Assert.InRange(ix.ProgramAccount, 0, tx.AccountCount - 1);
                    foreach (var account in block.InstructionAccounts.Span.Slice(ix.AccountStart, ix.AccountCount)) { Assert.InRange(account, 0, tx.AccountCount - 1); }
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    private static RawBlock Block() => SmallBlock.MustRead(SmallBlock.Of(
        SmallBlock.Transaction(1, meta: SmallBlock.Meta(log: $"[\"Program {SmallBlock.Key(4)} invoke [1]\",\"Program data: AQID\"]")),
        SmallBlock.Vote(2), SmallBlock.Transaction(3, meta: SmallBlock.Meta(err: "\"AccountInUse\"")), "{}", SmallBlock.Transaction(4)));
}
