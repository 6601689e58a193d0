using System.Runtime.InteropServices;
using System.Text;
using Sluice.Streams.Kafka;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>librdkafka's mock cluster: brokers inside this process that speak the real protocol. It keeps 5 MiB or 100,000 messages a partition,
/// forgets offsets that come in transactions, and shows records of aborted ones.</summary>
internal sealed unsafe class MockCluster : IDisposable
{
    private const int Producer = 0;

    private readonly nint _client;
    private readonly nint _cluster;

    public MockCluster(int brokers)
    {
        var error = stackalloc byte[512];
        var conf = ((delegate* unmanaged<nint>)Function("rd_kafka_conf_new"))();
        fixed (byte* name = "log_level\0"u8, none = "0\0"u8)
        {
            ((delegate* unmanaged<nint, byte*, byte*, byte*, nuint, int>)Function("rd_kafka_conf_set"))(conf, name, none, error, 512);
        }

        _client = ((delegate* unmanaged<int, nint, byte*, nuint, nint>)Function("rd_kafka_new"))(Producer, conf, error, 512);
        if (_client == 0) { throw new InvalidOperationException(Marshal.PtrToStringUTF8((nint)error)); }
        _cluster = ((delegate* unmanaged<nint, int, nint>)Function("rd_kafka_mock_cluster_new"))(_client, brokers);
        ((delegate* unmanaged<nint, int, void>)Function("rd_kafka_mock_group_initial_rebalance_delay_ms"))(_cluster, 0);
        BootstrapServers = Marshal.PtrToStringUTF8(((delegate* unmanaged<nint, nint>)Function("rd_kafka_mock_cluster_bootstraps"))(_cluster))!;
    }

    public string BootstrapServers { get; }

    public void CreateTopic(string name, int partitions)
    {
        fixed (byte* text = Encoding.UTF8.GetBytes(name + "\0"))
        {
            var code = ((delegate* unmanaged<nint, byte*, int, int, int>)Function("rd_kafka_mock_topic_create"))(_cluster, text, partitions, 1);
            if (code != 0) { throw new InvalidOperationException($"the mock refused topic {name}: {code}"); }
        }
    }

    /// <summary>Takes a broker away or brings it back; brokers are numbered from 1.</summary>
    public void SetUp(int broker, bool isUp) =>
        ((delegate* unmanaged<nint, int, int>)Function(isUp ? "rd_kafka_mock_broker_set_up" : "rd_kafka_mock_broker_set_down"))(_cluster, broker);

    public void Dispose()
    {
        ((delegate* unmanaged<nint, void>)Function("rd_kafka_mock_cluster_destroy"))(_cluster);
        ((delegate* unmanaged<nint, void>)Function("rd_kafka_destroy"))(_client);
    }

    private static nint Function(string name) => NativeLibrary.GetExport(KafkaLibrary.Handle, name);
}
