using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Contracts;
using Sluice.Api.Filters;
using Sluice.Api.Queries;

namespace Sluice.Api.Endpoints;

/// <summary>Swaps.</summary>
internal static class SwapEndpoints
{
    public static void MapSwaps(this RouteGroupBuilder group) =>
        group.MapGet("/swaps", ListSwaps).WithTags("Swaps").WithName(nameof(ListSwaps)).WithMetadata(RowFilter.Swaps);

    /// <summary>Lists swaps, newest first: by slot, transaction, instruction, inner instruction and leg, all descending.</summary>
    internal static async Task<Results<JsonPage<Swap>, ProblemHttpResult>> ListSwaps(
        HttpRequest request, SwapQueries queries, CancellationToken cancellationToken) =>
        RowFilter.TryRead(request, out var filter, out var problem)
            ? new JsonPage<Swap>(await queries.ListAsync(filter, cancellationToken))
            : problem;
}
