using Sluice.Sinks;
using Sluice.Streams.Formats.Registry;
using Sluice.Streams.Kafka;

namespace Sluice.Cli.Output;

/// <summary>Errors for a person: one line on standard error that says what to do.</summary>
internal static class Fail
{
    public static void Print(string message) => Console.Error.WriteLine($"sluice: {message.ReplaceLineEndings(" ")}");

    /// <summary>True for what the world does to us; anything else is our bug and keeps its stack trace.</summary>
    public static bool IsExpected(Exception e) =>
        e is StoreException or ClickHouseException or KafkaBusException or SchemaRegistryException
            or IOException or UnauthorizedAccessException or InvalidDataException;
}
