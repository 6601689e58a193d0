namespace Sluice.Ingest.Rpc;

/// <summary>How endpoints are asked.</summary>
public sealed record RpcOptions
{
    /// <summary>At least one.</summary>
    public required IReadOnlyList<RpcEndpointAddress> Endpoints { get; init; }

    /// <summary>How long one request may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A request without an answer after this time is sent to another endpoint as well; the first answer counts.</summary>
    public TimeSpan HedgeAfter { get; init; } = TimeSpan.FromSeconds(1.5);

    /// <summary>Rounds over all endpoints before a call fails.</summary>
    public int Rounds { get; init; } = 6;

    /// <summary>Pause after the first round without an answer; doubled for each further one, with jitter.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Requests in ten seconds, half of them without an answer, that open an endpoint's breaker.</summary>
    public int BreakerRequests { get; init; } = 4;

    /// <summary>How long a breaker stays open the first time; doubled for each trial that fails, up to sixty-four times.</summary>
    public TimeSpan BreakerPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Largest answer that is taken. Blocks of November 2025 have 4 to 8 MB.</summary>
    public int MaxReplyBytes { get; init; } = 256 << 20;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
