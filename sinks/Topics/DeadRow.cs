using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Sluice.Schemas.Records;
using Sluice.Sinks.Writing;

namespace Sluice.Sinks.Topics;

/// <summary>Dead letters of rows that cannot be stored.</summary>
/// <remarks>The source is made of the row's content, so that the same row again replaces its letter instead of adding one.</remarks>
internal static class DeadRow
{
    /// <summary>Stage that the rows were meant for.</summary>
    public const string Stage = "store";

    /// <summary>Reason of a row that ClickHouse turned down.</summary>
    public const string Refused = "refused-by-store";

    /// <summary>Reason of a row with a value that its column cannot hold.</summary>
    public const string Unfit = "does-not-fit-the-table";

    private const int MaxPayloadBytes = 64 << 10;

    /// <summary>A row that ClickHouse turned down; the payload is the row as JSON.</summary>
    public static DeadLetter OfRefused(ITableRows table, int row, ClickHouseException refusal)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(bytes)) { table.WriteJson(json, row); }
        var letter = New(table.Table, Refused, $"table {table.Table}: ClickHouse refused the row: {refusal.Message}", bytes.WrittenSpan);
        using var columns = JsonDocument.Parse(bytes.WrittenMemory);
        letter.Slot = Number(columns, "slot") ?? Number(columns, "proven_by_slot");
        letter.TxIndex = (int?)(Number(columns, "tx_index") ?? Number(columns, "index"));
        letter.Signature = columns.RootElement.TryGetProperty("signature", out var signature) ? signature.GetString() : null;
        return letter;
    }

    /// <summary>A row that no block can hold; the payload is the record in Avro's single-object encoding.</summary>
    public static DeadLetter OfUnfit<T>(in T row, Exception failure)
        where T : struct, IRecord
    {
        var table = Tables.All.First(t => t.Record == typeof(T)).Name;
        var bytes = new ArrayBufferWriter<byte>();
        AvroSchemas.CodecOf<T>().WriteSingleObject(in row, bytes);
        return New(table, Unfit, $"table {table}: a value of the row does not fit its column: {failure.Message}", bytes.WrittenSpan);
    }

    private static DeadLetter New(string table, string reason, string message, ReadOnlySpan<byte> payload)
    {
        var letter = default(DeadLetter);
        letter.Reset();
        letter.Topic = Stage;
        letter.Source = $"{table}:{Convert.ToHexStringLower(SHA256.HashData(payload))[..16]}";
        letter.Reason = reason;
        letter.Message = message.ReplaceLineEndings(" ");
        letter.Payload = payload[..Math.Min(payload.Length, MaxPayloadBytes)].ToArray();
        letter.PayloadLength = payload.Length;
        return letter;
    }

    private static long? Number(JsonDocument row, string column) =>
        row.RootElement.TryGetProperty(column, out var value)
        && long.TryParse(value.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}
