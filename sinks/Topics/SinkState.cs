namespace Sluice.Sinks.Topics;

/// <summary>How a sink is doing; the numbers are the values of the gauge pipeline.sinks.state.</summary>
public enum SinkState
{
    /// <summary>The store is being opened.</summary>
    Starting = 0,

    /// <summary>Rows are stored as they come.</summary>
    Running = 1,

    /// <summary>The store does not take rows just now: it is busy, restarts, or cannot be reached. The sink tries again by itself.</summary>
    Retrying = 2,

    /// <summary>The store takes no rows until somebody helps: disk full, wrong password, a table that is missing. The sink tries again by itself.</summary>
    Waiting = 3,

    /// <summary>The sink has stopped; the process must be started again.</summary>
    Failed = 4,
}
