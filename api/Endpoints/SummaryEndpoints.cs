using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Contracts;
using Sluice.Api.Queries;

namespace Sluice.Api.Endpoints;

/// <summary>The whole store in figures.</summary>
internal static class SummaryEndpoints
{
    public static void MapSummary(this RouteGroupBuilder group) =>
        group.MapGet("/summary", GetSummary).WithTags("Summary").WithName(nameof(GetSummary));

    /// <summary>Returns totals of the whole store, findings by class and token, and the share of blocks that passed every check.</summary>
    internal static async Task<Results<JsonRow<Summary>, ProblemHttpResult>> GetSummary(
        SummaryQueries queries, CancellationToken cancellationToken) =>
        await queries.ReadAsync(cancellationToken) is { } json
            ? new JsonRow<Summary>(json)
            : Problems.StoreFailed("The store gave no totals.");
}
