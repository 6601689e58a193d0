using System.Buffers;

namespace Sluice.Sinks.Http;

/// <summary>Cuts a body into pieces that end where a row ends, and holds its end back until it is known to be rows and not an error.</summary>
internal sealed class RowPieces(string format) : IDisposable
{
    /// <summary>A piece is worth a call.</summary>
    private const int Piece = 128 << 10;

    private readonly bool _isLines = format is "JSONEachRow" or "TSV" or "TabSeparated" or "CSV";
    private readonly bool _hasQuotes = format == "CSV";

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(2 * Piece);
    private int _start;
    private int _end;

    // For CSV, where a line break inside quotes ends no row.
    private int _scanned;
    private bool _isQuoted;
    private int _rowEnd;

    /// <summary>Everything that was not handed out.</summary>
    public ReadOnlySpan<byte> Rest => _buffer.AsSpan(_start, _end - _start);

    /// <summary>Rows handed out, for formats of one row a line; 0 for others.</summary>
    public long Rows { get; private set; }

    /// <summary>Where to read into; <see cref="Advance"/> says how many bytes came.</summary>
    public Memory<byte> Room()
    {
        if (_buffer.Length - _end < Piece)
        {
            var length = _end - _start;
            var larger = length + (2 * Piece) > _buffer.Length ? ArrayPool<byte>.Shared.Rent(2 * (length + Piece)) : _buffer;
            _buffer.AsSpan(_start, length).CopyTo(larger);
            if (larger != _buffer)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = larger;
            }

            (_scanned, _rowEnd) = (_scanned - _start, _rowEnd - _start);
            (_start, _end) = (0, length);
        }

        return _buffer.AsMemory(_end);
    }

    public void Advance(int count) => _end += count;

    /// <summary>The next piece, valid until the next call of <see cref="Room"/>; empty when there is none yet.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        var limit = _end - HttpErrors.Tail;
        if (limit - _start < Piece) { return default; }
        if (!_isLines) { return Take(limit); }
        if (_hasQuotes) { return Take(LastQuotedRow(limit)); }
        return Take(_start + _buffer.AsSpan(_start, limit - _start).LastIndexOf((byte)'\n') + 1);
    }

    /// <summary>What is left, up to <paramref name="length"/> bytes, when the body has ended.</summary>
    public ReadOnlyMemory<byte> Last(int length) => Take(_start + length);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private ReadOnlyMemory<byte> Take(int end)
    {
        if (end <= _start) { return default; }
        var piece = _buffer.AsMemory(_start, end - _start);
        if (_isLines) { Rows += piece.Span.Count((byte)'\n'); }
        _start = end;
        return piece;
    }

    private int LastQuotedRow(int limit)
    {
        for (; _scanned < limit; _scanned++)
        {
            var b = _buffer[_scanned];
            if (b == '"') { _isQuoted = !_isQuoted; }
            else if (b == '\n' && !_isQuoted) { _rowEnd = _scanned + 1; }
        }

        return _rowEnd;
    }
}
