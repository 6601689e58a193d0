using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Validators;

/// <summary>Fields of a node's answer; what is absent, null or of another type is null.</summary>
internal static class Fields
{
    /// <summary>A field of an object.</summary>
    public static JsonElement? Field(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;

    public static string? Text(this JsonElement json, string name) => json.Field(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    public static Pubkey? Key(this JsonElement json, string name) => Pubkey.TryParse(json.Text(name), out var key) ? key : null;

    public static ulong? Number(this JsonElement json, string name) => json.Field(name)?.Number();

    public static ulong? Number(this JsonElement json) => json.ValueKind == JsonValueKind.Number && json.TryGetUInt64(out var value) ? value : null;

    /// <summary>A number as records hold slots and counts.</summary>
    public static long? Long(this JsonElement json, string name) => json.Number(name) is { } value and <= long.MaxValue ? (long)value : null;

    public static int? Int(this JsonElement json, string name) => json.Number(name) is { } value and <= int.MaxValue ? (int)value : null;

    /// <summary>The items of a list; none where it is no list.</summary>
    public static IEnumerable<JsonElement> Items(this JsonElement? json) => json is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The fields of an object; none where it is no object.</summary>
    public static IEnumerable<JsonProperty> Properties(this JsonElement? json) => json is { ValueKind: JsonValueKind.Object } map ? map.EnumerateObject() : [];
}
