namespace Sluice.Api.Contracts;

/// <summary>The process answers.</summary>
public sealed record Liveness
{
    /// <summary>Always <c>live</c>.</summary>
    /// <example>live</example>
    public required string Status { get; init; }
}

/// <summary>Whether requests can be served, and if not, why.</summary>
public sealed record Readiness
{
    /// <summary><c>ready</c> or <c>not_ready</c>.</summary>
    /// <example>ready</example>
    public required string Status { get; init; }

    /// <summary>Every check.</summary>
    public required IReadOnlyList<ReadinessCheck> Checks { get; init; }
}

/// <summary>One check of readiness.</summary>
public sealed record ReadinessCheck
{
    /// <summary>What was checked.</summary>
    /// <example>store</example>
    public required string Name { get; init; }

    /// <summary>Whether it is fine.</summary>
    public required bool Ok { get; init; }

    /// <summary>Why it is not; null when it is fine.</summary>
    public required string? Reason { get; init; }

    /// <summary>What the check took, milliseconds.</summary>
    public required double DurationMs { get; init; }
}
