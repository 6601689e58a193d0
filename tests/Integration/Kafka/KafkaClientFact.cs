using Sluice.Streams.Kafka;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>A fact that uses the Kafka client, skipped where its native half is absent.</summary>
public sealed class KafkaClientFactAttribute : FactAttribute
{
    internal const string Absent = "librdkafka 2.1 or newer is absent: run 'make setup-kafka'.";

    public KafkaClientFactAttribute() => Skip = KafkaLibrary.IsPresent ? null! : Absent;
}

/// <summary>A theory that uses the Kafka client, skipped where its native half is absent.</summary>
public sealed class KafkaClientTheoryAttribute : TheoryAttribute
{
    public KafkaClientTheoryAttribute() => Skip = KafkaLibrary.IsPresent ? null! : KafkaClientFactAttribute.Absent;
}
