using System.IO.Compression;
using System.Text;
using Sluice.Schemas.Records;

namespace Sluice.Schemas.Avro;

/// <summary>Reads an object container file that is in memory. Total: bad bytes end the reading, and <see cref="Result"/> says why.</summary>
public sealed class AvroFileReader
{
    /// <summary>Most bytes that a block may inflate to.</summary>
    public const int MaxBlockBytes = 256 << 20;

    private const int SyncSize = 16;

    private readonly byte[] _file;
    private readonly byte[] _sync = new byte[SyncSize];
    private bool _isDeflate;
    private int _at;
    private byte[] _block = [];
    private int _blockStart;
    private int _blockEnd;
    private long _blockRecords;

    private AvroFileReader(byte[] file) => _file = file;

    /// <summary>How reading went so far. The offset is in the file; in a compressed block it is where the block begins.</summary>
    public AvroResult Result { get; private set; }

    /// <summary>Text of the schema that the file was written with.</summary>
    public string SchemaJson { get; private set; } = "";

    /// <summary>Reads the header. Where it is bad, nothing can be read, and the result says why.</summary>
    public static AvroFileReader Open(byte[] file)
    {
        var reader = new AvroFileReader(file);
        if (file.AsSpan().StartsWith("Obj\u0001"u8)) { reader.ReadHeader(); }
        else { reader.Result = new AvroResult(AvroStatus.BadFraming, 0); }
        return reader;
    }

    /// <summary>Reads the next record; false at the end and after an error.</summary>
    /// <remarks>The caller has seen to it that <see cref="SchemaJson"/> describes the codec's bytes.</remarks>
    public bool TryRead<T>(AvroCodec<T> codec, ref T record)
        where T : struct, IRecord
    {
        while (Result.IsOk && _blockRecords == 0)
        {
            if (_blockStart != _blockEnd) { return Fail(AvroStatus.TrailingBytes, _at); }
            if (_at == _file.Length || !NextBlock()) { return false; }
        }

        if (!Result.IsOk) { return false; }
        var result = codec.ReadFirst(_block.AsSpan(_blockStart.._blockEnd), ref record);
        if (!result.IsOk)
        {
            Result = result with { Offset = _isDeflate ? _at : _blockStart + result.Offset };
            return false;
        }

        _blockStart += result.Offset;
        _blockRecords--;
        return true;
    }

    private void ReadHeader()
    {
        var reader = new AvroReader(_file.AsSpan(4));
        while (true)
        {
            if (!reader.TryBlock(out var pairs, out var end)) { break; }
            if (pairs == 0)
            {
                if (reader.Left < SyncSize) { Result = new AvroResult(AvroStatus.Truncated, _file.Length); }
                else
                {
                    _at = 4 + reader.Offset + SyncSize;
                    _file.AsSpan(_at - SyncSize, SyncSize).CopyTo(_sync);
                    Result = new AvroResult(AvroStatus.Ok, _at);
                }

                return;
            }

            for (var i = 0L; i < pairs; i++)
            {
                if (!reader.TryText(out var key) || !reader.TryBytes(out var value)) { break; }
                if (key == "avro.schema") { SchemaJson = Encoding.UTF8.GetString(value); }
                if (key == "avro.codec" && !TakeCompression(value)) { return; }
            }

            if (reader.Status != AvroStatus.Ok || !reader.TryEndBlock(end)) { break; }
        }

        Result = reader.Result with { Offset = 4 + reader.Offset };
    }

    private bool TakeCompression(ReadOnlySpan<byte> name)
    {
        _isDeflate = name.SequenceEqual("deflate"u8);
        return _isDeflate || name.SequenceEqual("null"u8) || Fail(AvroStatus.BadCompression, 0);
    }

    private bool NextBlock()
    {
        var reader = new AvroReader(_file.AsSpan(_at));
        if (!reader.TryLong(out var records) || !reader.TryLong(out var size)) { return Fail(reader.Status, _at + reader.Offset); }
        if (records < 0 || size < 0) { return Fail(AvroStatus.BadLength, _at); }
        if (size > reader.Left - SyncSize) { return Fail(AvroStatus.Truncated, _at); }
        var start = _at + reader.Offset;
        if (!_file.AsSpan(start + (int)size, SyncSize).SequenceEqual(_sync)) { return Fail(AvroStatus.BadFraming, start + (int)size); }

        _block = _file;
        _blockStart = start;
        _blockEnd = start + (int)size;
        _blockRecords = records;
        if (_isDeflate && !Inflate(start, (int)size)) { return Fail(AvroStatus.BadCompression, start); }
        _at = start + (int)size + SyncSize;
        return true;
    }

    private bool Inflate(int start, int size)
    {
        using var deflate = new DeflateStream(new MemoryStream(_file, start, size), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        var part = new byte[1 << 16];
        try
        {
            for (int read; (read = deflate.Read(part)) > 0;)
            {
                if (plain.Length + read > MaxBlockBytes) { return false; }
                plain.Write(part, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }

        _block = plain.GetBuffer();
        _blockStart = 0;
        _blockEnd = (int)plain.Length;
        return true;
    }

    private bool Fail(AvroStatus status, int offset)
    {
        Result = new AvroResult(status, offset);
        return false;
    }
}
