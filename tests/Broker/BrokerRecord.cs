using System.Text;

namespace Sluice.Tests.Broker;

/// <summary>A record as it lies in a topic.</summary>
/// <param name="TimestampMs">Unix time in ms: of the producer, or of the append where the topic is configured so.</param>
public sealed record BrokerRecord(
    int Partition, long Offset, long TimestampMs, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]?>> Headers)
{
    public string? KeyText => Key is null ? null : Encoding.UTF8.GetString(Key);

    public string? ValueText => Value is null ? null : Encoding.UTF8.GetString(Value);
}
