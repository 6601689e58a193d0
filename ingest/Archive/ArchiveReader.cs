using System.Buffers.Binary;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Archive;

/// <summary>Reads single blocks out of an archive file by their slot. One thread at a time.</summary>
public sealed class ArchiveReader : IDisposable
{
    private readonly FileStream _file;
    private readonly ArchiveIndex _index;
    private readonly FrameReader _frames = new();
    private readonly Dictionary<ulong, long> _offsets = [];
    private readonly string _path;
    private byte[] _frame = [];

    private ArchiveReader(string path, FileStream file, ArchiveIndex index)
    {
        _path = path;
        _file = file;
        _index = index;
        foreach (var (slot, offset) in index.Frames) { _offsets[slot] = offset; } // the last one of a slot counts
    }

    /// <summary>Slots in the file's order.</summary>
    public IEnumerable<ulong> Slots => _index.Frames.Select(f => f.Slot);

    /// <summary>False when the file's writer was interrupted; its whole frames can be read all the same.</summary>
    public bool IsClosed => _index.IsClosed;

    /// <summary>Opens an archive. Throws what the file system throws.</summary>
    /// <exception cref="InvalidDataException">The file is no archive, or of another version.</exception>
    public static ArchiveReader Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        try
        {
            var index = ArchiveIndex.Of(file);
            return index.Problem is null ? new ArchiveReader(path, file, index) : throw new InvalidDataException($"{path}: {index.Problem}");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads the block of a slot; false when the archive has none.</summary>
    public bool TryRead(ulong slot, RawBlock block, out ReadResult result)
    {
        result = default;
        if (!_offsets.TryGetValue(slot, out var offset)) { return false; }
        _file.Position = offset;
        Span<byte> header = stackalloc byte[ArchiveFormat.FrameHeaderBytes];
        _file.ReadExactly(header);
        var length = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(header[4..]), ArchiveFormat.MaxPayloadBytes);
        var total = (int)Math.Min(ArchiveFormat.FrameHeaderBytes + length, _file.Length - offset);
        if (_frame.Length < total) { _frame = new byte[Math.Max(total, _frame.Length * 2)]; }
        _file.Position = offset;
        _file.ReadExactly(_frame, 0, total);
        result = _frames.Read(_frame.AsSpan(0, total), _path, block);
        return true;
    }

    public void Dispose() => _file.Dispose();
}
