using System.Globalization;
using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Json;

/// <summary>Fields of a JSON object that was read from a line, with errors that name the field.</summary>
/// <param name="Element">The object.</param>
internal readonly record struct LineFields(JsonElement Element)
{
    /// <summary>Reads a file line by line; empty lines are passed over.</summary>
    /// <param name="input">Text.</param>
    /// <param name="name">What errors call it.</param>
    /// <param name="expected">What a line should have been, for errors.</param>
    /// <param name="read">Makes something of an object.</param>
    /// <exception cref="InvalidDataException">A line is not what it should be: its number, what is wrong and what to do.</exception>
    public static IEnumerable<T> ReadLines<T>(TextReader input, string name, string expected, Func<LineFields, T> read)
    {
        var number = 0;
        while (input.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) { continue; }
            T value;
            try
            {
                using var document = JsonDocument.Parse(line);
                if (document.RootElement.ValueKind != JsonValueKind.Object) { throw new FormatException("it is no JSON object"); }
                value = read(new LineFields(document.RootElement));
            }
            catch (Exception e) when (e is JsonException or FormatException)
            {
                var wrong = e is JsonException ? $"it is no JSON ({e.Message})" : e.Message;
                throw new InvalidDataException($"{name} line {number}: {wrong}; {expected}.", e);
            }

            yield return value;
        }
    }

    /// <summary>Null where the field is absent or null.</summary>
    public string? Text(string name)
    {
        if (Find(name) is not { } value) { return null; }
        if (value.ValueKind != JsonValueKind.String) { throw new FormatException($"\"{name}\" is no text"); }
        return value.GetString();
    }

    public string RequiredText(string name) => Text(name) ?? throw Missing(name);

    /// <summary>A whole number, written as such or as text; null where absent.</summary>
    public Int128? Number(string name)
    {
        if (Find(name) is not { } value) { return null; }
        var text = value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        return Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"\"{name}\" is no whole number");
    }

    public ulong Unsigned(string name, ulong? otherwise = null)
    {
        if ((Number(name) ?? otherwise) is not { } number) { throw Missing(name); }
        return number >= 0 && number <= ulong.MaxValue ? (ulong)number : throw new FormatException($"\"{name}\" is below 0 or above 2^64 − 1");
    }

    public bool Flag(string name) => Find(name) is { } value && (value.ValueKind is JsonValueKind.True or JsonValueKind.False
        ? value.GetBoolean()
        : throw new FormatException($"\"{name}\" is neither true nor false"));

    public Pubkey? Key(string name) => Text(name) is not { } text ? null
        : Pubkey.TryParse(text, out var key) ? key : throw new FormatException($"\"{name}\" is no base58 of 32 bytes");

    public Pubkey RequiredKey(string name) => Key(name) ?? throw Missing(name);

    public Signature? Signature(string name) => Text(name) is { } text ? SignatureOf(text, name) : null;

    public Signature RequiredSignature(string name) => Signature(name) ?? throw Missing(name);

    /// <summary>Items of a list; none where it is absent.</summary>
    public IEnumerable<JsonElement> List(string name)
    {
        if (Find(name) is not { } value) { return []; }
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : throw new FormatException($"\"{name}\" is no list");
    }

    /// <summary>Objects of a list.</summary>
    public IEnumerable<LineFields> Objects(string name) => List(name).Select(item => item.ValueKind == JsonValueKind.Object
        ? new LineFields(item)
        : throw new FormatException($"\"{name}\" holds something that is no object"));

    public IEnumerable<string> Texts(string name) => List(name).Select(item => item.ValueKind == JsonValueKind.String
        ? item.GetString()!
        : throw new FormatException($"\"{name}\" holds something that is no text"));

    public static Signature SignatureOf(string text, string name) => Schemas.Chain.Signature.TryParse(text, out var signature)
        ? signature
        : throw new FormatException($"\"{name}\" is no base58 of a 64-byte signature");

    public LineFields? Object(string name) => Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new LineFields(value) : throw new FormatException($"\"{name}\" is no object");

    private static FormatException Missing(string name) => new($"\"{name}\" is missing");

    private JsonElement? Find(string name) =>
        Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
