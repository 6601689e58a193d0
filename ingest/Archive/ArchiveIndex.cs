using System.Buffers.Binary;

namespace Sluice.Ingest.Archive;

/// <summary>Where the frames of an archive file stand.</summary>
/// <param name="Frames">Slot and file offset of each whole frame, in file order.</param>
/// <param name="End">Offset behind the last whole frame: where an index, or more frames, belong.</param>
/// <param name="IsClosed">False when the file has no index: its writer was interrupted.</param>
/// <param name="TailBytes">Bytes behind <paramref name="End"/> that belong to no whole frame and no index.</param>
/// <param name="Problem">Why the file cannot be used at all, or null.</param>
internal sealed record ArchiveIndex(IReadOnlyList<(ulong Slot, long Offset)> Frames, long End, bool IsClosed, long TailBytes, string? Problem)
{
    /// <summary>Reads the index at the file's end, or walks the frames where there is none.</summary>
    public static ArchiveIndex Of(FileStream file)
    {
        Span<byte> header = stackalloc byte[ArchiveFormat.HeaderBytes];
        file.Position = 0;
        var length = file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        if (ArchiveFormat.Judge(header[..length]) is { } problem) { return new ArchiveIndex([], 0, false, 0, problem); }
        return TryReadIndex(file) ?? Walk(file);
    }

    private static ArchiveIndex? TryReadIndex(FileStream file)
    {
        Span<byte> trailer = stackalloc byte[ArchiveFormat.TrailerBytes];
        if (file.Length < ArchiveFormat.HeaderBytes + ArchiveFormat.FrameHeaderBytes + ArchiveFormat.TrailerBytes) { return null; }
        file.Position = file.Length - ArchiveFormat.TrailerBytes;
        file.ReadExactly(trailer);
        var offset = BinaryPrimitives.ReadInt64LittleEndian(trailer);
        var length = file.Length - ArchiveFormat.TrailerBytes - offset;
        if (!trailer[8..].SequenceEqual(ArchiveFormat.TrailerMagic) || offset < ArchiveFormat.HeaderBytes || length < ArchiveFormat.FrameHeaderBytes
            || length > ArchiveFormat.MaxPayloadBytes)
        {
            return null;
        }

        var bytes = new byte[length];
        file.Position = offset;
        file.ReadExactly(bytes);
        if (!FrameHeader.TryRead(bytes, out var header) || header.Marker != ArchiveFormat.IndexMarker || !header.Matches(bytes)) { return null; }

        var cursor = new ByteCursor(bytes.AsSpan(ArchiveFormat.FrameHeaderBytes));
        var count = cursor.ReadCount(bytes.Length);
        var frames = new List<(ulong, long)>(count);
        ulong slot = 0;
        long at = 0;
        for (var i = 0; i < count && !cursor.Failed; i++)
        {
            slot += (ulong)cursor.ReadSigned();
            at += (long)cursor.ReadNumber();
            if (at < ArchiveFormat.HeaderBytes || at >= offset) { return null; }
            frames.Add((slot, at));
        }

        return cursor.Failed ? null : new ArchiveIndex(frames, offset, true, 0, null);
    }

    /// <summary>Goes from header to header. Payloads are not read; their checksums are checked when the blocks are.</summary>
    private static ArchiveIndex Walk(FileStream file)
    {
        Span<byte> bytes = stackalloc byte[ArchiveFormat.FrameHeaderBytes];
        var frames = new List<(ulong, long)>();
        long at = ArchiveFormat.HeaderBytes;
        while (true)
        {
            file.Position = at;
            if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length
                || !FrameHeader.TryRead(bytes, out var header) || header.Marker != ArchiveFormat.BlockMarker
                || at + bytes.Length + header.PayloadLength > file.Length)
            {
                return new ArchiveIndex(frames, at, false, file.Length - at, null);
            }

            frames.Add((header.Slot, at));
            at += bytes.Length + header.PayloadLength;
        }
    }
}
