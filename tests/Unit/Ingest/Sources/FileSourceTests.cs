using System.IO.Compression;
using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Sources;
using Sluice.Tests.Unit.Ingest.Blocks;

namespace Sluice.Tests.Unit.Ingest.Sources;

public sealed class FileSourceTests : IDisposable
{
    private static readonly string Block = SmallBlock.Of(SmallBlock.Transaction(1));

    private readonly string _folder = Directory.CreateTempSubdirectory("sluice-source-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Folders_are_searched_to_any_depth_and_read_by_slot()
    {
        Write("b/slot_1000.json", Block);
        Write("a/deep/er/0200.json.gz", Block);
        Write("300.json", Block);
        Write("notes.txt", "nothing");
        Write(".hidden.json", "nothing");
        Assert.Equal(["200 Read", "300 Read", "1000 Read"], Load(_folder));
    }

    [Fact]
    public void Lines_are_blocks_whatever_the_name_and_however_packed()
    {
        var lines = string.Join('\n', Enumerable.Range(0, 8).Select(i => Wrapped((ulong)(200 + i)))) + "\n\n";
        var expected = Enumerable.Range(0, 8).Select(i => $"{200 + i} Read").ToArray();
        foreach (var name in new[] { "x.jsonl", "x.ndjson.gz", "x.json", "x.json.gz", "x", "55-66.jsonl" })
        {
            Assert.Equal(expected, Load(Write(name, lines)));
            Assert.Equal(expected, Load(Write(name, lines.Replace("\n", "\r\n"))));
        }
    }

    [Fact]
    public void A_block_over_many_lines_is_one_block()
    {
        var indented = System.Text.Json.Nodes.JsonNode.Parse(Block)!.ToJsonString(new System.Text.Json.JsonSerializerOptions { WriteIndented = true });
        Assert.Equal(["300 Read"], Load(Write("300.json", "\n" + indented + "\n")));
    }

    [Fact]
    public void Lines_longer_than_the_buffer_and_lines_across_its_end_are_whole()
    {
        var padding = new string(' ', 3_000_000);
        var lines = Enumerable.Range(0, 6).Select(i => Wrapped((ulong)(200 + i)).Replace("\"slot\":", $"\"slot\":{(i % 2 == 0 ? padding : "")}"));
        var path = Write("x.jsonl.gz", string.Join('\n', lines));
        Assert.Equal(["200 Read", "201 Read", "202 Read", "203 Read", "204 Read", "205 Read"], Load(path));
    }

    [Fact]
    public void A_damaged_line_is_named_and_the_others_are_read()
    {
        var path = Write("x.jsonl", Wrapped(200)[..^1] + "\n" + Wrapped(201) + "\nrubbish\n" + Wrapped(202));
        var results = Loaded(path);
        Assert.Equal(
            [($"{path}:1", ReadStatus.TruncatedJson), ($"{path}:2", ReadStatus.Read), ($"{path}:3", ReadStatus.NotJson), ($"{path}:4", ReadStatus.Read)],
            results.Select(r => (r.Name, r.Result.Status)));
    }

    [Fact]
    public void An_item_knows_where_it_begins()
    {
        var first = Wrapped(200);
        var path = Write("x.jsonl", first + "\n" + Wrapped(201));
        using var source = new FileSource([path]).Read(default).GetEnumerator();
        Assert.True(source.MoveNext());
        Assert.Equal((1, 0), (source.Current.Line, source.Current.Offset));
        Assert.True(source.MoveNext());
        Assert.Equal((2, first.Length + 1), (source.Current.Line, source.Current.Offset));
        Assert.Null(source.Current.SlotHint);
    }

    [Fact]
    public void What_cannot_be_read_is_a_fault_with_its_name_and_the_rest_goes_on()
    {
        Write("empty/notes.txt", "");
        var packed = Write("200.json.gz", Block);
        var bytes = File.ReadAllBytes(packed);
        bytes.AsSpan(bytes.Length / 2, 40).Fill(0xFF);
        File.WriteAllBytes(packed, bytes);
        var results = Loaded(
            Path.Combine(_folder, "absent.json"), Path.Combine(_folder, "empty"), Path.Combine(_folder, "*.none"), packed,
            Write("e.json", ""), Write("300.json", Block), Write("binary", "\0\u0001\u0002"), Write("400.json", Block[..^9]));
        Assert.Equal(
            ["absent.json nothing-found", "empty nothing-found", "*.none nothing-found", "200.json.gz unreadable", "300.json read",
                "400.json truncated-json", "binary not-json", "e.json empty"],
            results.Select(r => $"{Path.GetFileName(r.Name)} {r.Result.Reason}"));
        Assert.All(results.Where(r => !r.Result.IsRead), r => Assert.NotEmpty(r.Result.Message));
    }

    [Fact]
    public void A_packed_file_that_was_cut_is_not_taken_for_whole()
    {
        var packed = Write("200.json.gz", SmallBlock.Of([.. Enumerable.Range(1, 200).Select(i => SmallBlock.Transaction((byte)i))]));
        var bytes = File.ReadAllBytes(packed);
        File.WriteAllBytes(packed, bytes[..(bytes.Length * 2 / 3)]);
        Assert.All(Loaded(packed), r => Assert.False(r.Result.IsRead));
    }

    [Fact]
    public void Patterns_and_repeated_paths_name_each_file_once()
    {
        Write("a/200.json", Block);
        Write("a/201.json", Block);
        Write("b/c/300.json.gz", Block);
        Assert.Equal(["200 Read", "201 Read"], Load(Path.Combine(_folder, "a", "20?.json"), Path.Combine(_folder, "a", "200.json"), Path.Combine(_folder, "a")));
        Assert.Equal(["201 Read", "300 Read"], Load(Path.Combine(_folder, "**", "{201,300}.*")));
        Assert.Equal(["200 Read", "201 Read"], Load(Path.Combine(_folder, "*", "*.json")));
    }

    [Fact]
    public void Replies_of_one_slot_are_one_partial_block_in_the_order_of_their_positions()
    {
        Write("z.json", Reply(7, 500, 9));
        Write("a.json", Reply(8, 500, 12));
        Write("m.json.gz", Reply(9, 500, 3));
        Write("other.json", Reply(4, 400, null));
        Write("lines.jsonl", Reply(5, 450, null) + "\n" + Reply(6, 500, null));
        Write("470.json", Block);
        var results = Loaded(_folder);
        Assert.Equal([(400UL, 1), (450UL, 1), (470UL, 1), (500UL, 4)], results.Select(r => (r.Block.Slot, r.Block.Transactions.Count)));
        var last = results[^1].Block;
        Assert.True(last.IsPartial);
        Assert.Equal([(3, 9), (9, 7), (12, 8), (13, 6)], last.Transactions.Span.ToArray().Select(t => (t.Index, (int)t.Signature.Bytes[0])));
        Assert.EndsWith("and 3 more", results[^1].Name);
    }

    [Fact]
    public void Progress_ends_with_everything_done()
    {
        Write("200.json", Block);
        Write("201.json.gz", Block);
        var source = new FileSource([_folder]);
        var total = new DirectoryInfo(_folder).GetFiles().Sum(f => f.Length);
        Assert.Equal(new SourceProgress(total, 0, 2, 0), source.Progress);
        foreach (var item in source.Read(default)) { item.Dispose(); }
        Assert.Equal(new SourceProgress(total, total, 2, 2), source.Progress);
    }

    [Fact]
    public void Reading_stops_when_it_is_cancelled()
    {
        Write("200.json", Block);
        Assert.Throws<OperationCanceledException>(() => new FileSource([_folder]).Read(new CancellationToken(canceled: true)).Count());
    }

    [RealDataFact]
    public void Every_real_file_is_read()
    {
        var results = Loaded(RealData.PathOf("blocks"), RealData.PathOf("transactions"));
        var foreign = results.Where(r => r.Name.Contains("expected", StringComparison.Ordinal)).ToList();
        Assert.All(foreign, r => Assert.Equal(ReadStatus.NotABlock, r.Result.Status));
        var blocks = results.Except(foreign).ToList();
        Assert.All(blocks, r => Assert.True(r.Result.IsRead, r.Name + r.Result.Message));
        Assert.Equal(blocks.Select(r => r.Block.Slot).Order(), blocks.Select(r => r.Block.Slot));
        Assert.Equal(47, blocks.Count(r => !r.Block.IsPartial));
        Assert.Equal(RealBlocks.TransactionFiles().Count(), blocks.Where(r => r.Block.IsPartial).Sum(r => r.Block.Transactions.Count));
        Assert.Equal([253, 261, 295], blocks.Single(r => r.Block.Slot == 285000037).Block.Transactions.Span.ToArray().Select(t => t.Index));
    }

    private static string Wrapped(ulong slot) => $$"""{"slot":{{slot}},"block":{{Block}} }""";

    private static string Reply(byte seed, ulong slot, int? index) =>
        $$"""{"jsonrpc":"2.0","result":{"slot":{{slot}},{{(index is null ? "" : $"\"transactionIndex\":{index},")}}{{SmallBlock.Transaction(seed)[1..]}},"id":1}""";

    private static string[] Load(params string[] paths) => [.. Loaded(paths).Select(r => $"{r.Block.Slot} {r.Result.Status}")];

    private static List<(string Name, ReadResult Result, RawBlock Block)> Loaded(params string[] paths)
    {
        var loader = new BlockLoader();
        var results = new List<(string, ReadResult, RawBlock)>();
        foreach (var item in new FileSource(paths).Read(default))
        {
            var block = new RawBlock();
            results.Add((item.Name, loader.Load(item, block), block));
            item.Dispose();
        }

        return results;
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using Stream file = name.EndsWith(".gz", StringComparison.Ordinal)
            ? new GZipStream(File.Create(path), CompressionLevel.Fastest)
            : File.Create(path);
        file.Write(Encoding.UTF8.GetBytes(content));
        return path;
    }
}
