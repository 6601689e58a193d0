using Sluice.Schemas.Avro;

namespace Sluice.Streams.Formats;

/// <summary>What became of reading a message's value.</summary>
public enum FormatStatus
{
    Ok,

    /// <summary>Neither single-object encoding nor Confluent's framing.</summary>
    BadFraming,

    /// <summary>The writer's schema is not known here, or not yet: <see cref="TopicFormat.ResolveAsync"/> asks for it.</summary>
    UnknownSchema,

    /// <summary>The writer's schema is known, and its values are none of this topic's record.</summary>
    IncompatibleSchema,

    /// <summary>The bytes are no value of the writer's schema, or one that the reader's has no place for.</summary>
    BadValue,
}

/// <summary>What became of reading a message's value, and why it is a dead letter if it is one.</summary>
/// <param name="Status">Outcome.</param>
/// <param name="Schema">Schema that the framing names; nothing for bad framing.</param>
/// <param name="Avro">For <see cref="FormatStatus.BadValue"/>: what is wrong, in which field, and the offset in the message's value, or -1
/// where it was found after the value had been rewritten from the writer's schema.</param>
/// <param name="Detail">For an unknown or incompatible schema: the reason.</param>
public readonly record struct FormatResult(FormatStatus Status, SchemaKey Schema, AvroResult Avro = default, string? Detail = null)
{
    private static readonly string[] AvroReasons = [.. Enum.GetNames<AvroStatus>().Select(n => "avro_" + Snake(n))];

    public bool IsOk => Status == FormatStatus.Ok;

    /// <summary>Machine-readable, of a small set, for a dead letter and a metric's label: <c>bad_framing</c>, <c>avro_bad_text</c>.</summary>
    public string Reason => Status switch
    {
        FormatStatus.Ok => "ok",
        FormatStatus.BadFraming => "bad_framing",
        FormatStatus.UnknownSchema => "unknown_schema",
        FormatStatus.IncompatibleSchema => "incompatible_schema",
        _ => AvroReasons[(int)Avro.Status],
    };

    /// <summary>For people, in a dead letter.</summary>
    public override string ToString() => Status switch
    {
        FormatStatus.Ok => "ok",
        FormatStatus.BadFraming => "the value is neither Avro single-object encoding (C3 01 …) nor in Confluent's framing (00 …)",
        FormatStatus.UnknownSchema => $"the writer's schema ({Schema}) is not known{(Detail is null ? "" : ": " + Detail)}",
        FormatStatus.IncompatibleSchema => $"the writer's schema ({Schema}) cannot be read: {Detail}",
        _ => $"{Avro.Status}{(Avro.Offset < 0 ? "" : $" at byte {Avro.Offset}")}{(Avro.Field is null ? "" : $" in {Avro.Field}")}"
            + (Avro.Offset < 0 ? $", after it was rewritten from the writer's schema ({Schema})" : ""),
    };

    private static string Snake(string name) => string.Concat(name.Index().Select(c =>
        char.IsUpper(c.Item) ? (c.Index == 0 ? "" : "_") + char.ToLowerInvariant(c.Item) : c.Item.ToString()));
}
