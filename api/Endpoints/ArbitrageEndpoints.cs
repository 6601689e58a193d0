using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Contracts;
using Sluice.Api.Filters;
using Sluice.Api.Queries;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Endpoints;

/// <summary>Atomic arbitrages.</summary>
internal static class ArbitrageEndpoints
{
    private const string IdPrefix = "arbitrage:";

    public static void MapArbitrages(this RouteGroupBuilder group)
    {
        group.MapGet("/arbitrages", ListArbitrages)
            .WithTags("Arbitrages").WithName(nameof(ListArbitrages)).WithMetadata(RowFilter.Arbitrages);
        group.MapGet("/arbitrages/{id}", GetArbitrage).WithTags("Arbitrages").WithName(nameof(GetArbitrage))
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>Lists atomic arbitrages, newest first: by slot and transaction, both descending. Retracted ones are left out.</summary>
    internal static async Task<Results<JsonPage<Arbitrage>, ProblemHttpResult>> ListArbitrages(
        HttpRequest request, ArbitrageQueries queries, CancellationToken cancellationToken) =>
        RowFilter.TryRead(request, out var filter, out var problem)
            ? new JsonPage<Arbitrage>(await queries.ListAsync(filter, cancellationToken))
            : problem;

    /// <summary>Returns one arbitrage with its legs, profit, confidence and the rules that it passed.</summary>
    /// <param name="id" example="4ijsPheC5WXMhXNHDg2NWGqZXSx3QVLQoPFNyUFqE5wnh1TcyEUgmVATGq3GsXgEAJLbBBwKb7rBCwTJvzbuE6TZ">
    /// Its id, or the signature of its transaction in base58.
    /// </param>
    /// <param name="queries">Reads arbitrages.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static async Task<Results<JsonRow<Arbitrage>, ProblemHttpResult>> GetArbitrage(
        string id, ArbitrageQueries queries, CancellationToken cancellationToken)
    {
        var text = id.StartsWith(IdPrefix, StringComparison.Ordinal) ? id[IdPrefix.Length..] : id;
        if (!Signature.TryParse(text, out var signature))
        {
            return Problems.InvalidParameter("id", id, "an id such as arbitrage:<signature>, or a signature: 64 bytes in base58");
        }

        return await queries.FindAsync(signature, cancellationToken) is { } json
            ? new JsonRow<Arbitrage>(json)
            : Problems.NotFound("No arbitrage of this transaction is in the store.");
    }
}
