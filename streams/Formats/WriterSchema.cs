using Sluice.Schemas.Avro;

namespace Sluice.Streams.Formats;

/// <summary>What is known of a writer's schema.</summary>
/// <param name="Schema">The schema, or null where there is none, or none of Avro's.</param>
/// <param name="Reason">Why there is none.</param>
/// <param name="IsForeign">True where there is a schema, which cannot be read: of another kind, or no valid one. It stays so.</param>
internal sealed record WriterSchema(AvroSchema? Schema, string? Reason = null, bool IsForeign = false)
{
    /// <summary>Takes a schema's text from outside.</summary>
    public static WriterSchema Parse(string json)
    {
        try
        {
            return new WriterSchema(AvroSchema.Parse(json));
        }
        catch (FormatException e)
        {
            return new WriterSchema(null, e.Message, IsForeign: true);
        }
    }
}
