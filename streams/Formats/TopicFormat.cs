using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Sluice.Schemas.Avro;
using Sluice.Schemas.Records;

namespace Sluice.Streams.Formats;

/// <summary>How the records of one topic stand in messages. Thread-safe; one a topic and process, from <see cref="TopicFormats"/>.</summary>
public abstract class TopicFormat
{
    private readonly WriterSchemas _schemas;
    private readonly ConcurrentDictionary<SchemaKey, Reading> _readings = [];
    private Reading? _last;

    private protected TopicFormat(string topic, AvroSchema schema, WriterSchemas schemas)
    {
        Topic = topic;
        Schema = schema;
        _schemas = schemas;
        SchemaHeader = Encoding.UTF8.GetBytes($"{schema.Name}:{schema.Fingerprint:x16}");
        var own = SchemaKey.OfFingerprint(schema.Fingerprint);
        _last = _readings[own] = new Reading(own, null, new FormatResult(FormatStatus.Ok, own));
    }

    /// <summary>Name of the topic, with its prefix.</summary>
    public string Topic { get; }

    /// <summary>Schema that is written with and read into.</summary>
    public AvroSchema Schema { get; }

    /// <summary>Value of the header <c>schema</c>: full name, colon, fingerprint as 16 hex digits; UTF-8.</summary>
    public ReadOnlyMemory<byte> SchemaHeader { get; }

    /// <summary>The schema's id in the registry; 0 without a registry and before the topic was registered.</summary>
    public int SchemaId { get; internal set; }

    /// <summary>Asks for the writer's schema of a value that could not be read for want of it.</summary>
    /// <param name="unknown">What reading answered.</param>
    /// <returns>
    /// Ok: read again. Unknown: there is none to be had. Incompatible: it cannot be read. A registry or source that does not
    /// answer is waited for, since the value may be fine; only cancelling ends that.
    /// </returns>
    public async ValueTask<FormatResult> ResolveAsync(FormatResult unknown, CancellationToken cancel)
    {
        var key = unknown.Schema;
        if (Find(key) is { } known) { return known.Result; }
        var writer = await _schemas.FetchAsync(key, cancel).ConfigureAwait(false);
        return writer.Schema is null && !writer.IsForeign
            ? new FormatResult(FormatStatus.UnknownSchema, key, default, writer.Reason)
            : Keep(key, writer).Result;
    }

    /// <summary>How values of a schema are read, or null where the schema has to be asked for.</summary>
    private protected Reading? Find(SchemaKey key)
    {
        if (_last is { } last && last.Key == key) { return last; }
        if (!_readings.TryGetValue(key, out var reading))
        {
            if (_schemas.Known(key) is not { } writer) { return null; }
            reading = Keep(key, writer);
        }

        _last = reading;
        return reading;
    }

    private Reading Keep(SchemaKey key, WriterSchema writer) => _readings.GetOrAdd(key, static (key, pair) => Reading.Make(key, pair.writer, pair.Schema), (writer, Schema));

    /// <summary>How values of one writer's schema are read.</summary>
    private protected sealed record Reading(SchemaKey Key, AvroTranscoder? Transcoder, FormatResult Result)
    {
        public static Reading Make(SchemaKey key, WriterSchema writer, AvroSchema reader)
        {
            if (writer.Schema is not { } schema) { return new Reading(key, null, Refused(key, writer.Reason!)); }
            return AvroTranscoder.TryCreate(schema, reader, out var transcoder, out var mismatch)
                ? new Reading(key, transcoder.IsIdentity ? null : transcoder, new FormatResult(FormatStatus.Ok, key))
                : new Reading(key, null, Refused(key, mismatch.ToString()));
        }

        private static FormatResult Refused(SchemaKey key, string reason) => new(FormatStatus.IncompatibleSchema, key, default, reason);
    }
}

/// <inheritdoc/>
public sealed class TopicFormat<T> : TopicFormat
    where T : struct, IRecord
{
    private readonly AvroCodec<T> _codec;
    private readonly bool _usesRegistry;

    internal TopicFormat(string topic, AvroCodec<T> codec, WriterSchemas schemas, bool usesRegistry)
        : base(topic, codec.Schema, schemas)
    {
        _codec = codec;
        _usesRegistry = usesRegistry;
    }

    /// <summary>Writes a record with its framing: Confluent's with a registry, else single-object encoding. Allocates nothing.</summary>
    public void Write(in T record, IBufferWriter<byte> output)
    {
        if (!_usesRegistry)
        {
            _codec.WriteSingleObject(in record, output);
            return;
        }

        var id = SchemaId;
        if (id == 0) { ThrowNotRegistered(); }
        _codec.WriteConfluent(in record, id, output);
    }

    /// <summary>Reads a value in either framing. Never throws for what the bytes are, and allocates no more than the codec.</summary>
    /// <param name="record">Reset first; unspecified when reading fails.</param>
    /// <param name="texts">Where texts that come again are looked up.</param>
    public FormatResult Read(ReadOnlySpan<byte> value, ref T record, TextPool? texts = null)
    {
        SchemaKey key;
        int head;
        if (AvroFraming.TryReadSingleObject(value, out var fingerprint))
        {
            (key, head) = (SchemaKey.OfFingerprint(fingerprint), AvroFraming.SingleObjectSize);
        }
        else if (AvroFraming.TryReadConfluent(value, out var id))
        {
            (key, head) = (SchemaKey.OfId(id), AvroFraming.ConfluentSize);
        }
        else
        {
            return new FormatResult(FormatStatus.BadFraming, default);
        }

        if (Find(key) is not { } reading) { return new FormatResult(FormatStatus.UnknownSchema, key); }
        if (!reading.Result.IsOk) { return reading.Result; }
        if (reading.Transcoder is { } transcoder) { return Resolve(transcoder, key, value[head..], head, ref record, texts); }
        var result = _codec.Read(value[head..], ref record, texts);
        return result.IsOk ? reading.Result : Bad(key, result with { Offset = result.Offset + head });
    }

    private FormatResult Resolve(AvroTranscoder transcoder, SchemaKey key, ReadOnlySpan<byte> body, int head, ref T record, TextPool? texts)
    {
        var scratch = Scratch.Rent();
        try
        {
            var result = transcoder.Transcode(body, scratch);
            if (!result.IsOk) { return Bad(key, result with { Offset = result.Offset + head }); }
            result = _codec.Read(scratch.WrittenSpan, ref record, texts);
            return result.IsOk ? new FormatResult(FormatStatus.Ok, key) : Bad(key, result with { Offset = -1 });
        }
        finally
        {
            Scratch.Return(scratch);
        }
    }

    private static FormatResult Bad(SchemaKey key, AvroResult result) => new(FormatStatus.BadValue, key, result);

    [DoesNotReturn]
    private void ThrowNotRegistered() => throw new InvalidOperationException($"Topic {Topic} was not registered with the schema registry.");
}
