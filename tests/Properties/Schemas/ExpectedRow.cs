using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Properties.Schemas;

/// <summary>What a record's row must hold, by column, made by reflection without the generated writer.</summary>
/// <remarks>Values are texts as ClickHouse prints them; arrays are arrays; bytes are Latin-1, which shows each byte.</remarks>
internal static class ExpectedRow
{
    public static JsonObject Of(IRecord record)
    {
        var row = new JsonObject();
        foreach (var field in record.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            var value = field.GetValue(record);
            var list = field.FieldType.IsGenericType ? field.FieldType.GetGenericTypeDefinition() : null;
            if (list == typeof(ValueList<>)) { row[Name(field)] = new JsonArray([.. RecordTree.Items(value!).Select(v => Value(v, field.Name))]); }
            else if (list == typeof(RecordList<>))
            {
                var items = RecordTree.Items(value!).ToArray();
                foreach (var inner in field.FieldType.GetGenericArguments()[0].GetFields(BindingFlags.Public | BindingFlags.Instance))
                {
                    row[$"{Name(field)}.{Name(inner)}"] = new JsonArray([.. items.Select(i => Value(inner.GetValue(i), inner.Name))]);
                }
            }
            else
            {
                row[Name(field)] = Value(value, field.Name);
            }
        }

        return row;
    }

    private static string Name(FieldInfo field) =>
        RecordTree.Snake(field.Name.EndsWith("UnixMs", StringComparison.Ordinal) ? field.Name[..^6] : field.Name);

    private static JsonNode? Value(object? value, string name) => value switch
    {
        null => null,
        long ms when name.EndsWith("UnixMs", StringComparison.Ordinal) => JsonValue.Create(
            DateTimeOffset.FromUnixTimeMilliseconds(ms).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)),
        bool flag => JsonValue.Create(flag ? "true" : "false"),
        byte[] bytes => JsonValue.Create(Encoding.Latin1.GetString(bytes)),
        double number => JsonValue.Create(number.ToString("R", CultureInfo.InvariantCulture)),
        Enum symbol => JsonValue.Create(RecordTree.Snake(symbol.ToString())),
        _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };
}
