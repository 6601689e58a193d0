using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Sluice.Tests.Properties.Schemas;

/// <summary>Reads a block of ClickHouse's Native format, apart from the writer; strings and numbers as <see cref="ExpectedRow"/> has them.</summary>
internal sealed class NativeBlock
{
    private readonly byte[] _bytes;
    private int _at;

    private NativeBlock(byte[] bytes) => _bytes = bytes;

    /// <summary>The rows; throws where bytes are missing or left.</summary>
    public static JsonObject[] Read(byte[] bytes, out (string Name, string Type)[] columns)
    {
        var block = new NativeBlock(bytes);
        columns = new (string, string)[block.Varint()];
        var rows = Enumerable.Range(0, block.Varint()).Select(_ => new JsonObject()).ToArray();
        for (var c = 0; c < columns.Length; c++)
        {
            columns[c] = (block.String(Encoding.UTF8), block.String(Encoding.UTF8));
            block.Prefix(columns[c].Type);
            var values = block.Values(columns[c].Type, rows.Length);
            for (var r = 0; r < rows.Length; r++) { rows[r][columns[c].Name] = values[r]; }
        }

        Assert.Equal(bytes.Length, block._at);
        return rows;
    }

    private void Prefix(string type)
    {
        if (type.StartsWith("Array(", StringComparison.Ordinal)) { Prefix(Inner(type)); }
        else if (type.StartsWith("LowCardinality(", StringComparison.Ordinal)) { Assert.Equal(1UL, UInt64()); }
    }

    private JsonNode?[] Values(string type, int count)
    {
        if (type.StartsWith("Nullable(", StringComparison.Ordinal))
        {
            var isNull = Take(count).ToArray();
            return [.. Values(Inner(type), count).Select((v, i) => isNull[i] == 0 ? v : null)];
        }

        if (type.StartsWith("Array(", StringComparison.Ordinal))
        {
            var ends = Enumerable.Range(0, count).Select(_ => (int)UInt64()).ToArray();
            var all = Values(Inner(type), count == 0 ? 0 : ends[^1]);
            return [.. ends.Select((end, i) => (JsonNode)new JsonArray(all[(i == 0 ? 0 : ends[i - 1])..end]))];
        }

        if (type.StartsWith("LowCardinality(", StringComparison.Ordinal)) { return LowCardinality(Inner(type), count); }
        return [.. Enumerable.Range(0, count).Select(_ => (JsonNode?)JsonValue.Create(Scalar(type)))];
    }

    private JsonNode?[] LowCardinality(string type, int count)
    {
        if (count == 0) { return []; }
        var flags = UInt64();
        Assert.Equal(0x600UL, flags & ~0xFFUL);
        var isNullable = type.StartsWith("Nullable(", StringComparison.Ordinal);
        var keys = Values(isNullable ? Inner(type) : type, (int)UInt64());
        Assert.Equal((ulong)count, UInt64());
        var values = new JsonNode?[count];
        for (var i = 0; i < count; i++)
        {
            int index = (flags & 0xFF) switch
            {
                0 => Take(1)[0],
                1 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
                2 => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
                var width => throw new InvalidDataException($"index width {width}"),
            };
            values[i] = isNullable && index == 0 ? null : keys[index]!.DeepClone();
        }

        return values;
    }

    private string Scalar(string type) => type switch
    {
        "String" => String(Encoding.UTF8),
        "Bool" => Take(1)[0] switch { 0 => "false", 1 => "true", var other => throw new InvalidDataException($"bool {other}") },
        "Int32" => BinaryPrimitives.ReadInt32LittleEndian(Take(4)).ToString(CultureInfo.InvariantCulture),
        "UInt32" => BinaryPrimitives.ReadUInt32LittleEndian(Take(4)).ToString(CultureInfo.InvariantCulture),
        "Int64" => BinaryPrimitives.ReadInt64LittleEndian(Take(8)).ToString(CultureInfo.InvariantCulture),
        "UInt64" => UInt64().ToString(CultureInfo.InvariantCulture),
        "Int128" => BinaryPrimitives.ReadInt128LittleEndian(Take(16)).ToString(CultureInfo.InvariantCulture),
        "Float64" => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)).ToString("R", CultureInfo.InvariantCulture),
        "DateTime64(3, 'UTC')" => DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(Take(8)))
            .ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
        _ => throw new NotSupportedException(type),
    };

    /// <summary>UTF-8 where it is; bytes that are not, each as its Latin-1 character.</summary>
    private string String(Encoding encoding)
    {
        var bytes = Take(Varint());
        return System.Text.Unicode.Utf8.IsValid(bytes) ? encoding.GetString(bytes) : Encoding.Latin1.GetString(bytes);
    }

    private static string Inner(string type) => type[(type.IndexOf('(') + 1)..^1];

    private int Varint()
    {
        int value = 0, shift = 0;
        byte b;
        do
        {
            b = Take(1)[0];
            value |= (b & 0x7F) << shift;
            shift += 7;
        }
        while (b >= 0x80);
        return value;
    }

    private ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    private ReadOnlySpan<byte> Take(int count)
    {
        _at += count;
        return _bytes.AsSpan(_at - count, count);
    }
}
