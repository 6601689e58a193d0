using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Contracts;
using Sluice.Api.Filters;
using Sluice.Api.Queries;

namespace Sluice.Api.Endpoints;

/// <summary>Validators as nodes were seen to describe them.</summary>
internal static class ValidatorEndpoints
{
    public static void MapValidators(this RouteGroupBuilder group) =>
        group.MapGet("/validators", ListValidators).WithTags("Validators").WithName(nameof(ListValidators)).WithMetadata(RowFilter.Validators);

    /// <summary>Lists the last observation of each validator in each epoch, newest epoch first, then by vote account, descending.</summary>
    internal static async Task<Results<JsonPage<ValidatorObservation>, ProblemHttpResult>> ListValidators(
        HttpRequest request, ValidatorQueries queries, CancellationToken cancellationToken) =>
        RowFilter.TryRead(request, out var filter, out var problem)
            ? new JsonPage<ValidatorObservation>(await queries.ListAsync(filter, cancellationToken))
            : problem;
}
