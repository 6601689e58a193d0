using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sluice.Api.Contracts;
using Sluice.Api.Filters;
using Sluice.Api.Queries;

namespace Sluice.Api.Endpoints;

/// <summary>Findings beside arbitrages: a list and one by id for each kind.</summary>
internal static class FindingEndpoints
{
    public static void MapFindings(this RouteGroupBuilder group)
    {
        var sandwiches = FindingKind.Sandwiches.Parameters("classic", "wide_block", "multi_slot");
        group.MapGet("/sandwiches", ListSandwiches).WithTags("Sandwiches").WithName(nameof(ListSandwiches)).WithMetadata(sandwiches);
        group.MapGet("/sandwiches/{id}", GetSandwich).WithTags("Sandwiches").WithName(nameof(GetSandwich)).ProducesProblem(StatusCodes.Status404NotFound);
        var roundTrips = FindingKind.RoundTrips.Parameters("wash_volume", "market_making", "round_trip", "self_rotation");
        group.MapGet("/round_trips", ListRoundTrips).WithTags("Sandwiches").WithName(nameof(ListRoundTrips)).WithMetadata(roundTrips);
        group.MapGet("/jit", ListJit).WithTags("Liquidity").WithName(nameof(ListJit)).WithMetadata(FindingKind.Jit.Parameters());
        group.MapGet("/jit/{id}", GetJit).WithTags("Liquidity").WithName(nameof(GetJit)).ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/liquidations", ListLiquidations).WithTags("Liquidations").WithName(nameof(ListLiquidations)).WithMetadata(FindingKind.Liquidations.Parameters());
        group.MapGet("/liquidations/{id}", GetLiquidation).WithTags("Liquidations").WithName(nameof(GetLiquidation)).ProducesProblem(StatusCodes.Status404NotFound);
        var attempts = FindingKind.FailedAttempts.Parameters("liquidation", "arbitrage");
        group.MapGet("/failed_attempts", ListFailedAttempts).WithTags("Failed attempts").WithName(nameof(ListFailedAttempts)).WithMetadata(attempts);
        group.MapGet("/bundles", ListBundles).WithTags("Bundles").WithName(nameof(ListBundles)).WithMetadata(FindingKind.Bundles.Parameters());
    }

    /// <summary>Lists sandwiches with legs, links, victims, losses and profit, newest first: by slot of the first victim. Retracted ones are left out.</summary>
    internal static Task<Results<JsonPage<Sandwich>, ProblemHttpResult>> ListSandwiches(HttpRequest request, FindingQueries queries, CancellationToken cancellationToken) =>
        ListAsync<Sandwich>(FindingKind.Sandwiches, request, queries, cancellationToken);

    /// <summary>Returns one sandwich.</summary>
    /// <param name="id" example="sandwich:2sG2gBafWrzqSMAXzEmBUionSXJ4sau9EJHqXks2yhaEvoPRMsbsrfckh6wsF3Y71kdHue3ZhGfymxmpiB9tGYKM:0.0.0">Its id.</param>
    /// <param name="queries">Reads findings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static Task<Results<JsonRow<Sandwich>, ProblemHttpResult>> GetSandwich(string id, FindingQueries queries, CancellationToken cancellationToken) =>
        GetAsync<Sandwich>(FindingKind.Sandwiches, id, queries, cancellationToken);

    /// <summary>Lists what looks like a sandwich and is none: wash volume, market making, round trips. Newest first.</summary>
    internal static Task<Results<JsonPage<RoundTrip>, ProblemHttpResult>> ListRoundTrips(HttpRequest request, FindingQueries queries, CancellationToken cancellationToken) =>
        ListAsync<RoundTrip>(FindingKind.RoundTrips, request, queries, cancellationToken);

    /// <summary>Lists just-in-time liquidity, newest first: by slot of the first swap.</summary>
    internal static Task<Results<JsonPage<JitLiquidity>, ProblemHttpResult>> ListJit(HttpRequest request, FindingQueries queries, CancellationToken cancellationToken) =>
        ListAsync<JitLiquidity>(FindingKind.Jit, request, queries, cancellationToken);

    /// <summary>Returns one finding of just-in-time liquidity.</summary>
    /// <param name="id" example="jit:2sG2gBafWrzqSMAXzEmBUionSXJ4sau9EJHqXks2yhaEvoPRMsbsrfckh6wsF3Y71kdHue3ZhGfymxmpiB9tGYKM:0.-1">Its id.</param>
    /// <param name="queries">Reads findings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static Task<Results<JsonRow<JitLiquidity>, ProblemHttpResult>> GetJit(string id, FindingQueries queries, CancellationToken cancellationToken) =>
        GetAsync<JitLiquidity>(FindingKind.Jit, id, queries, cancellationToken);

    /// <summary>Lists liquidations, newest first: by slot and transaction.</summary>
    internal static Task<Results<JsonPage<Liquidation>, ProblemHttpResult>> ListLiquidations(HttpRequest request, FindingQueries queries, CancellationToken cancellationToken) =>
        ListAsync<Liquidation>(FindingKind.Liquidations, request, queries, cancellationToken);

    /// <summary>Returns one liquidation.</summary>
    /// <param name="id" example="liquidation:3ybU9unUU8faoRaiFUTU267o9iizdRmGtLDN8SV8LijnEKALq2BvrtG28DTV9QLrSFXFDPFVnsgG5mZWu85AyMCd:0.-1">Its id.</param>
    /// <param name="queries">Reads findings.</param>
    /// <param name="cancellationToken">Gives up.</param>
    internal static Task<Results<JsonRow<Liquidation>, ProblemHttpResult>> GetLiquidation(string id, FindingQueries queries, CancellationToken cancellationToken) =>
        GetAsync<Liquidation>(FindingKind.Liquidations, id, queries, cancellationToken);

    /// <summary>Lists reverted transactions that tried to extract value, with the fees that they burnt, newest first: by slot and transaction.</summary>
    internal static Task<Results<JsonPage<FailedAttempt>, ProblemHttpResult>> ListFailedAttempts(HttpRequest request, FindingQueries queries, CancellationToken cancellationToken) =>
        ListAsync<FailedAttempt>(FindingKind.FailedAttempts, request, queries, cancellationToken);

    /// <summary>Lists runs of transactions that look like bundles, an inference and never a fact, newest first: by slot and transaction.</summary>
    internal static Task<Results<JsonPage<Bundle>, ProblemHttpResult>> ListBundles(HttpRequest request, FindingQueries queries, CancellationToken cancellationToken) =>
        ListAsync<Bundle>(FindingKind.Bundles, request, queries, cancellationToken);

    private static async Task<Results<JsonPage<T>, ProblemHttpResult>> ListAsync<T>(
        FindingKind kind, HttpRequest request, FindingQueries queries, CancellationToken cancellationToken) =>
        RowFilter.TryRead(request, out var filter, out var problem)
            ? new JsonPage<T>(await queries.ListAsync(kind, filter, cancellationToken))
            : problem;

    private static async Task<Results<JsonRow<T>, ProblemHttpResult>> GetAsync<T>(
        FindingKind kind, string id, FindingQueries queries, CancellationToken cancellationToken)
    {
        if (!FindingPlace.TryParse(id, out var parsed))
        {
            return Problems.InvalidParameter("id", id, $"an id as lists show it, such as {kind.IdPrefix}:<signature>:<instruction>.<inner instruction>");
        }

        return await queries.FindAsync(kind, parsed.Value, cancellationToken) is { } json
            ? new JsonRow<T>(json)
            : Problems.NotFound("No finding of this id is in the store; take the id from a list.");
    }
}
