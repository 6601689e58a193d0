using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sluice.Api.Contracts;

/// <summary>An amount in base units of a token, or lamports: a whole number, in JSON a string of digits.</summary>
/// <remarks>JavaScript's numbers are exact up to 2^53 only, and lamports of a busy epoch are more.</remarks>
[JsonConverter(typeof(Converter))]
public readonly record struct BaseUnits(Int128 Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);

    internal sealed class Converter : JsonConverter<BaseUnits>
    {
        public override BaseUnits Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Int128.TryParse(reader.GetString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
                ? new BaseUnits(value)
                : throw new JsonException("An amount is a string of digits.");

        public override void Write(Utf8JsonWriter writer, BaseUnits value, JsonSerializerOptions options)
        {
            Span<byte> digits = stackalloc byte[40];
            value.Value.TryFormat(digits, out var written, default, CultureInfo.InvariantCulture);
            writer.WriteStringValue(digits[..written]);
        }
    }
}
