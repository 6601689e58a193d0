using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Sluice.Api.Queries;

namespace Sluice.Api.Filters;

/// <summary>What a leaderboard is asked for.</summary>
/// <param name="Epoch">Epoch; null for that of the last stored slot.</param>
/// <param name="ProfitMint">Token in which searchers are ranked.</param>
/// <param name="Limit">Places.</param>
internal sealed record LeaderboardFilter(ulong? Epoch, string ProfitMint, int Limit)
{
    public static readonly ParameterSet Pools = new(ApiParameters.Epoch, ApiParameters.Limit);

    public static readonly ParameterSet Searchers = new(
        ApiParameters.Epoch,
        ApiParameters.ProfitMint with { Description = "Token in which the profit is ranked, base58; SOL and wSOL together when left out." },
        ApiParameters.Limit);

    public static bool TryRead(
        HttpRequest request, [NotNullWhen(true)] out LeaderboardFilter? filter, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        var reader = new ParameterReader(request.Query);
        var read = new LeaderboardFilter(
            reader.Number(ApiParameters.Epoch, "an epoch, 0 or more"),
            reader.Key(ApiParameters.ProfitMint) ?? Chain.SolMint,
            reader.Limit());
        problem = reader.Problem;
        filter = problem is null ? read : null;
        return problem is null;
    }
}
