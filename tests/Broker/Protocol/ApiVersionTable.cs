namespace Sluice.Tests.Broker.Protocol;

/// <summary>Which versions of which request are answered, and from which version on a request is "flexible" (KIP-482).</summary>
/// <remarks>
/// Produce is announced from version 0, since librdkafka decides by that whether it may compress; a produce request
/// older than version 3 is refused, as Apache Kafka 4 does. The upper ends are what librdkafka 2.8, kcat, kafkajs
/// and kafka-python ask for; Fetch stops before topic ids.
/// </remarks>
internal static class ApiVersionTable
{
    private const short Never = short.MaxValue;

    public static readonly (ApiKey Key, short Min, short Max, short FlexibleFrom)[] Rows =
    [
        (ApiKey.Produce, 0, 9, 9),
        (ApiKey.Fetch, 4, 12, 12),
        (ApiKey.ListOffsets, 1, 7, 6),
        (ApiKey.Metadata, 0, 12, 9),
        (ApiKey.OffsetCommit, 1, 8, 8),
        (ApiKey.OffsetFetch, 1, 8, 6),
        (ApiKey.FindCoordinator, 0, 3, 3),
        (ApiKey.JoinGroup, 0, 7, 6),
        (ApiKey.Heartbeat, 0, 4, 4),
        (ApiKey.LeaveGroup, 0, 4, 4),
        (ApiKey.SyncGroup, 0, 5, 4),
        (ApiKey.DescribeGroups, 0, 5, 5),
        (ApiKey.ListGroups, 0, 4, 3),
        (ApiKey.ApiVersions, 0, 3, 3),
        (ApiKey.CreateTopics, 0, 4, Never),
        (ApiKey.DeleteTopics, 0, 3, Never),
        (ApiKey.DeleteRecords, 0, 1, Never),
        (ApiKey.InitProducerId, 0, 4, 2),
        (ApiKey.OffsetForLeaderEpoch, 0, 3, Never),
        (ApiKey.AddPartitionsToTxn, 0, 3, 3),
        (ApiKey.AddOffsetsToTxn, 0, 3, 3),
        (ApiKey.EndTxn, 0, 3, 3),
        (ApiKey.TxnOffsetCommit, 0, 3, 3),
        (ApiKey.DescribeConfigs, 0, 3, Never),
        (ApiKey.AlterConfigs, 0, 1, Never),
        (ApiKey.CreatePartitions, 0, 1, Never),
        (ApiKey.DeleteGroups, 0, 1, Never),
        (ApiKey.IncrementalAlterConfigs, 0, 1, 1),
        (ApiKey.OffsetDelete, 0, 0, Never),
    ];

    private static readonly Dictionary<ApiKey, (short Min, short Max, short FlexibleFrom)> ByKey =
        Rows.ToDictionary(row => row.Key, row => (row.Min, row.Max, row.FlexibleFrom));

    public static bool IsSupported(ApiKey key, short version) =>
        ByKey.TryGetValue(key, out var range) && version >= range.Min && version <= range.Max;

    public static bool IsFlexible(ApiKey key, short version) =>
        ByKey.TryGetValue(key, out var range) && version >= range.FlexibleFrom;
}
