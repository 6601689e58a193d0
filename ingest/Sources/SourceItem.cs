using Sluice.Ingest.Blocks;

namespace Sluice.Ingest.Sources;

/// <summary>What the bytes of an item are.</summary>
public enum SourceFormat : byte
{
    /// <summary>One JSON document, or getTransaction replies of one slot one after another.</summary>
    Json,

    /// <summary>One frame of an archive.</summary>
    ArchiveFrame,

    /// <summary>No bytes: the input could not be read, and <see cref="SourceItem.Fault"/> says why.</summary>
    Fault,
}

/// <summary>One document on loan. Disposing returns its buffer; the bytes must not be used afterwards.</summary>
public sealed class SourceItem : IDisposable
{
    private readonly int _start;
    private readonly int _length;
    private SharedBuffer? _buffer;

    internal SourceItem(SourceFormat format, string file, long line, long offset, ulong? slotHint, SharedBuffer buffer, int start, int length)
    {
        Format = format;
        File = file;
        Line = line;
        Offset = offset;
        SlotHint = slotHint;
        _buffer = buffer.Share();
        _start = start;
        _length = length;
    }

    private SourceItem(string file, ReadResult fault)
    {
        Format = SourceFormat.Fault;
        File = file;
        Fault = fault;
    }

    public SourceFormat Format { get; }

    /// <summary>File, as the user would write it.</summary>
    public string File { get; }

    /// <summary>Line in the file, from 1; 0 where the file is one document.</summary>
    public long Line { get; }

    /// <summary>Where the document begins in the file, bytes after unpacking.</summary>
    public long Offset { get; }

    /// <summary>Slot from the file's name or the archive's frame.</summary>
    public ulong? SlotHint { get; }

    /// <summary>What is wrong with the input, for <see cref="SourceFormat.Fault"/>.</summary>
    public ReadResult Fault { get; }

    /// <summary>File and line, for messages.</summary>
    public string Name => Line > 0 ? $"{File}:{Line}" : File;

    /// <summary>The document.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer is null ? default : _buffer.Bytes.AsSpan(_start, _length);

    internal static SourceItem OfFault(string file, ReadStatus status, string message, long offset = -1) =>
        new(file, new ReadResult(status, message, offset));

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
    }
}
