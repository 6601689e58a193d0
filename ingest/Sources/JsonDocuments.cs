using Sluice.Ingest.Blocks;

namespace Sluice.Ingest.Sources;

/// <summary>Takes JSON documents out of a file, unpacked or not: one, or one a line.</summary>
/// <remarks>
/// How documents stand shows in the bytes: one a line when the first line and the next begin with an object, which a document written
/// over many lines never does. A file named .jsonl or .ndjson is taken at its word, so that a damaged first line does not hide the
/// others. Items share the buffer they were read into; only the line that the buffer's end cuts is copied.
/// </remarks>
internal sealed class JsonDocuments : IDocuments
{
    /// <summary>A document longer than this is refused, in bytes.</summary>
    public const int MaxDocumentBytes = 1 << 30;

    private const int SmallestBuffer = 16 * 1024;
    private const int UsualBuffer = 4 * 1024 * 1024;
    private const int ReadBytes = 1024 * 1024;
    private const int BinaryBytes = 64 * 1024; // of what is no JSON, as much is handed out

    private readonly InputFile _input;
    private readonly FileStream _file;
    private readonly Stream _stream;
    private readonly bool _isNamedLines;
    private SharedBuffer _buffer;
    private int _start, _scanned, _filled;
    private long _bufferOffset; // of the buffer's first byte in the unpacked file
    private long _line;
    private bool _atEnd;
    private Layout _layout;

    public JsonDocuments(InputFile input, FileStream file, Stream stream)
    {
        _input = input;
        _file = file;
        _stream = stream;
        var name = input.Path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? input.Path[..^3] : input.Path;
        _isNamedLines = name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase);
        var size = ReferenceEquals(file, stream) ? Math.Clamp(input.Length + 1, SmallestBuffer, UsualBuffer) : UsualBuffer;
        _buffer = SharedBuffer.Rent((int)size);
    }

    private enum Layout : byte
    {
        Unknown,
        Single,
        Lines,
        Done,
    }

    public long DoneBytes => _file.Position;

    public SourceItem? Next()
    {
        if (_layout == Layout.Unknown) { _layout = FindLayout(); }
        return _layout switch
        {
            Layout.Single => TakeAll(),
            Layout.Lines => TakeLine(),
            _ => null,
        };
    }

    public void Dispose()
    {
        _buffer.Release();
        _stream.Dispose();
        _file.Dispose();
    }

    private Layout FindLayout()
    {
        var first = SkipBlank();
        if (!_isNamedLines && first is not ((byte)'{' or 0xEF)) { return Layout.Single; }
        var from = _start;
        int newLine;
        while ((newLine = IndexOfNewLine(ref from)) < 0)
        {
            if (!Fill(ref from)) { return Layout.Single; }
        }

        var after = newLine + 1;
        while (true)
        {
            while (after < _filled && IsBlank(_buffer.Bytes[after])) { after++; }
            if (after < _filled) { return _isNamedLines || _buffer.Bytes[after] == '{' ? Layout.Lines : Layout.Single; }
            if (!Fill(ref after)) { return Layout.Single; }
        }
    }

    private SourceItem? TakeAll()
    {
        _layout = Layout.Done;
        var at = _start;
        var isJson = at < _filled && _buffer.Bytes[at] is (byte)'{' or (byte)'[' or 0xEF;
        while ((isJson || _filled - _start < BinaryBytes) && Fill(ref at)) { }
        return _filled - _start > MaxDocumentBytes ? TooLarge() : Item(_start, _filled, 0, _input.SlotHint);
    }

    private SourceItem? TakeLine()
    {
        var from = Math.Max(_scanned, _start);
        while (true)
        {
            var newLine = IndexOfNewLine(ref from);
            if (newLine < 0 && Fill(ref from))
            {
                if (_filled - _start <= MaxDocumentBytes) { continue; }
                _layout = Layout.Done;
                return TooLarge();
            }

            var start = _start;
            var end = newLine < 0 ? _filled : newLine;
            _start = _scanned = from = newLine < 0 ? _filled : newLine + 1;
            _line++;
            while (start < end && IsBlank(_buffer.Bytes[start])) { start++; }
            while (end > start && IsBlank(_buffer.Bytes[end - 1])) { end--; }
            if (end > start) { return Item(start, end, _line, null); }
            if (newLine >= 0) { continue; }
            _layout = Layout.Done;
            return null;
        }
    }

    private SourceItem Item(int start, int end, long line, ulong? slotHint) =>
        new(SourceFormat.Json, _input.Name, line, _bufferOffset + start, slotHint, _buffer, start, end - start);

    private SourceItem TooLarge() => SourceItem.OfFault(
        _input.Name, ReadStatus.TooLarge, $"a document in it is larger than {MaxDocumentBytes} bytes; the rest of the file is left out", _bufferOffset + _start);

    /// <summary>Steps over white space at the file's start; the first byte after it, or 0 at the end.</summary>
    private byte SkipBlank()
    {
        while (true)
        {
            while (_start < _filled && IsBlank(_buffer.Bytes[_start]))
            {
                if (_buffer.Bytes[_start] == '\n') { _line++; }
                _start++;
            }

            if (_start < _filled) { return _buffer.Bytes[_start]; }
            if (!Fill(ref _start)) { return 0; }
        }
    }

    private int IndexOfNewLine(ref int from)
    {
        var found = _buffer.Bytes.AsSpan(from.._filled).IndexOf((byte)'\n');
        if (found >= 0) { return from + found; }
        from = _scanned = _filled;
        return -1;
    }

    /// <summary>Reads more behind what is there; false at the file's end. What was handed out stays where it is.</summary>
    /// <param name="position">A place in the buffer, moved along when the buffer changes.</param>
    private bool Fill(ref int position)
    {
        if (_atEnd || _filled - _start > MaxDocumentBytes) { return false; }
        if (_filled == _buffer.Bytes.Length)
        {
            var rest = _filled - _start;
            var larger = SharedBuffer.Rent((int)Math.Min(Math.Max(UsualBuffer, rest * 2L), MaxDocumentBytes + (long)ReadBytes));
            _buffer.Bytes.AsSpan(_start, rest).CopyTo(larger.Bytes);
            _buffer.Release();
            _buffer = larger;
            var moved = _start;
            _bufferOffset += moved;
            position -= moved;
            _scanned = Math.Max(0, _scanned - moved);
            _start = 0;
            _filled = rest;
        }

        var read = _stream.Read(_buffer.Bytes.AsSpan(_filled, Math.Min(ReadBytes, _buffer.Bytes.Length - _filled)));
        _filled += read;
        _atEnd = read == 0;
        return !_atEnd;
    }

    private static bool IsBlank(byte value) => value is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t';
}
