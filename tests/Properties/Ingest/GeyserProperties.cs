using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Yellowstone.Wire;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Ingest.Yellowstone;

namespace Sluice.Tests.Properties.Ingest;

public sealed class GeyserProperties
{
    private static readonly byte[] Valid = GeyserSamples.Small().ToByteArray();

    [Fact]
    public void No_bytes_make_the_readers_throw()
    {
        var (reader, block) = (new GeyserBlockReader(), new RawBlock());
        Prop.ForAll<byte[]>(bytes =>
        {
            GeyserUpdate.Read(bytes);
            GeyserHeader.TryRead(bytes, out _);
            var (status, message, _) = reader.Read(bytes, "test", block);
            return status == ReadStatus.Read || message.Length > 0;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void No_change_of_a_valid_block_makes_the_reader_throw_or_leave_half_a_transaction()
    {
        var (reader, block, decoder, record) = (new GeyserBlockReader(), new RawBlock(), new BlockDecoder(), new Block());
        var read = 0;
        var change =
            from place in Gen.Choose(0, Valid.Length - 1)
            from length in Gen.Frequency((6, Gen.Constant(1)), (1, Gen.Choose(0, 40)))
            from piece in Gen.Frequency(
                (6, Gen.Choose(0, 255).Select(b => new[] { (byte)b })),
                (1, Gen.Elements(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x0f }, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x80, 0x80, 0x04], [])))
            select (place, length, piece);
        Prop.ForAll(change.ArrayOf().Where(c => c.Length is > 0 and < 4).ToArbitrary(), changes =>
        {
            var bytes = new List<byte>(Valid);
            foreach (var (place, length, piece) in changes)
            {
                var at = Math.Min(place, bytes.Count);
                bytes.RemoveRange(at, Math.Min(length, bytes.Count - at));
                bytes.InsertRange(at, piece);
            }

            if (!reader.Read(bytes.ToArray(), "test", block).IsRead) { return; }
            read++;
            ReaderProperties.AssertConsistent(block);
            decoder.Decode(block, ref record);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
        Assert.True(read > 300, $"{read} changed blocks were still blocks");
    }

    [Fact]
    public void A_block_cut_anywhere_is_never_taken_for_whole()
    {
        var (reader, block) = (new GeyserBlockReader(), new RawBlock());
        for (var length = 0; length < Valid.Length; length++)
        {
            Assert.False(reader.Read(Valid.AsSpan(0, length), "test", block).IsRead, $"cut at {length}");
            if (GeyserHeader.TryRead(Valid.AsSpan(0, length), out var header)) { Assert.False(header.IsWhole, $"cut at {length}"); }
        }

        Assert.Equal(ReadStatus.Read, reader.Read(Valid, "test", block).Status);
        Assert.Equal(4, block.Transactions.Count);
    }
}
