using System.Buffers.Binary;

namespace Sluice.Tests.Broker.Log;

/// <summary>Decoders of the two compressions of record batches that the framework does not have.</summary>
internal static class Decompression
{
    private const int MinMatch = 4;

    /// <summary>Reads an LZ4 frame. Source: "LZ4 Frame Format Description" and "LZ4 Block Format Description", 1.6.</summary>
    public static byte[] Lz4(ReadOnlySpan<byte> frame)
    {
        const uint magic = 0x184D2204, storedBit = 0x80000000;
        if (frame.Length < 7 || BinaryPrimitives.ReadUInt32LittleEndian(frame) != magic) { throw Broken("LZ4"); }
        var flags = frame[4];
        bool blockChecksums = (flags & 0x10) != 0, contentSize = (flags & 0x08) != 0, dictionary = (flags & 0x01) != 0;
        var at = 7 + (contentSize ? 8 : 0) + (dictionary ? 4 : 0);
        var output = new List<byte>(frame.Length * 4);
        while (true)
        {
            var size = BinaryPrimitives.ReadUInt32LittleEndian(frame[at..]);
            at += 4;
            if (size == 0) { return [.. output]; }
            var length = (int)(size & ~storedBit);
            var block = frame.Slice(at, length);
            if ((size & storedBit) != 0) { output.AddRange(block); } else { Lz4Block(block, output); }
            at += length + (blockChecksums ? 4 : 0);
        }
    }

    /// <summary>Reads snappy, raw or in the framing of Java clients. Source: snappy's format_description.txt.</summary>
    public static byte[] Snappy(ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<byte> javaMagic = [0x82, (byte)'S', (byte)'N', (byte)'A', (byte)'P', (byte)'P', (byte)'Y', 0];
        const int javaHeader = 16;
        var output = new List<byte>(data.Length * 4);
        if (!data.StartsWith(javaMagic))
        {
            SnappyBlock(data, output);
            return [.. output];
        }

        for (var at = javaHeader; at < data.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(data[at..]);
            SnappyBlock(data.Slice(at + 4, length), output);
            at += 4 + length;
        }

        return [.. output];
    }

    private static void Lz4Block(ReadOnlySpan<byte> block, List<byte> output)
    {
        for (var at = 0; at < block.Length;)
        {
            var token = block[at++];
            var literals = LongLength(block, token >> 4, ref at);
            output.AddRange(block.Slice(at, literals));
            at += literals;
            if (at == block.Length) { return; }
            var distance = BinaryPrimitives.ReadUInt16LittleEndian(block[at..]);
            at += 2;
            Repeat(output, distance, LongLength(block, token & 0x0f, ref at) + MinMatch);
        }
    }

    private static int LongLength(ReadOnlySpan<byte> block, int length, ref int at)
    {
        if (length != 15) { return length; }
        byte more;
        do
        {
            more = block[at++];
            length += more;
        }
        while (more == byte.MaxValue);
        return length;
    }

    private static void SnappyBlock(ReadOnlySpan<byte> block, List<byte> output)
    {
        var at = 0;
        while ((block[at++] & 0x80) != 0) { } // length of the plain bytes
        while (at < block.Length)
        {
            var tag = block[at++];
            switch (tag & 3)
            {
                case 0:
                    var length = tag >> 2;
                    if (length >= 60)
                    {
                        var bytes = length - 59;
                        length = 0;
                        for (var i = 0; i < bytes; i++) { length |= block[at++] << (8 * i); }
                    }

                    output.AddRange(block.Slice(at, length + 1));
                    at += length + 1;
                    break;
                case 1:
                    Repeat(output, ((tag & 0xe0) << 3) | block[at++], ((tag >> 2) & 7) + MinMatch);
                    break;
                case 2:
                    Repeat(output, BinaryPrimitives.ReadUInt16LittleEndian(block[at..]), (tag >> 2) + 1);
                    at += 2;
                    break;
                default:
                    Repeat(output, BinaryPrimitives.ReadInt32LittleEndian(block[at..]), (tag >> 2) + 1);
                    at += 4;
                    break;
            }
        }
    }

    private static void Repeat(List<byte> output, int distance, int length)
    {
        if (distance == 0 || distance > output.Count) { throw Broken("compressed"); }
        for (var i = 0; i < length; i++) { output.Add(output[^distance]); }
    }

    private static InvalidDataException Broken(string what) => new($"These {what} bytes are broken.");
}
