using Sluice.Streams.Kafka;

namespace Sluice.Cli.Roles.Http;

/// <summary>Whether a role does its work, and if not, why.</summary>
/// <param name="Status">running, starting, restoring, recovering or failed.</param>
/// <param name="Reason">One line for a person; null when it runs.</param>
internal sealed record RoleHealth(string Status, string? Reason)
{
    public static RoleHealth Running { get; } = new("running", null);

    public static RoleHealth Starting { get; } = new("starting", "connecting to Kafka");

    public bool IsRunning => Reason is null;

    /// <summary>The worst state of a role's members.</summary>
    public static RoleHealth Of(IReadOnlyList<(string Part, StreamsState State)> members)
    {
        if (members.Count == 0) { return Starting; }
        var worst = members.MaxBy(m => Severity(m.State)).State;
        if (worst == StreamsState.Running) { return Running; }
        var parts = string.Join(", ", members.Where(m => m.State == worst).Select(m => m.Part).Distinct());
        return new RoleHealth(NameOf(worst), worst switch
        {
            StreamsState.Starting => $"{parts}: joining the consumer group",
            StreamsState.Restoring => $"{parts}: restoring state from the changelog",
            StreamsState.Recovering => $"{parts}: going back to the last commit, or waiting for the brokers",
            _ => $"{parts}: failed, see the log",
        });
    }

    private static string NameOf(StreamsState state) => state switch
    {
        StreamsState.Starting => "starting",
        StreamsState.Restoring => "restoring",
        StreamsState.Recovering => "recovering",
        StreamsState.Failed => "failed",
        _ => "running",
    };

    private static int Severity(StreamsState state) => state switch
    {
        StreamsState.Running => 0,
        StreamsState.Restoring => 1,
        StreamsState.Starting => 2,
        StreamsState.Recovering => 3,
        _ => 4,
    };
}
