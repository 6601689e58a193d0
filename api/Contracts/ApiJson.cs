using System.Text.Json;
using System.Text.Json.Serialization;
using Sluice.Api.Status;

namespace Sluice.Api.Contracts;

/// <summary>How contracts look in JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(Page<Swap>))]
[JsonSerializable(typeof(Page<Arbitrage>))]
[JsonSerializable(typeof(Page<Sandwich>))]
[JsonSerializable(typeof(Page<RoundTrip>))]
[JsonSerializable(typeof(Page<JitLiquidity>))]
[JsonSerializable(typeof(Page<Liquidation>))]
[JsonSerializable(typeof(Page<FailedAttempt>))]
[JsonSerializable(typeof(Page<Bundle>))]
[JsonSerializable(typeof(Page<ValidatorObservation>))]
[JsonSerializable(typeof(Slot))]
[JsonSerializable(typeof(Summary))]
[JsonSerializable(typeof(Leaderboard<PoolRank>))]
[JsonSerializable(typeof(Leaderboard<SearcherRank>))]
[JsonSerializable(typeof(Liveness))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(LiveStatus))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Makes the web server use the same form.</summary>
    public static void Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.TypeInfoResolverChain.Insert(0, Default);
    }
}
