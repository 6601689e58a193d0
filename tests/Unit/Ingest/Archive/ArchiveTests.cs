using System.Buffers;
using System.Text;
using Sluice.Ingest.Archive;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Sources;
using Sluice.Lab;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Unit.Ingest.Archive;

public sealed class ArchiveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-archive-").FullName;
    private readonly BlockReader _json = new();
    private readonly FrameWriter _writer = new();
    private readonly FrameReader _reader = new();
    private readonly RawBlock _written = new();
    private readonly RawBlock _read = new();

    private string ArchivePath => Path.Combine(_folder, "x.sluice");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_small_block_of_every_kind_of_content_comes_back()
    {
        var log = $"[\"Program {SmallBlock.Key(4)} invoke [1]\",\"Program data: AQID\",\"Program log: ray_log: BA==\",\"Program data: !\"]";
        var max = SmallBlock.Meta(fee: "18446744073709551615", pre: "[18446744073709551615,0,0,0,0]", post: "[0,0,0,0,18446744073709551615]",
            preTokens: $"[{SmallBlock.Balance(1, "18446744073709551615", SmallBlock.Mint)},{SmallBlock.Balance(2, "0", SmallBlock.Key(50))}]");
        RoundTrip(Encoding.UTF8.GetBytes(SmallBlock.Of(
            SmallBlock.Transaction(1, meta: SmallBlock.Meta(log: log)),
            "{}",
            SmallBlock.Vote(2),
            SmallBlock.Transaction(3, version: "0", meta: max),
            SmallBlock.Vote(4, "{\"InstructionError\":[0,{\"Custom\":0}]}"),
            SmallBlock.Transaction(5, ParsedBlocks.Body(5, "{\"parsed\":\"memo\",\"programId\":\"" + SmallBlock.TokenProgram + "\"}"), ParsedBlocks.Meta()),
            SmallBlock.Transaction(6, meta: SmallBlock.Meta(pre: "[1]", inner: "null", preTokens: "null", postTokens: "null")),
            SmallBlock.Transaction(7, meta: max))), 100);
        Assert.Equal(3, _read.Rejections.Count);
    }

    [Fact]
    public void Headers_with_holes_come_back()
    {
        RoundTrip("""{"transactions":[]}"""u8.ToArray(), 5);
        RoundTrip(Encoding.UTF8.GetBytes($$"""{"result":{"slot":5,"indexWithinBlock":2000000,{{SmallBlock.Transaction(1)[1..]}} }"""), null);
        Assert.Equal((true, 2_000_000), (_read.IsPartial, _read.Transactions[0].Index));
    }

    [RealDataFact]
    public void Real_blocks_come_back()
    {
        RoundTrip(RealBlocks.March2024(), 254170887);
        RoundTrip(RealBlocks.May2022(), 133447494);
        foreach (var document in RealBlocks.December2020()) { RoundTrip(document, null); }
        foreach (var file in RealBlocks.TransactionFiles()) { RoundTrip(File.ReadAllBytes(file), null); }
    }

    [Fact]
    public void Simulated_blocks_come_back()
    {
        foreach (var (slot, document) in Simulated(6))
        {
            RoundTrip(document, slot);
            Assert.True(_writer.Write(_written).Length * 5 < document.Length);
        }
    }

    [Fact]
    public void An_archive_is_read_in_order_and_by_slot()
    {
        var texts = WriteArchive(5);
        Assert.Equal(texts.Values, Replay().Select(r => RawBlockText.Of(r.Block)));
        using var archive = ArchiveReader.Open(ArchivePath);
        Assert.True(archive.IsClosed);
        Assert.Equal(texts.Keys, archive.Slots);
        foreach (var slot in texts.Keys.Reverse())
        {
            Assert.True(archive.TryRead(slot, _read, out var result) && result.IsRead);
            Assert.Equal(texts[slot], RawBlockText.Of(_read));
        }

        Assert.False(archive.TryRead(1, _read, out _));
    }

    [Fact]
    public void An_archive_cut_anywhere_gives_its_whole_frames_and_says_that_it_was_cut()
    {
        var texts = WriteArchive(3).Values.ToList();
        var whole = File.ReadAllBytes(ArchivePath);
        long indexAt;
        using (var file = File.OpenRead(ArchivePath)) { indexAt = ArchiveIndex.Of(file).End; }
        for (var length = 1; length < whole.Length; length += 17)
        {
            File.WriteAllBytes(ArchivePath, whole[..length]);
            var results = Replay();
            var good = results.Where(r => r.Result.IsRead).Select(r => RawBlockText.Of(r.Block)).ToList();
            Assert.Equal(texts[..good.Count], good);
            if (length < indexAt)
            {
                Assert.False(results[^1].Result.IsRead);
                Assert.NotEmpty(results[^1].Result.Message);
            }
            else
            {
                Assert.Equal(3, good.Count);
            }
        }
    }

    [Fact]
    public void An_interrupted_archive_is_continued()
    {
        var texts = WriteArchive(4);
        var whole = File.ReadAllBytes(ArchivePath);
        long third;
        using (var file = File.OpenRead(ArchivePath)) { third = ArchiveIndex.Of(file).Frames[2].Offset; }
        File.WriteAllBytes(ArchivePath, whole[..(int)(third + 40)]);
        var blocks = Small(4);
        using (var archive = ArchiveWriter.Append(ArchivePath))
        {
            Assert.Equal(texts.Keys.Take(2), archive.Slots);
            Add(archive, blocks.Skip(2));
        }

        Assert.Equal(whole, File.ReadAllBytes(ArchivePath));
        using (var archive = ArchiveWriter.Append(ArchivePath)) { Add(archive, Small(5).Skip(4)); }
        Assert.Equal([200UL, 201, 202, 203, 204], Replay().Select(r => r.Block.Slot));
    }

    [Fact]
    public void A_damaged_frame_is_left_out_and_the_others_are_read()
    {
        WriteArchive(3);
        var bytes = File.ReadAllBytes(ArchivePath);
        long second;
        using (var file = File.OpenRead(ArchivePath)) { second = ArchiveIndex.Of(file).Frames[1].Offset; }
        bytes[second + 60] ^= 1;
        File.WriteAllBytes(ArchivePath, bytes);
        var results = Replay();
        Assert.Equal([ReadStatus.Read, ReadStatus.BadArchive, ReadStatus.Read], results.Select(r => r.Result.Status));
        Assert.Contains("slot 201", results[1].Result.Message);
    }

    [Fact]
    public void Another_version_is_refused_by_its_number()
    {
        WriteArchive(1);
        var bytes = File.ReadAllBytes(ArchivePath);
        bytes[8] = 9;
        BitConverter.GetBytes(ArchiveFormat.Checksum(0, bytes.AsSpan(0, 12))).CopyTo(bytes, 12);
        File.WriteAllBytes(ArchivePath, bytes);
        var result = Assert.Single(Replay()).Result;
        Assert.Equal(ReadStatus.BadArchive, result.Status);
        Assert.Contains("version 9", result.Message);
        Assert.Contains("version 9", Assert.Throws<InvalidDataException>(() => ArchiveReader.Open(ArchivePath)).Message);
        Assert.Throws<InvalidDataException>(() => ArchiveWriter.Append(ArchivePath));
        Assert.Equal(bytes, File.ReadAllBytes(ArchivePath));
    }

    [Fact]
    public void An_index_that_lies_beyond_the_file_is_not_believed()
    {
        var texts = WriteArchive(3);
        var bytes = File.ReadAllBytes(ArchivePath);
        BitConverter.GetBytes(long.MaxValue).CopyTo(bytes, bytes.Length - 16);
        File.WriteAllBytes(ArchivePath, bytes);
        using var archive = ArchiveReader.Open(ArchivePath);
        Assert.False(archive.IsClosed);
        Assert.Equal(texts.Keys, archive.Slots);
    }

    private void RoundTrip(byte[] document, ulong? slot)
    {
        Assert.True(_json.Read(document, new DocumentOrigin("test", slot), _written).IsRead);
        var frame = _writer.Write(_written);
        Assert.Equal(new ReadResult(ReadStatus.Read), _reader.Read(frame, "archive", _read));
        Assert.Equal(RawBlockText.Of(_written), RawBlockText.Of(_read));
        Assert.True(_written.Keys.Keys.SequenceEqual(_read.Keys.Keys));
        Assert.True(_written.AccountKeys.Span.SequenceEqual(_read.AccountKeys.Span));
    }

    private static IEnumerable<(ulong Slot, byte[] Document)> Simulated(int slots)
    {
        var simulator = new Simulator(new SimulatorOptions { Slots = slots, VotesPerBlock = 60, NonVotesPerBlock = 120, SkippedPerMille = 0 });
        while (true)
        {
            var document = new ArrayBufferWriter<byte>();
            if (!simulator.TryNextBlock(document, out var slot)) { yield break; }
            yield return (slot.Slot, document.WrittenSpan.ToArray());
        }
    }

    private static IEnumerable<(ulong Slot, string Document)> Small(int count) =>
        Enumerable.Range(0, count).Select(i => ((ulong)(200 + i), SmallBlock.Of(SmallBlock.Transaction((byte)(i + 1)), SmallBlock.Vote((byte)(i + 100)))));

    private Dictionary<ulong, string> WriteArchive(int count)
    {
        using var archive = ArchiveWriter.Create(ArchivePath);
        return Add(archive, Small(count));
    }

    private static Dictionary<ulong, string> Add(ArchiveWriter archive, IEnumerable<(ulong Slot, string Document)> blocks)
    {
        var texts = new Dictionary<ulong, string>();
        foreach (var (slot, document) in blocks)
        {
            var block = SmallBlock.MustRead(document, slot);
            archive.Add(block);
            texts.Add(slot, RawBlockText.Of(block));
        }

        return texts;
    }

    private List<(ReadResult Result, RawBlock Block)> Replay()
    {
        var loader = new BlockLoader();
        var results = new List<(ReadResult, RawBlock)>();
        foreach (var item in new FileSource([ArchivePath]).Read(default))
        {
            var block = new RawBlock();
            results.Add((loader.Load(item, block), block));
            item.Dispose();
        }

        return results;
    }
}
