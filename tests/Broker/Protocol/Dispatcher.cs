using Sluice.Tests.Broker.Admin;
using Sluice.Tests.Broker.Core;
using Sluice.Tests.Broker.Groups;
using Sluice.Tests.Broker.Log;
using Sluice.Tests.Broker.Transactions;

namespace Sluice.Tests.Broker.Protocol;

/// <summary>Gives a request to its handler: those that may wait take the lock themselves, all others run under it.</summary>
internal static class Dispatcher
{
    /// <summary>Carries a request out and writes its answer; false when no answer is wanted.</summary>
    public static async Task<bool> HandleAsync(Cluster cluster, Request request, ResponseWriter w, CancellationToken ct)
    {
        switch (request.Key)
        {
            case ApiKey.Fetch:
                await FetchApi.HandleAsync(cluster, request, w, ct);
                return true;
            case ApiKey.JoinGroup:
                await JoinGroupApi.HandleAsync(cluster, request, w, ct);
                return true;
            case ApiKey.SyncGroup:
                await SyncGroupApi.HandleAsync(cluster, request, w, ct);
                return true;
            default:
                lock (cluster.Gate) { return Handle(cluster, request, w); }
        }
    }

    private static bool Handle(Cluster cluster, Request request, ResponseWriter w)
    {
        switch (request.Key)
        {
            case ApiKey.Produce: return ProduceApi.Handle(cluster, request, w);
            case ApiKey.ApiVersions: ApiVersionsApi.Handle(request, w); break;
            case ApiKey.Metadata: MetadataApi.Handle(cluster, request, w); break;
            case ApiKey.ListOffsets: OffsetApis.ListOffsets(cluster, request, w); break;
            case ApiKey.OffsetForLeaderEpoch: OffsetApis.OffsetForLeaderEpoch(cluster, request, w); break;
            case ApiKey.DeleteRecords: OffsetApis.DeleteRecords(cluster, request, w); break;
            case ApiKey.FindCoordinator: FindCoordinatorApi.Handle(cluster, request, w); break;
            case ApiKey.Heartbeat: MembershipApis.Heartbeat(cluster, request, w); break;
            case ApiKey.LeaveGroup: MembershipApis.Leave(cluster, request, w); break;
            case ApiKey.OffsetCommit: GroupOffsetApis.Commit(cluster, request, w); break;
            case ApiKey.OffsetFetch: GroupOffsetApis.Fetch(cluster, request, w); break;
            case ApiKey.OffsetDelete: GroupOffsetApis.Delete(cluster, request, w); break;
            case ApiKey.ListGroups: GroupAdminApis.List(cluster, request, w); break;
            case ApiKey.DescribeGroups: GroupAdminApis.Describe(cluster, request, w); break;
            case ApiKey.DeleteGroups: GroupAdminApis.Delete(cluster, request, w); break;
            case ApiKey.InitProducerId: TransactionApis.InitProducerId(cluster, request, w); break;
            case ApiKey.AddPartitionsToTxn: TransactionApis.AddPartitions(cluster, request, w); break;
            case ApiKey.AddOffsetsToTxn: TransactionApis.AddOffsets(cluster, request, w); break;
            case ApiKey.TxnOffsetCommit: TransactionApis.CommitOffsets(cluster, request, w); break;
            case ApiKey.EndTxn: TransactionApis.End(cluster, request, w); break;
            case ApiKey.CreateTopics: TopicApis.Create(cluster, request, w); break;
            case ApiKey.DeleteTopics: TopicApis.Delete(cluster, request, w); break;
            case ApiKey.CreatePartitions: TopicApis.CreatePartitions(cluster, request, w); break;
            case ApiKey.DescribeConfigs: ConfigApis.Describe(cluster, request, w); break;
            case ApiKey.AlterConfigs: ConfigApis.Alter(cluster, request, w); break;
            case ApiKey.IncrementalAlterConfigs: ConfigApis.AlterIncrementally(cluster, request, w); break;
            default: throw new InvalidOperationException($"There is no handler for {request.Key}.");
        }

        return true;
    }
}
