using System.Buffers;
using System.Text.Json;

namespace Sluice.Schemas.Avro;

/// <summary>Encodes a field's default, which stands in the schema as JSON (Avro 1.11, "Complex Types, Records").</summary>
internal sealed class DefaultEncoder
{
    private const int MaxDepth = 64;
    private const int MaxValues = 100_000;

    private int _values;

    /// <summary>The default in binary, or null when it is no value of the type.</summary>
    public static byte[]? Encode(AvroType type, JsonElement value)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new AvroWriter(output);
        try
        {
            if (!new DefaultEncoder().TryWrite(type, value, ref writer, 0)) { return null; }
        }
        catch (InvalidOperationException)
        {
            return null; // a text with half a surrogate pair
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private bool TryWrite(AvroType type, JsonElement json, ref AvroWriter writer, int depth)
    {
        // A record's default may leave fields to their own defaults, so a small text can stand for a great many values.
        if (depth > MaxDepth || ++_values > MaxValues) { return false; }
        switch (type.Kind, json.ValueKind)
        {
            case (AvroKind.Null, JsonValueKind.Null):
                return true;
            case (AvroKind.Boolean, JsonValueKind.True or JsonValueKind.False):
                writer.Bool(json.GetBoolean());
                return true;
            case (AvroKind.Int, JsonValueKind.Number):
                if (!json.TryGetInt32(out var narrow)) { return false; }
                writer.Long(narrow);
                return true;
            case (AvroKind.Long, JsonValueKind.Number):
                if (!json.TryGetInt64(out var wide)) { return false; }
                writer.Long(wide);
                return true;
            case (AvroKind.Float, JsonValueKind.Number):
                writer.Float((float)json.GetDouble());
                return true;
            case (AvroKind.Double, JsonValueKind.Number):
                writer.Double(json.GetDouble());
                return true;
            case (AvroKind.String, JsonValueKind.String):
                writer.Text(json.GetString());
                return true;
            case (AvroKind.Bytes or AvroKind.Fixed, JsonValueKind.String):
                return TryWriteBytes(type, json.GetString()!, ref writer);
            case (AvroKind.Enum, JsonValueKind.String):
                var symbol = type.Symbols.Index().Where(s => s.Item == json.GetString()).Select(s => s.Index).DefaultIfEmpty(-1).First();
                if (symbol < 0) { return false; }
                writer.Long(symbol);
                return true;
            case (AvroKind.Array, JsonValueKind.Array):
                writer.BeginArray(json.GetArrayLength());
                foreach (var item in json.EnumerateArray())
                {
                    if (!TryWrite(type.Items!, item, ref writer, depth + 1)) { return false; }
                }

                writer.EndArray();
                return true;
            case (AvroKind.Map, JsonValueKind.Object):
                writer.BeginArray(json.EnumerateObject().Count());
                foreach (var pair in json.EnumerateObject())
                {
                    writer.Text(pair.Name);
                    if (!TryWrite(type.Items!, pair.Value, ref writer, depth + 1)) { return false; }
                }

                writer.EndArray();
                return true;
            case (AvroKind.Record, JsonValueKind.Object):
                return TryWriteFields(type, json, ref writer, depth);
            case (AvroKind.Union, _):
                // A union's default is a value of its first branch.
                if (type.Branches.Count == 0) { return false; }
                writer.Long(0);
                return TryWrite(type.Branches[0], json, ref writer, depth + 1);
            default:
                return false;
        }
    }

    private bool TryWriteFields(AvroType type, JsonElement json, ref AvroWriter writer, int depth)
    {
        foreach (var field in type.Fields)
        {
            JsonElement? value = json.TryGetProperty(field.Name, out var given) ? given : field.Default;
            if (value is not { } known || !TryWrite(field.Type, known, ref writer, depth + 1)) { return false; }
        }

        return true;
    }

    /// <summary>Bytes stand in JSON as characters 0 to 255.</summary>
    private static bool TryWriteBytes(AvroType type, string text, ref AvroWriter writer)
    {
        if (text.Any(c => c > 255)) { return false; }
        var bytes = text.Select(c => (byte)c).ToArray();
        if (type.Kind == AvroKind.Bytes)
        {
            writer.Bytes(bytes);
            return true;
        }

        if (bytes.Length != type.Size) { return false; }
        writer.Raw(bytes);
        return true;
    }
}
