using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Cli.Roles.Ingest;
using Sluice.Cli.Roles.Stores;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Formats;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Tail;

/// <summary>Turns the messages of one topic into JSON.</summary>
internal abstract class MessageText
{
    /// <summary>Writes the value; false with the reason when it cannot be read.</summary>
    public abstract bool TryRead(TopicMessage message, [NotNullWhen(true)] out Action<Utf8JsonWriter>? write, out string problem);

    /// <summary>Slot of a message; null where it has none.</summary>
    public virtual long? SlotOf(TopicMessage message) => null;

    /// <summary>Writes the key: numbers and addresses as such, else text, else base64.</summary>
    public virtual void WriteKey(Utf8JsonWriter json, byte[]? key) => WriteBytes(json, key);

    /// <summary>The text of a topic; of one that is not known, keys and values are shown as text or base64.</summary>
    /// <param name="name">Name on the cluster.</param>
    /// <param name="cancel">Ends waiting for a schema registry that is away.</param>
    public static MessageText Of(string name, KafkaOptions options, TopicFormats formats, CancellationToken cancel)
    {
        if (name == options.NameOf(Topics.Blocks)) { return new Records<Block>(Topics.Blocks, formats, BlockJson.Write, cancel); }
        if (name == options.NameOf(Topics.Swaps)) { return new Records<PoolSwap>(Topics.Swaps, formats, PoolSwapJson.Write, cancel); }
        if (name == options.NameOf(Topics.Validators)) { return new Records<ValidatorObservation>(Topics.Validators, formats, ValidatorObservationJson.Write, cancel); }
        if (name == options.NameOf(Topics.Arbitrages)) { return new Records<Arbitrage>(Topics.Arbitrages, formats, ArbitrageJson.Write, cancel); }
        if (name == options.NameOf(Topics.Sandwiches)) { return new Records<Sandwich>(Topics.Sandwiches, formats, SandwichJson.Write, cancel); }
        if (name == options.NameOf(Topics.RoundTrips)) { return new Records<RoundTrip>(Topics.RoundTrips, formats, RoundTripJson.Write, cancel); }
        if (name == options.NameOf(Topics.Jit)) { return new Records<JitLiquidity>(Topics.Jit, formats, JitLiquidityJson.Write, cancel); }
        if (name == options.NameOf(Topics.Liquidations)) { return new Records<Liquidation>(Topics.Liquidations, formats, LiquidationJson.Write, cancel); }
        if (name == options.NameOf(Topics.Attempts)) { return new Records<FailedAttempt>(Topics.Attempts, formats, FailedAttemptJson.Write, cancel); }
        if (name == options.NameOf(Topics.Bundles)) { return new Records<Bundle>(Topics.Bundles, formats, BundleJson.Write, cancel); }
        if (name == options.NameOf(Topics.Rejections)) { return new Records<Rejection>(Topics.Rejections, formats, RejectionJson.Write, cancel); }
        if (name == options.NameOf(Topics.DeadLetters)) { return new Records<DeadLetter>(Topics.DeadLetters, formats, DeadLetterJson.Write, cancel); }
        if (name == options.TopicPrefix + KafkaSchemas.TopicName) { return new Schemas(); }
        if (name == options.NameOf(ChangelogRecord.TopicOf(PoolsTopology.Name, PoolsTopology.Latest))) { return new Pools(); }
        if (name == options.NameOf(ChangelogRecord.TopicOf(IngestLedger.Role, IngestLedger.Store))) { return new Ledger(); }
        return new Unknown();
    }

    /// <summary>Text where the bytes are UTF-8 without control characters, else base64.</summary>
    protected static void WriteBytes(Utf8JsonWriter json, byte[]? bytes)
    {
        if (bytes is null) { json.WriteNullValue(); }
        else if (System.Text.Unicode.Utf8.IsValid(bytes) && !bytes.AsSpan().ContainsAnyInRange((byte)0, (byte)31)) { json.WriteStringValue(bytes); }
        else { json.WriteBase64StringValue(bytes); }
    }

    private delegate void RecordWriter<T>(Utf8JsonWriter json, in T record)
        where T : struct, IRecord;

    private sealed class Records<T>(Topic<T> topic, TopicFormats formats, RecordWriter<T> writer, CancellationToken cancel) : MessageText
        where T : struct, IRecord
    {
        private readonly TopicFormat<T> _format = formats.For(topic);
        private T _record = Empty();

        public override bool TryRead(TopicMessage message, [NotNullWhen(true)] out Action<Utf8JsonWriter>? write, out string problem)
        {
            write = null;
            problem = "";
            if (message.Value is null)
            {
                problem = "the message has no value";
                return false;
            }

            var result = _format.Read(message.Value, ref _record);
            if (result.Status == FormatStatus.UnknownSchema)
            {
                result = _format.ResolveAsync(result, cancel).AsTask().GetAwaiter().GetResult();
                if (result.IsOk) { result = _format.Read(message.Value, ref _record); }
            }

            if (!result.IsOk)
            {
                problem = result.ToString();
                return false;
            }

            write = json => writer(json, in _record);
            return true;
        }

        public override long? SlotOf(TopicMessage message) => TryRead(message, out _, out _) ? topic.SlotOf(in _record) : null;

        public override void WriteKey(Utf8JsonWriter json, byte[]? key)
        {
            // Dead letters are keyed by a text of any length.
            if (typeof(T) != typeof(DeadLetter) && key is { Length: sizeof(long) }) { json.WriteNumberValue(BinaryPrimitives.ReadInt64BigEndian(key)); }
            else if (typeof(T) != typeof(DeadLetter) && key is { Length: Pubkey.Size }) { json.WriteStringValue(new Pubkey(key).ToString()); }
            else { WriteBytes(json, key); }
        }

        private static T Empty()
        {
            var record = default(T);
            record.Reset();
            return record;
        }
    }

    /// <summary>sluice.schemas: fingerprint → schema.</summary>
    private sealed class Schemas : MessageText
    {
        public override bool TryRead(TopicMessage message, [NotNullWhen(true)] out Action<Utf8JsonWriter>? write, out string problem)
        {
            problem = "";
            write = json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("fingerprint");
                WriteBytes(json, message.Key);
                json.WritePropertyName("schema");
                try
                {
                    using var schema = JsonDocument.Parse(message.Value);
                    schema.RootElement.WriteTo(json);
                }
                catch (JsonException)
                {
                    WriteBytes(json, message.Value);
                }

                json.WriteEndObject();
            };
            return true;
        }
    }

    /// <summary>A table: one entry, or that it was deleted.</summary>
    private abstract class Table(int keySize, int valueSize) : MessageText
    {
        public override bool TryRead(TopicMessage message, [NotNullWhen(true)] out Action<Utf8JsonWriter>? write, out string problem)
        {
            write = null;
            problem = "the message is no entry of this table, or of another version of it";
            if (message.Key?.Length != keySize || (message.Value is { } value && value.Length != valueSize)) { return false; }
            write = json =>
            {
                json.WriteStartObject();
                WriteEntryKey(json, message.Key);
                if (message.Value is null) { json.WriteBoolean("deleted", true); } else { WriteEntry(json, message.Key, message.Value); }
                json.WriteEndObject();
            };
            return true;
        }

        protected abstract void WriteEntryKey(Utf8JsonWriter json, byte[] key);

        protected abstract void WriteEntry(Utf8JsonWriter json, byte[] key, byte[] value);
    }

    /// <summary>pools-latest-changelog.</summary>
    private sealed class Pools() : Table(Pubkey.Size, PoolState.Size)
    {
        public override void WriteKey(Utf8JsonWriter json, byte[]? key)
        {
            if (key is { Length: Pubkey.Size }) { json.WriteStringValue(new Pubkey(key).ToString()); } else { WriteBytes(json, key); }
        }

        protected override void WriteEntryKey(Utf8JsonWriter json, byte[] key) => json.WriteString("pool", new Pubkey(key).ToString());

        protected override void WriteEntry(Utf8JsonWriter json, byte[] key, byte[] value) => PoolStateJson.WriteFields(json, MemoryMarshal.Read<PoolState>(value));
    }

    /// <summary>ingest-ledger-changelog.</summary>
    private sealed class Ledger() : Table(sizeof(long), LedgerEntry.Size)
    {
        public override void WriteKey(Utf8JsonWriter json, byte[]? key)
        {
            if (key is { Length: sizeof(long) }) { json.WriteNumberValue(BinaryPrimitives.ReadInt64LittleEndian(key)); } else { WriteBytes(json, key); }
        }

        protected override void WriteEntryKey(Utf8JsonWriter json, byte[] key)
        {
            var number = BinaryPrimitives.ReadInt64LittleEndian(key);
            if (number < 0) { json.WriteString("part", number.ToString("x16", System.Globalization.CultureInfo.InvariantCulture)); }
            else { json.WriteNumber("first_slot", number * IngestLedger.SlotsPerEntry); }
        }

        protected override void WriteEntry(Utf8JsonWriter json, byte[] key, byte[] value)
        {
            var (number, entry) = (BinaryPrimitives.ReadInt64LittleEndian(key), MemoryMarshal.Read<LedgerEntry>(value));
            if (number < 0) { return; }
            json.WriteStartArray("slots");
            for (var i = 0; i < IngestLedger.SlotsPerEntry; i++)
            {
                if ((entry.Slots >> i & 1) != 0) { json.WriteNumberValue((number * IngestLedger.SlotsPerEntry) + i); }
            }

            json.WriteEndArray();
            json.WriteString("newest_blockhash", entry.Newest.ToString());
        }
    }

    /// <summary>Any other topic.</summary>
    private sealed class Unknown : MessageText
    {
        public override bool TryRead(TopicMessage message, [NotNullWhen(true)] out Action<Utf8JsonWriter>? write, out string problem)
        {
            problem = "";
            write = json =>
            {
                json.WriteStartObject();
                json.WritePropertyName("key");
                WriteBytes(json, message.Key);
                json.WritePropertyName("value");
                WriteBytes(json, message.Value);
                json.WriteEndObject();
            };
            return true;
        }
    }
}
