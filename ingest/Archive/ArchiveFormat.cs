using System.Buffers.Binary;
using System.Numerics;

namespace Sluice.Ingest.Archive;

/// <summary>The frame of an archive file (<c>.sluice</c>), version 1. All numbers are little-endian.</summary>
/// <remarks>
/// File: header of 16 bytes (magic 8, version u16, 0 u16, checksum u32 of the 12 before), block frames, one index frame, trailer of 16
/// bytes (offset of the index frame u64, magic 8).
/// Frame: header of 32 bytes (marker u32, payload length u32, slot u64, loose length u32, unpacked length of the rest u32,
/// transactions u32, checksum u32 over the 28 bytes before and the payload), payload. A block's payload is keys and signatures
/// as they are, since they do not pack, and then columns packed with deflate. Checksums are CRC-32C.
/// Frames stand alone, so a file that was cut is good up to its last whole frame, and more can be appended. Only the version that
/// wrote a file reads it: a change of the columns raises <see cref="Version"/>.
/// </remarks>
internal static class ArchiveFormat
{
    /// <summary>Version of files that this program writes and reads.</summary>
    public const ushort Version = 1;

    public const int HeaderBytes = 16;
    public const int FrameHeaderBytes = 32;
    public const int TrailerBytes = 16;

    /// <summary>A frame beyond this is damage, not a block.</summary>
    public const int MaxPayloadBytes = 256 * 1024 * 1024;

    /// <summary>"BLKF".</summary>
    public const uint BlockMarker = 0x464B4C42;

    /// <summary>"IDXF".</summary>
    public const uint IndexMarker = 0x46584449;

    // The end-of-file and line-feed characters show at once when a copy in text mode changed the file.
    public static ReadOnlySpan<byte> Magic => "SLUICE\x1A\n"u8;

    public static ReadOnlySpan<byte> TrailerMagic => "SLUICEIX"u8;

    public static bool IsArchive(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    public static void WriteHeader(Span<byte> header)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[10..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header[12..], Checksum(0, header[..12]));
    }

    /// <summary>Why a file with this header cannot be read, or null when it can.</summary>
    public static string? Judge(ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || !IsArchive(header)) { return "it is no Sluice archive"; }
        if (BinaryPrimitives.ReadUInt32LittleEndian(header[12..]) != Checksum(0, header[..12])) { return "the archive's header is damaged"; }
        var version = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
        return version == Version
            ? null
            : $"the archive is of version {version} and this program reads version {Version}; pack the blocks again or use the program that wrote it";
    }

    /// <summary>Slot of the first frame in the first bytes of a file.</summary>
    public static ulong? FirstSlotOf(ReadOnlySpan<byte> head) =>
        head.Length >= HeaderBytes + FrameHeaderBytes && FrameHeader.TryRead(head[HeaderBytes..], out var frame) && frame.Marker == BlockMarker
            ? frame.Slot
            : null;

    /// <summary>CRC-32C of the bytes, continuing from <paramref name="crc"/>.</summary>
    public static uint Checksum(uint crc, ReadOnlySpan<byte> bytes)
    {
        crc = ~crc;
        for (; bytes.Length >= 8; bytes = bytes[8..]) { crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes)); }
        foreach (var value in bytes) { crc = BitOperations.Crc32C(crc, value); }
        return ~crc;
    }
}

/// <summary>Header of a frame.</summary>
internal readonly record struct FrameHeader(
    uint Marker, int PayloadLength, ulong Slot, int LooseLength, int UnpackedLength, int Transactions, uint Checksum)
{
    /// <summary>Reads a header; false where the bytes cannot be one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out FrameHeader header)
    {
        header = default;
        if (bytes.Length < ArchiveFormat.FrameHeaderBytes) { return false; }
        var payload = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var loose = BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]);
        var unpacked = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        header = new FrameHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes), (int)payload, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), (int)loose,
            (int)unpacked, (int)BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]));
        return header.Marker is ArchiveFormat.BlockMarker or ArchiveFormat.IndexMarker
            && payload <= ArchiveFormat.MaxPayloadBytes && loose <= payload && unpacked <= ArchiveFormat.MaxPayloadBytes && header.Transactions >= 0;
    }

    /// <summary>Writes the header, checksum included.</summary>
    public void Write(Span<byte> bytes, ReadOnlySpan<byte> payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Marker);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], (uint)payload.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Slot);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], (uint)LooseLength);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], (uint)UnpackedLength);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], (uint)Transactions);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], ArchiveFormat.Checksum(ArchiveFormat.Checksum(0, bytes[..28]), payload));
    }

    /// <summary>True when a whole frame, header and payload, is what was written.</summary>
    public bool Matches(ReadOnlySpan<byte> frame) =>
        frame.Length == ArchiveFormat.FrameHeaderBytes + PayloadLength
        && ArchiveFormat.Checksum(ArchiveFormat.Checksum(0, frame[..28]), frame[ArchiveFormat.FrameHeaderBytes..]) == Checksum;
}
