using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Contracts;
using Sluice.Api.Filters;
using Sluice.Api.Queries;

namespace Sluice.Api.Endpoints;

/// <summary>The first places of an epoch.</summary>
internal static class LeaderboardEndpoints
{
    public static void MapLeaderboards(this RouteGroupBuilder group)
    {
        group.MapGet("/leaderboards/pools", ListTopPools)
            .WithTags("Leaderboards").WithName(nameof(ListTopPools)).WithMetadata(LeaderboardFilter.Pools);
        group.MapGet("/leaderboards/searchers", ListTopSearchers)
            .WithTags("Leaderboards").WithName(nameof(ListTopSearchers)).WithMetadata(LeaderboardFilter.Searchers);
    }

    /// <summary>Lists the pools with most swaps of one epoch.</summary>
    internal static async Task<Results<JsonRow<Leaderboard<PoolRank>>, ProblemHttpResult>> ListTopPools(
        HttpRequest request, LeaderboardQueries queries, CancellationToken cancellationToken)
    {
        if (!LeaderboardFilter.TryRead(request, out var filter, out var problem)) { return problem; }
        return await queries.PoolsAsync(filter, cancellationToken) is { } json
            ? new JsonRow<Leaderboard<PoolRank>>(json)
            : Problems.StoreFailed("The store gave no ranks.");
    }

    /// <summary>Lists the signers with the greatest gross profit of one epoch in one token.</summary>
    internal static async Task<Results<JsonRow<Leaderboard<SearcherRank>>, ProblemHttpResult>> ListTopSearchers(
        HttpRequest request, LeaderboardQueries queries, CancellationToken cancellationToken)
    {
        if (!LeaderboardFilter.TryRead(request, out var filter, out var problem)) { return problem; }
        return await queries.SearchersAsync(filter, cancellationToken) is { } json
            ? new JsonRow<Leaderboard<SearcherRank>>(json)
            : Problems.StoreFailed("The store gave no ranks.");
    }
}
