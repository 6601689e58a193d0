using Sluice.Streams;

namespace Sluice.Sinks.Topics;

/// <summary>How far a topic's partition is stored, and so may be committed.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition.</param>
/// <param name="Next">The first position that is not stored: what a consumer group commits.</param>
public readonly record struct TopicPosition(Topic Topic, int Partition, long Next);
