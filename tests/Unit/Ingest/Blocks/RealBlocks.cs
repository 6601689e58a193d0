using System.IO.Compression;

namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>The real documents, unpacked.</summary>
internal static class RealBlocks
{
    public static byte[] March2024() => Unpack("slot_254170887.base64.json.gz");

    public static byte[] May2022() => Unpack("slot_133447494.json.gz");

    /// <summary>45 documents.</summary>
    public static IEnumerable<byte[]> December2020()
    {
        var all = Unpack("slots_55065100-55065152.jsonl.gz");
        for (var start = 0; start < all.Length;)
        {
            var end = Array.IndexOf(all, (byte)'\n', start);
            if (end < 0) { end = all.Length; }
            yield return all[start..end];
            start = end + 1;
        }
    }

    public static IEnumerable<string> TransactionFiles() =>
        Directory.EnumerateFiles(RealData.PathOf("transactions"), "*.json", SearchOption.AllDirectories)
            .Where(f => !f.Contains("expected", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private static byte[] Unpack(string file)
    {
        using var packed = new GZipStream(File.OpenRead(RealData.PathOf("blocks", file)), CompressionMode.Decompress);
        var plain = new MemoryStream();
        packed.CopyTo(plain);
        return plain.ToArray();
    }
}
