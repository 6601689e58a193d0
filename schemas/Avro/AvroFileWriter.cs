using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Sluice.Schemas.Records;

namespace Sluice.Schemas.Avro;

/// <summary>How the blocks of a container file are compressed.</summary>
public enum AvroCompression
{
    None,
    Deflate,
}

/// <summary>Writes an object container file (Avro 1.11, "Object Container Files"). Not thread-safe; disposing writes what is pending.</summary>
public sealed class AvroFileWriter<T> : IDisposable
    where T : struct, IRecord
{
    private const int SyncSize = 16;
    private const int BlockBytes = 1 << 20;

    private readonly AvroCodec<T> _codec;
    private readonly Stream _output;
    private readonly AvroCompression _compression;
    private readonly byte[] _sync = RandomNumberGenerator.GetBytes(SyncSize);
    private readonly ArrayBufferWriter<byte> _block = new(1 << 12);
    private long _records;

    /// <param name="output">Left open.</param>
    public AvroFileWriter(AvroCodec<T> codec, Stream output, AvroCompression compression = AvroCompression.Deflate)
    {
        _codec = codec;
        _output = output;
        _compression = compression;
        WriteHeader();
    }

    /// <summary>Adds a record; a block goes out when it holds about a mebibyte.</summary>
    public void Add(in T record)
    {
        _codec.Write(in record, _block);
        _records++;
        if (_block.WrittenCount >= BlockBytes) { WriteBlock(); }
    }

    public void Dispose()
    {
        WriteBlock();
        _output.Flush();
    }

    private void WriteHeader()
    {
        var header = new ArrayBufferWriter<byte>();
        header.Write("Obj\u0001"u8);
        var writer = new AvroWriter(header);
        writer.BeginArray(2); // a map is encoded as an array of pairs
        writer.Text("avro.schema");
        writer.Bytes(Encoding.UTF8.GetBytes(_codec.Schema.Json));
        writer.Text("avro.codec");
        writer.Bytes(_compression == AvroCompression.Deflate ? "deflate"u8 : "null"u8);
        writer.EndArray();
        writer.Flush();
        header.Write(_sync);
        _output.Write(header.WrittenSpan);
    }

    private void WriteBlock()
    {
        if (_records == 0) { return; }
        var data = _block.WrittenSpan;
        using var packed = new MemoryStream();
        if (_compression == AvroCompression.Deflate)
        {
            using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true)) { deflate.Write(data); }
            data = packed.GetBuffer().AsSpan(0, (int)packed.Length);
        }

        var head = new ArrayBufferWriter<byte>(20);
        var writer = new AvroWriter(head);
        writer.Long(_records);
        writer.Long(data.Length);
        writer.Flush();
        _output.Write(head.WrittenSpan);
        _output.Write(data);
        _output.Write(_sync);
        _block.ResetWrittenCount();
        _records = 0;
    }
}
