namespace Sluice.Streams.Formats;

/// <summary>Where schemas are found by fingerprint when there is no registry: over Kafka, the compacted topic <c>sluice.schemas</c>.</summary>
public interface ISchemaSource
{
    /// <summary>The schema's text, or null where nobody published it.</summary>
    /// <remarks>
    /// Called for a fingerprint that this process has not met; answers are kept. Null is an answer, after which the message
    /// becomes a dead letter: it must be as of a moment after the call began, such as by reading the topic to the end that it had
    /// then. What keeps from answering (a broker that is away) is thrown, and is asked again until it answers.
    /// </remarks>
    ValueTask<string?> FindAsync(ulong fingerprint, CancellationToken cancel);
}

/// <summary>Where this process makes known the schemas that it writes with, when there is no registry.</summary>
public interface ISchemaPublisher
{
    /// <summary>Publishes a schema; done when readers can find it. Publishing again what is there is harmless.</summary>
    /// <param name="fingerprint">CRC-64-AVRO of the schema's canonical form; the key as 16 hex digits.</param>
    /// <param name="json">The schema.</param>
    Task PublishAsync(ulong fingerprint, string json, CancellationToken cancel);
}
