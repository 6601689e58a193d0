using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Archive;

/// <summary>Writes blocks into an archive file. One thread at a time.</summary>
/// <remarks>
/// Each block is on its way to disk when <see cref="Add"/> returns, so that an interrupted writer loses nothing before it; the index
/// comes with <see cref="Close"/>. A file whose writer was interrupted is continued by <see cref="Append"/>, which cuts off half a frame.
/// </remarks>
public sealed class ArchiveWriter : IDisposable
{
    private readonly FileStream _file;
    private readonly FrameWriter _frames = new();
    private readonly List<(ulong Slot, long Offset)> _written;
    private bool _isClosed;

    private ArchiveWriter(FileStream file, List<(ulong Slot, long Offset)> written)
    {
        _file = file;
        _written = written;
    }

    /// <summary>Blocks in the file.</summary>
    public int Count => _written.Count;

    /// <summary>Bytes in the file.</summary>
    public long Length => _file.Position;

    /// <summary>Slots in the file, in the order they were added.</summary>
    public IEnumerable<ulong> Slots => _written.Select(f => f.Slot);

    /// <summary>Begins a new file; an existing one is replaced. Throws what the file system throws.</summary>
    public static ArchiveWriter Create(string path)
    {
        var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.Read, 1);
        Span<byte> header = stackalloc byte[ArchiveFormat.HeaderBytes];
        ArchiveFormat.WriteHeader(header);
        file.Write(header);
        return new ArchiveWriter(file, []);
    }

    /// <summary>Continues a file behind its last whole frame, or begins it when there is none or it is empty.</summary>
    /// <exception cref="InvalidDataException">The file is no archive, or of another version. It is left as it is.</exception>
    public static ArchiveWriter Append(string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0) { return Create(path); }
        var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read, 1);
        try
        {
            var index = ArchiveIndex.Of(file);
            if (index.Problem is not null) { throw new InvalidDataException($"{path}: {index.Problem}"); }
            file.SetLength(index.End);
            file.Position = index.End;
            return new ArchiveWriter(file, [.. index.Frames]);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Adds a block.</summary>
    public void Add(RawBlock block)
    {
        _written.Add((block.Slot, _file.Position));
        _file.Write(_frames.Write(block));
    }

    /// <summary>Writes the index and ends the file.</summary>
    public void Close()
    {
        if (_isClosed) { return; }
        _isClosed = true;
        Span<byte> trailer = stackalloc byte[ArchiveFormat.TrailerBytes];
        BinaryPrimitives.WriteInt64LittleEndian(trailer, _file.Position);
        ArchiveFormat.TrailerMagic.CopyTo(trailer[8..]);
        _file.Write(_frames.WriteIndex(_written));
        _file.Write(trailer);
        _file.Flush(flushToDisk: true);
    }

    /// <summary>Closes the file, with its index.</summary>
    public void Dispose()
    {
        Close();
        _file.Dispose();
    }
}
