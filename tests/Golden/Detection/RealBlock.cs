using System.IO.Compression;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Golden.Detection;

/// <summary>Real documents through reader and decoder.</summary>
internal static class RealBlock
{
    /// <summary>Decodes a file of the Solana data: a block, or a transaction as a block of its own.</summary>
    public static Block Read(params string[] path)
    {
        var file = RealData.PathOf(path);
        var bytes = File.ReadAllBytes(file);
        if (file.EndsWith(".gz", StringComparison.Ordinal))
        {
            using var unzipped = new MemoryStream();
            using (var zipped = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)) { zipped.CopyTo(unzipped); }
            bytes = unzipped.ToArray();
        }

        var name = Path.GetFileName(file);
        ulong? slot = name.StartsWith("slot_", StringComparison.Ordinal) ? ulong.Parse(name[5..14]) : null;
        var raw = new RawBlock();
        Assert.Equal(ReadStatus.Read, new BlockReader().Read(bytes, new DocumentOrigin(name, slot), raw).Status);
        var blocks = new RecordList<Block>();
        new BlockDecoder().Decode(raw, ref blocks.Add());
        return blocks[0];
    }

    /// <summary>Swaps of all single transactions and of the blocks of 2024 and 2022, with their slots.</summary>
    public static IReadOnlyList<(long Slot, Swap Swap)> AllSwaps()
    {
        var transactions = Directory.GetFiles(RealData.PathOf("transactions"), "*.json", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}expected{Path.DirectorySeparatorChar}", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .Select(f => Path.GetRelativePath(RealData.PathOf(), f));
        return
        [
            .. transactions.Concat([Path.Combine("blocks", "slot_254170887.base64.json.gz"), Path.Combine("blocks", "slot_133447494.json.gz")])
                .Select(f => Read(f)).SelectMany(b => SwapsOf(b).Select(s => (b.Slot, s.Swap))),
        ];
    }

    /// <summary>Swaps of a block with their transactions' positions, in order of execution.</summary>
    public static IEnumerable<(int TxIndex, Swap Swap)> SwapsOf(Block block) =>
        block.Transactions.Span.ToArray().SelectMany(t => t.Swaps.Span.ToArray().Select(s => (t.Index, s)));
}
