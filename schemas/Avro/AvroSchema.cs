using System.Text;
using System.Text.Json;

namespace Sluice.Schemas.Avro;

/// <summary>A schema as text, with what identifies it.</summary>
public sealed class AvroSchema
{
    // The empty fingerprint, which is also the polynomial (Avro 1.11, "Schema Fingerprints").
    private const ulong Empty = 0xC15D_213A_A4D7_A795;

    private static readonly ulong[] CrcTable = BuildCrcTable();

    private AvroSchema(string name, string json, string canonical)
    {
        Name = name;
        Json = json;
        Canonical = canonical;
        Fingerprint = Crc64(Encoding.UTF8.GetBytes(canonical));
    }

    /// <summary>Full name of the outermost type, or the name of a primitive type.</summary>
    public string Name { get; }

    /// <summary>The schema with documentation, defaults and attributes.</summary>
    public string Json { get; }

    /// <summary>The parsing canonical form: schemas that read and write the same bytes under the same names have the same.</summary>
    public string Canonical { get; }

    /// <summary>CRC-64-AVRO of the canonical form, as single-object encoding carries it.</summary>
    public ulong Fingerprint { get; }

    /// <summary>Takes a schema's text; throws <see cref="FormatException"/> where it is none.</summary>
    public static AvroSchema Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 128 });
            var canonical = CanonicalForm.Of(document.RootElement, out var name);
            return new AvroSchema(name, json, canonical);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"not an Avro schema: {e.Message}", e);
        }
    }

    /// <summary>CRC-64-AVRO of bytes.</summary>
    public static ulong Crc64(ReadOnlySpan<byte> bytes)
    {
        var crc = Empty;
        foreach (var b in bytes) { crc = (crc >> 8) ^ CrcTable[(byte)crc ^ b]; }
        return crc;
    }

    private static ulong[] BuildCrcTable()
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = (ulong)i;
            for (var bit = 0; bit < 8; bit++) { crc = (crc >> 1) ^ (Empty & (0 - (crc & 1))); }
            table[i] = crc;
        }

        return table;
    }
}
