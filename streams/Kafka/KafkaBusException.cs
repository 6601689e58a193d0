namespace Sluice.Streams.Kafka;

/// <summary>Streaming over Kafka cannot begin or go on. The message is one line for a person and says what to do.</summary>
public sealed class KafkaBusException : Exception
{
    public KafkaBusException(string message)
        : base(message)
    {
    }

    public KafkaBusException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
