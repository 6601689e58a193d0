using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace Sluice.Streams.Kafka.Clients;

/// <summary>What the Kafka bus says: nothing a record, nothing a commit. Ids 4xxx.</summary>
internal static partial class KafkaLog
{
    [LoggerMessage(EventId = 4001, Level = LogLevel.Information, Message = "Kafka: topic {Topic} created with {Partitions} partitions")]
    public static partial void Created(ILogger log, string topic, int partitions);

    [LoggerMessage(EventId = 4002, Level = LogLevel.Warning, Message = "Kafka: settings of topics cannot be read ({Reason}); only their partitions were checked")]
    public static partial void SettingsUnreadable(ILogger log, string reason);

    [LoggerMessage(EventId = 4101, Level = LogLevel.Information, Message = "{Topology}: got partitions {Partitions}")]
    public static partial void Assigned(ILogger log, string topology, string partitions);

    [LoggerMessage(EventId = 4102, Level = LogLevel.Information, Message = "{Topology}: gave up partitions {Partitions} ({How})")]
    public static partial void Revoked(ILogger log, string topology, string partitions, string how);

    [LoggerMessage(EventId = 4103, Level = LogLevel.Information, Message = "{Topology}: state {Store}[{Partition}] restored, {Records} records")]
    public static partial void Restored(ILogger log, string topology, string store, int partition, long records);

    [LoggerMessage(EventId = 4201, Level = LogLevel.Warning, Message = "{Topology}: transaction aborted, going back to the last commit: {Reason}")]
    public static partial void Rewound(ILogger log, string topology, string reason);

    [LoggerMessage(EventId = 4202, Level = LogLevel.Warning, Message = "{Topology}: connecting anew: {Reason}")]
    public static partial void Restarted(ILogger log, string topology, string reason);

    [LoggerMessage(EventId = 4203, Level = LogLevel.Warning, Message = "{Topology}: Kafka does not answer, trying again: {Reason}")]
    public static partial void Retrying(ILogger log, string topology, string reason);

    [LoggerMessage(EventId = 4204, Level = LogLevel.Error, Message = "{Topology}: {Topic}[{Partition}] offset {Offset} goes to the dead letters: {Reason}")]
    public static partial void Poisoned(ILogger log, string topology, string topic, int partition, long offset, string reason);

    [LoggerMessage(EventId = 4301, Level = LogLevel.Warning, Message = "Kafka: {Message}")]
    public static partial void ClientWarning(ILogger log, string message);

    /// <summary>Passes on what a client reports by itself; connection losses it repairs alone.</summary>
    public static void Client(ILogger log, LogMessage message)
    {
        if (message.Level <= SyslogLevel.Warning) { ClientWarning(log, message.Message); }
    }

    /// <summary>Passes on an error event that is no fatal one; those come as exceptions.</summary>
    public static void ClientError(ILogger log, Error error)
    {
        if (error.Code is not (ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Transport)) { return; }
        ClientWarning(log, error.Reason);
    }
}
