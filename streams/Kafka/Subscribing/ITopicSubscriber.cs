namespace Sluice.Streams.Kafka;

/// <summary>Takes what a <see cref="KafkaSubscription"/> reads, and says by <see cref="KafkaSubscription.Stored"/> what may be committed.</summary>
public interface ITopicSubscriber
{
    /// <summary>Takes a batch, which may be used until the task ends; waiting holds up reading, not the membership of the group.</summary>
    ValueTask TakeAsync(RecordBatch batch, CancellationToken ct);

    /// <summary>Ends when everything taken before is stored and reported.</summary>
    Task FlushAsync(CancellationToken ct);

    /// <summary>Says that a partition was given to another: its positions are not to be reported any more.</summary>
    void Forget(Topic topic, int partition);
}
