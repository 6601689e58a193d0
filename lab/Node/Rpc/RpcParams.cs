using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Node.Rpc;

/// <summary>The parameters of a call. The first one that does not fit is kept as <see cref="Error"/>.</summary>
internal sealed class RpcParams(JsonElement array)
{
    private readonly int _count = array.ValueKind == JsonValueKind.Array ? array.GetArrayLength() : 0;

    /// <summary>What is wrong with the parameters; null where nothing is.</summary>
    public RpcError? Error { get; private set; }

    /// <summary>A parameter; undefined where it is absent or null.</summary>
    public JsonElement At(int index) => index < _count && array[index].ValueKind != JsonValueKind.Null ? array[index] : default;

    /// <summary>Whether the parameter is an object, and not a number or text.</summary>
    public bool IsObject(int index) => At(index).ValueKind == JsonValueKind.Object;

    public ulong Number(int index, string name) => OptionalNumber(index) ?? Missing<ulong>(index, name);

    public ulong? OptionalNumber(int index)
    {
        var value = At(index);
        if (value.ValueKind == JsonValueKind.Undefined) { return null; }
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number)) { return number; }
        Wrong($"Invalid params: invalid type: {Kind(value)}, expected u64.");
        return null;
    }

    /// <summary>A property of the configuration object at a place; undefined where it is absent or null.</summary>
    public JsonElement Option(int index, string name)
    {
        var config = At(index);
        if (config.ValueKind == JsonValueKind.Undefined) { return default; }
        if (config.ValueKind != JsonValueKind.Object)
        {
            Wrong($"Invalid params: invalid type: {Kind(config)}, expected a map.");
            return default;
        }

        return config.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : default;
    }

    public ulong? NumberOption(int index, string name)
    {
        var value = Option(index, name);
        if (value.ValueKind == JsonValueKind.Undefined) { return null; }
        if (value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out var number)) { return number; }
        Wrong($"Invalid params: invalid type: {Kind(value)}, expected u64 for {name}.");
        return null;
    }

    public bool? BoolOption(int index, string name)
    {
        var value = Option(index, name);
        if (value.ValueKind == JsonValueKind.Undefined) { return null; }
        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False) { return value.GetBoolean(); }
        Wrong($"Invalid params: invalid type: {Kind(value)}, expected a boolean for {name}.");
        return null;
    }

    /// <summary>A text of a set; the first of the set where the option is absent.</summary>
    public string Choice(int index, string name, params ReadOnlySpan<string> of) => Chosen(Option(index, name), of);

    /// <summary>A text of a set, given as the parameter itself.</summary>
    public string ChoiceAt(int index, params ReadOnlySpan<string> of) => Chosen(At(index), of);

    public Commitment Commitment(int index, bool atLeastConfirmed = false)
    {
        var text = Choice(index, "commitment", "finalized", "confirmed", "processed");
        if (text == "processed" && atLeastConfirmed) { Error ??= RpcError.BelowConfirmed; }
        return text switch { "finalized" => Node.Commitment.Finalized, "confirmed" => Node.Commitment.Confirmed, _ => Node.Commitment.Processed };
    }

    /// <summary>A key, checked; null where the option is absent.</summary>
    public string? KeyOption(int index, string name) => KeyOf(Option(index, name));

    /// <summary>The text of a key, checked; null where the element is undefined or no key.</summary>
    public string? KeyOf(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Undefined) { return null; }
        if (value.ValueKind == JsonValueKind.String && Pubkey.TryParse(value.GetString(), out Pubkey _)) { return value.GetString(); }
        Wrong("Invalid param: Invalid");
        return null;
    }

    /// <summary>Notes what is wrong, where nothing was before.</summary>
    public void Wrong(string message) => Error ??= RpcError.Params(message);

    private T Missing<T>(int index, string name)
    {
        Wrong(_count <= index ? $"`params` should have at least {index + 1} argument(s)" : $"Invalid params: {name} is missing.");
        return default!;
    }

    private string Chosen(JsonElement value, ReadOnlySpan<string> of)
    {
        if (value.ValueKind == JsonValueKind.Undefined) { return of[0]; }
        if (value.ValueKind == JsonValueKind.String)
        {
            foreach (var known in of)
            {
                if (value.ValueEquals(known)) { return known; }
            }

            Wrong($"Invalid params: unknown variant `{value.GetString()}`, expected one of {string.Join(", ", of.ToArray().Order(StringComparer.Ordinal).Select(o => $"`{o}`"))}.");
            return of[0];
        }

        Wrong($"Invalid params: invalid type: {Kind(value)}, expected a text.");
        return of[0];
    }

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"string \"{value.GetString()}\"",
        JsonValueKind.Number => value.TryGetInt64(out _) ? $"integer `{value.GetRawText()}`" : $"floating point `{value.GetRawText()}`",
        JsonValueKind.True or JsonValueKind.False => $"boolean `{value.GetRawText()}`",
        JsonValueKind.Array => "sequence",
        _ => "map",
    };
}
