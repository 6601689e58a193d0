using Sluice.Ingest.Archive;
using Sluice.Ingest.Blocks;

namespace Sluice.Ingest.Sources;

/// <summary>Takes the frames out of an archive file, one after another, up to its index or to where it was cut.</summary>
internal sealed class ArchiveFrames : IDocuments
{
    private const string PackAgain = "what came before was used; pack the rest again, or record on";

    private readonly InputFile _input;
    private readonly FileStream _file;
    private long _offset;
    private bool _isDone;

    public ArchiveFrames(InputFile input, FileStream file)
    {
        _input = input;
        _file = file;
    }

    public long DoneBytes => _file.Position;

    public SourceItem? Next()
    {
        if (_isDone) { return null; }
        if (_offset == 0 && ReadFileHeader() is { } problem) { return End(problem, 0); }

        Span<byte> bytes = stackalloc byte[ArchiveFormat.FrameHeaderBytes];
        var length = _file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        if (length == 0) { return End($"the archive was never closed; {PackAgain}", _offset); }
        if (length < bytes.Length) { return End($"the archive ends inside a frame; {PackAgain}", _offset); }
        if (!FrameHeader.TryRead(bytes, out var header)) { return End($"the archive is damaged at byte {_offset}; {PackAgain}", _offset); }
        if (header.Marker == ArchiveFormat.IndexMarker)
        {
            _file.Position = _file.Length;
            _isDone = true;
            return null;
        }

        var total = bytes.Length + header.PayloadLength;
        if (_offset + total > _file.Length) { return End($"the archive ends inside a frame; {PackAgain}", _offset); }
        var buffer = SharedBuffer.Rent(total);
        bytes.CopyTo(buffer.Bytes);
        _file.ReadExactly(buffer.Bytes, bytes.Length, header.PayloadLength);
        var item = new SourceItem(SourceFormat.ArchiveFrame, _input.Name, 0, _offset, header.Slot, buffer, 0, total);
        buffer.Release();
        _offset += total;
        return item;
    }

    public void Dispose() => _file.Dispose();

    private string? ReadFileHeader()
    {
        Span<byte> header = stackalloc byte[ArchiveFormat.HeaderBytes];
        var length = _file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        _offset = length;
        return ArchiveFormat.Judge(header[..length]);
    }

    private SourceItem End(string message, long offset)
    {
        _isDone = true;
        return SourceItem.OfFault(_input.Name, ReadStatus.BadArchive, message, offset);
    }
}
