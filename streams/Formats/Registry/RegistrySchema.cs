namespace Sluice.Streams.Formats.Registry;

/// <summary>A schema as the registry holds it.</summary>
/// <param name="Json">Its text.</param>
/// <param name="Type">AVRO, JSON, PROTOBUF or another kind that the registry knows.</param>
/// <param name="HasReferences">True when it needs other schemas of the registry.</param>
public sealed record RegistrySchema(string Json, string Type, bool HasReferences)
{
    /// <summary>The kind that the registry means when it names none.</summary>
    public const string Avro = "AVRO";
}

/// <summary>A schema as a version of a subject.</summary>
/// <param name="Subject">Such as <c>chain.blocks-value</c>.</param>
/// <param name="Version">From 1, ascending within the subject.</param>
/// <param name="Id">The same for the same schema under any subject; stands in every message.</param>
/// <param name="Json">The schema's text.</param>
public sealed record SubjectVersion(string Subject, int Version, int Id, string Json);

/// <summary>Whether a schema may become the next version of a subject.</summary>
/// <param name="Messages">The registry's reasons where it may not.</param>
public sealed record CompatibilityAnswer(bool IsCompatible, IReadOnlyList<string> Messages);
