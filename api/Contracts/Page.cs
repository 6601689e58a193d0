namespace Sluice.Api.Contracts;

/// <summary>One page of rows, newest first.</summary>
public sealed record Page<T>
{
    /// <summary>The rows, at most as many as <c>limit</c> asked for.</summary>
    public required IReadOnlyList<T> Data { get; init; }

    /// <summary>Give it as <c>cursor</c>, with the same filters, to get the rows after these; null on the last page.</summary>
    public required string? NextCursor { get; init; }
}
