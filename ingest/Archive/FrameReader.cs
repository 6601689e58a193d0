using System.IO.Compression;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Archive;

/// <summary>Turns one frame of an archive into a raw block. One thread at a time; keeps its buffers.</summary>
public sealed class FrameReader
{
    private readonly BlockColumnReader _columns = new();
    private byte[] _unpacked = [];

    /// <summary>Reads a whole frame, its header included, into <paramref name="block"/>, which is emptied first. No bytes make it throw.</summary>
    public ReadResult Read(ReadOnlySpan<byte> frame, string source, RawBlock block)
    {
        block.Reset();
        block.Source = source;
        if (!FrameHeader.TryRead(frame, out var header) || header.Marker != ArchiveFormat.BlockMarker) { return Damaged("is no block"); }
        block.Slot = header.Slot;
        if (!header.Matches(frame)) { return Damaged($"of slot {header.Slot} does not match its checksum"); }

        var payload = frame[ArchiveFormat.FrameHeaderBytes..];
        if (TryUnpack(payload[header.LooseLength..], header.UnpackedLength)
            && _columns.TryRead(payload[..header.LooseLength], _unpacked.AsSpan(0, header.UnpackedLength), block)
            && block.Slot == header.Slot)
        {
            return new ReadResult(ReadStatus.Read);
        }

        block.Reset();
        block.Source = source;
        block.Slot = header.Slot;
        return Damaged($"of slot {header.Slot} cannot be read");
    }

    private static ReadResult Damaged(string what) =>
        new(ReadStatus.BadArchive, $"a frame of the archive {what}; pack the slot again from its source");

    private unsafe bool TryUnpack(ReadOnlySpan<byte> packed, int length)
    {
        if (packed.IsEmpty) { return false; }
        if (_unpacked.Length < length) { _unpacked = new byte[Math.Max(length, _unpacked.Length * 2)]; }
        // The unpacker of the framework takes a stream, and a stream over managed memory would need an array of its own.
        fixed (byte* start = packed)
        {
            using var memory = new UnmanagedMemoryStream(start, packed.Length);
            using var inflate = new DeflateStream(memory, CompressionMode.Decompress);
            try
            {
                return inflate.ReadAtLeast(_unpacked.AsSpan(0, length), length, throwOnEndOfStream: false) == length && inflate.ReadByte() < 0;
            }
            catch (InvalidDataException)
            {
                return false; // only a frame made on purpose matches its checksum and does not unpack
            }
        }
    }
}
