namespace Sluice.Schemas.Avro;

/// <summary>Which readers must understand which writers when a schema changes. The names are those of schema registries.</summary>
public enum AvroCompatibilityLevel
{
    /// <summary>The new schema reads what the former ones wrote: consumers go first.</summary>
    Backward,

    /// <summary>The former schemas read what the new one writes: producers go first.</summary>
    Forward,

    /// <summary>Both, so that either may go first.</summary>
    Full,
}

/// <summary>Says whether schemas understand each other.</summary>
public static class AvroCompatibility
{
    /// <summary>Everything that keeps a reader from some or all values of a writer; empty when every value can be read.</summary>
    public static IReadOnlyList<AvroMismatch> Check(AvroSchema reader, AvroSchema writer) => AvroTranscoder.Resolve(writer, reader).Mismatches;

    /// <summary>Checks a new schema against a former one.</summary>
    public static IReadOnlyList<AvroMismatch> Check(AvroSchema current, AvroSchema former, AvroCompatibilityLevel level) => level switch
    {
        AvroCompatibilityLevel.Backward => Check(current, former),
        AvroCompatibilityLevel.Forward => Check(former, current),
        _ => [.. Check(current, former), .. Check(former, current)],
    };
}
