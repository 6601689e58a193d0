using Sluice.Ingest.Archive;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Sources;
using Sluice.Tests.Integration.Cli;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Unit.Ingest.Archive;

/// <summary>What ended a recording does not matter to the next one into the same place.</summary>
public sealed class RecordingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_has_an_archive_for_so_many_slots()
    {
        const ulong Span = Recording.SlotsPerFile;
        Record(_folder["chain"], 105, Span - 1, Span, Span + 3, (Span * 11) + 7);
        Assert.Equal(["slot_000000000000.sluice", "slot_000000009000.sluice", "slot_000000099000.sluice"], Files());
        Assert.Equal([105, Span - 1, Span, Span + 3, (Span * 11) + 7], Slots(_folder["chain"]));
    }

    [Theory]
    [InlineData("chain")]
    [InlineData("chain.sluice")]
    public void It_is_continued_behind_its_newest_block(string name)
    {
        Assert.Null(Record(_folder[name], 100, 101, 8_999));
        Assert.Equal(8_999UL, Record(_folder[name], 9_000));
        Assert.Equal(9_000UL, Record(_folder[name], 9_002));
        Assert.Equal([100, 101, 8_999, 9_000, 9_002], Slots(_folder[name]));
    }

    [Theory]
    [InlineData("chain")]
    [InlineData("chain.sluice")]
    public void A_block_that_was_cut_off_is_recorded_again(string name)
    {
        Record(_folder[name], 100, 101);
        var file = name.EndsWith(".sluice", StringComparison.Ordinal) ? _folder[name] : _folder[name, "slot_000000000000.sluice"];
        long second;
        using (var read = File.OpenRead(file)) { second = ArchiveIndex.Of(read).Frames[1].Offset; }
        using (var written = File.OpenWrite(file)) { written.SetLength(second + 50); }
        Assert.Equal(100UL, Record(_folder[name], 101, 102));
        Assert.Equal([100, 101, 102], Slots(_folder[name]));
    }

    [Fact]
    public void A_file_without_a_block_leaves_it_to_the_one_before_it()
    {
        Record(_folder["chain"], 100);
        File.WriteAllBytes(_folder["chain", "slot_000000009000.sluice"], []);
        Assert.Equal(100UL, Record(_folder["chain"], 9_001));
        Assert.Equal([100, 9_001], Slots(_folder["chain"]));
    }

    [Fact]
    public void No_slot_is_taken_twice()
    {
        Record(_folder["chain"], 100, 101);
        Assert.Throws<ArgumentException>(() => Record(_folder["chain"], 101));
    }

    [Fact]
    public void What_is_no_archive_is_left_alone()
    {
        File.WriteAllText(_folder["notes.sluice"], "a note that is longer than a header");
        Assert.Throws<InvalidDataException>(() => Recording.Open(_folder["notes.sluice"]));
        Assert.StartsWith("a note", File.ReadAllText(_folder["notes.sluice"]));
    }

    /// <summary>Records blocks; returns the newest slot that was there before.</summary>
    private static ulong? Record(string path, params ulong[] slots)
    {
        using var recording = Recording.Open(path);
        var before = recording.Newest;
        foreach (var slot in slots) { recording.Add(SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1)), slot)); }
        return before;
    }

    private string[] Files() => [.. Directory.EnumerateFiles(_folder["chain"]).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    /// <summary>Slots as a replay reads them.</summary>
    private static List<ulong> Slots(string path)
    {
        var (slots, loader, block) = (new List<ulong>(), new BlockLoader(), new RawBlock());
        foreach (var item in new FileSource([path]).Read(CancellationToken.None))
        {
            using (item)
            {
                var result = loader.Load(item, block);
                Assert.True(result.IsRead, result.Message);
                slots.Add(block.Slot);
            }
        }

        return slots;
    }
}
