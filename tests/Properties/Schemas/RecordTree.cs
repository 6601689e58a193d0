using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Properties.Schemas;

/// <summary>A record's values as a tree of texts, made by reflection, to compare what different readers saw.</summary>
/// <remarks>
/// Numbers are decimal text, doubles the hex digits of their bits, bytes hex, keys base58, enums their symbol in the schema,
/// names those of the schema. avro_roundtrip.py prints the same.
/// </remarks>
internal static partial class RecordTree
{
    public static JsonNode? Of(object? value) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        string text => JsonValue.Create(text),
        byte[] bytes => JsonValue.Create(Convert.ToHexStringLower(bytes)),
        double number => JsonValue.Create(BitConverter.DoubleToUInt64Bits(number).ToString("x16", CultureInfo.InvariantCulture)),
        Enum symbol => JsonValue.Create(Symbol(symbol.ToString())),
        IRecord record => OfRecord(record),
        _ when value.GetType() is { IsGenericType: true } list => OfList(list, value),
        _ => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)),
    };

    /// <summary>CrossPair to CROSS_PAIR.</summary>
    public static string Symbol(string name) => Humps().Replace(name, "_$0").ToUpperInvariant();

    /// <summary>ProfitMint to profit_mint.</summary>
    public static string Snake(string name) => Humps().Replace(name, "_$0").ToLowerInvariant();

    /// <summary>The items of a list of the schemas.</summary>
    public static IEnumerable<object?> Items(object list)
    {
        var count = (int)list.GetType().GetProperty("Count")!.GetValue(list)!;
        var items = (IList)list.GetType().GetField("_items", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(list)!;
        return Enumerable.Range(0, count).Select(i => items[i]);
    }

    private static JsonObject OfRecord(IRecord record) => new(record.GetType()
        .GetFields(BindingFlags.Public | BindingFlags.Instance)
        .Select(f => KeyValuePair.Create(char.ToLowerInvariant(f.Name[0]) + f.Name[1..], Of(f.GetValue(record)))));

    private static JsonNode OfList(Type type, object value) =>
        type.GetGenericTypeDefinition() is var list && (list == typeof(RecordList<>) || list == typeof(ValueList<>))
            ? new JsonArray([.. Items(value).Select(Of)])
            : throw new NotSupportedException(type.ToString());

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex Humps();
}
