using System.Buffers;
using System.Buffers.Binary;
using Sluice.Schemas.Records;

namespace Sluice.Schemas.Avro;

/// <summary>Reads and writes one record type. Generated for every schema file; thread-safe.</summary>
/// <remarks>
/// Reading is with the writer's schema equal to this one. Single-object encoding tells the writer's fingerprint: another
/// one is <see cref="AvroStatus.OtherSchema"/>, and <see cref="AvroFraming"/> gives it, so that a reader that resolves
/// schemas can be chosen by it.
/// </remarks>
public abstract class AvroCodec<T>
    where T : struct, IRecord
{
    private protected AvroCodec(AvroSchema schema) => Schema = schema;

    public AvroSchema Schema { get; }

    /// <summary>Writes the plain binary encoding.</summary>
    public void Write(in T record, IBufferWriter<byte> output)
    {
        var writer = new AvroWriter(output);
        WriteBody(ref writer, in record);
        writer.Flush();
    }

    /// <summary>Writes single-object encoding: magic, fingerprint, body.</summary>
    public void WriteSingleObject(in T record, IBufferWriter<byte> output)
    {
        AvroFraming.WriteSingleObject(Schema.Fingerprint, output);
        Write(in record, output);
    }

    /// <summary>Writes Confluent's framing: zero, the schema's id in the registry, body.</summary>
    public void WriteConfluent(in T record, int schemaId, IBufferWriter<byte> output)
    {
        AvroFraming.WriteConfluent(schemaId, output);
        Write(in record, output);
    }

    /// <summary>Reads the plain binary encoding of one record, which must use up the bytes.</summary>
    /// <param name="record">Reset first; unspecified when reading fails.</param>
    /// <param name="texts">Where texts that come again are looked up.</param>
    public AvroResult Read(ReadOnlySpan<byte> body, ref T record, TextPool? texts = null)
    {
        var result = ReadFirst(body, ref record, texts);
        return result.IsOk && result.Offset < body.Length ? new AvroResult(AvroStatus.TrailingBytes, result.Offset) : result;
    }

    /// <summary>Reads one record from the start of the bytes; the result's offset is where the next one begins.</summary>
    /// <param name="record">Reset first; unspecified when reading fails.</param>
    /// <param name="texts">Where texts that come again are looked up.</param>
    public AvroResult ReadFirst(ReadOnlySpan<byte> bytes, ref T record, TextPool? texts = null)
    {
        var reader = new AvroReader(bytes, texts);
        ReadBody(ref reader, ref record);
        return reader.Result;
    }

    /// <summary>Reads single-object encoding.</summary>
    public AvroResult ReadSingleObject(ReadOnlySpan<byte> bytes, ref T record, TextPool? texts = null)
    {
        if (!AvroFraming.TryReadSingleObject(bytes, out var fingerprint)) { return new AvroResult(AvroStatus.BadFraming, 0); }
        if (fingerprint != Schema.Fingerprint) { return new AvroResult(AvroStatus.OtherSchema, AvroFraming.MagicSize); }
        var result = Read(bytes[AvroFraming.SingleObjectSize..], ref record, texts);
        return result with { Offset = result.Offset + AvroFraming.SingleObjectSize };
    }

    /// <summary>Reads Confluent's framing. The id must have been resolved to this schema.</summary>
    public AvroResult ReadConfluent(ReadOnlySpan<byte> bytes, int schemaId, ref T record, TextPool? texts = null)
    {
        if (!AvroFraming.TryReadConfluent(bytes, out var id)) { return new AvroResult(AvroStatus.BadFraming, 0); }
        if (id != schemaId) { return new AvroResult(AvroStatus.OtherSchema, 1); }
        var result = Read(bytes[AvroFraming.ConfluentSize..], ref record, texts);
        return result with { Offset = result.Offset + AvroFraming.ConfluentSize };
    }

    private protected abstract void WriteBody(ref AvroWriter writer, in T record);

    private protected abstract bool ReadBody(ref AvroReader reader, ref T record);
}

/// <summary>What stands before a record's body.</summary>
public static class AvroFraming
{
    /// <summary>Bytes before the body in single-object encoding: C3 01 and the fingerprint, little-endian.</summary>
    public const int SingleObjectSize = MagicSize + sizeof(ulong);

    /// <summary>Bytes before the body in Confluent's framing: 0 and the id, big-endian.</summary>
    public const int ConfluentSize = 1 + sizeof(int);

    internal const int MagicSize = 2;

    public static void WriteSingleObject(ulong fingerprint, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(SingleObjectSize);
        span[0] = 0xC3;
        span[1] = 0x01;
        BinaryPrimitives.WriteUInt64LittleEndian(span[MagicSize..], fingerprint);
        output.Advance(SingleObjectSize);
    }

    public static bool TryReadSingleObject(ReadOnlySpan<byte> bytes, out ulong fingerprint)
    {
        fingerprint = 0;
        if (bytes.Length < SingleObjectSize || bytes[0] != 0xC3 || bytes[1] != 0x01) { return false; }
        fingerprint = BinaryPrimitives.ReadUInt64LittleEndian(bytes[MagicSize..]);
        return true;
    }

    public static void WriteConfluent(int schemaId, IBufferWriter<byte> output)
    {
        var span = output.GetSpan(ConfluentSize);
        span[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(span[1..], schemaId);
        output.Advance(ConfluentSize);
    }

    public static bool TryReadConfluent(ReadOnlySpan<byte> bytes, out int schemaId)
    {
        schemaId = 0;
        if (bytes.Length < ConfluentSize || bytes[0] != 0) { return false; }
        schemaId = BinaryPrimitives.ReadInt32BigEndian(bytes[1..]);
        return true;
    }
}
