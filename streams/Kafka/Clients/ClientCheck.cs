using Confluent.Kafka;

namespace Sluice.Streams.Kafka.Clients;

/// <summary>Asks librdkafka whether it takes the properties, before anything is begun with them.</summary>
public static class ClientCheck
{
    /// <summary>Makes a client of each kind that no broker is asked by, and closes it.</summary>
    /// <exception cref="KafkaBusException">A property does not exist, or has a value that it cannot have; the message names it.</exception>
    public static void Run(KafkaOptions options)
    {
        KafkaLibrary.Load();
        try
        {
            using var producer = new ProducerBuilder<Null, Null>(ClientProperties.Producer(options, $"{options.ApplicationId}-check", null))
                .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
            using var consumer = new ConsumerBuilder<Ignore, Ignore>(ClientProperties.Reader(options, $"{options.ApplicationId}-check"))
                .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new KafkaBusException($"The Kafka settings cannot be used: {e.Message.ReplaceLineEndings(" ")}; see librdkafka's CONFIGURATION.md for names and values.", e);
        }
    }
}
