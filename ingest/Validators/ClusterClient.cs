using System.Globalization;
using System.Text.Json;
using Sluice.Ingest.Rpc;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Validators;

/// <summary>The methods of a Solana node that tell of validators, all as finalized. An error, or an answer of another shape, is a fault of the endpoint.</summary>
internal sealed class ClusterClient(RpcClient rpc)
{
    private const string Finalized = """{"commitment":"finalized"}""";

    /// <summary>Where the chain is, and who says so: host and port.</summary>
    /// <exception cref="RpcException">No endpoint answers; so for all methods.</exception>
    public async Task<(EpochInfo Info, string Source)> GetEpochInfoAsync(CancellationToken cancel)
    {
        var source = "";
        var info = await AskAsync("getEpochInfo", $"[{Finalized}]", json => EpochInfo.Read(json) is { } read ? new Boxed<EpochInfo>(read) : null, cancel, s => source = s)
            .ConfigureAwait(false);
        return (info.Value, source);
    }

    public Task<List<VoteAccount>> GetVoteAccountsAsync(CancellationToken cancel) => AskAsync("getVoteAccounts", $"[{Finalized}]", VoteAccount.ReadAll, cancel);

    /// <param name="slot">A slot of the epoch.</param>
    public Task<LeaderSlots> GetLeaderScheduleAsync(ulong slot, CancellationToken cancel) =>
        AskAsync("getLeaderSchedule", string.Create(CultureInfo.InvariantCulture, $"[{slot},{Finalized}]"), LeaderSlots.Read, cancel);

    /// <summary>Of the present epoch.</summary>
    public Task<BlockProduction> GetBlockProductionAsync(CancellationToken cancel) => AskAsync("getBlockProduction", $"[{Finalized}]", BlockProduction.Read, cancel);

    public Task<Dictionary<Pubkey, ClusterNode>> GetClusterNodesAsync(CancellationToken cancel) => AskAsync("getClusterNodes", "[]", ClusterNode.ReadAll, cancel);

    public Task<InflationReward?[]> GetInflationRewardsAsync(IReadOnlyList<Pubkey> voteAccounts, ulong epoch, CancellationToken cancel) => AskAsync(
        "getInflationReward",
        string.Create(CultureInfo.InvariantCulture, $$"""[[{{List(voteAccounts)}}],{"epoch":{{epoch}},"commitment":"finalized"}]"""),
        json => InflationReward.ReadAll(json, voteAccounts.Count),
        cancel);

    public Task<TipDistributionAccount?[]> GetTipDistributionsAsync(IReadOnlyList<Pubkey> addresses, CancellationToken cancel) => AskAsync(
        "getMultipleAccounts",
        $$"""[[{{List(addresses)}}],{"encoding":"base64","commitment":"finalized"}]""",
        json => TipDistributionAccount.ReadAll(json, addresses.Count),
        cancel);

    private static string List(IEnumerable<Pubkey> keys) => string.Join(',', keys.Select(k => $"\"{k}\""));

    private async Task<T> AskAsync<T>(string method, string parameters, Func<JsonElement, T?> read, CancellationToken cancel, Action<string>? answered = null)
        where T : class
    {
        using var reply = await rpc.CallAsync(method, parameters, cancel, static _ => true).ConfigureAwait(false);
        try
        {
            using var document = JsonDocument.Parse(reply.Body);
            answered?.Invoke(reply.Endpoint);
            return read(document.RootElement.GetProperty("result")) ?? throw new RpcException(RpcFault.BadReply, reply.Endpoint, $"{method} gave what is no answer to it");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new RpcException(RpcFault.BadReply, reply.Endpoint, $"{method} gave what cannot be read", null, e);
        }
    }

    private sealed record Boxed<T>(T Value);
}
