using System.Diagnostics;
using Sluice.Tests.Broker;
using static Sluice.Tests.Integration.Kafka.TestBrokerClients;

namespace Sluice.Tests.Integration.Kafka;

/// <summary>The test broker seen by kcat, which is built on another version of librdkafka than the one the product uses.</summary>
public sealed class TestBrokerToolTests
{
    [KcatFact]
    public async Task Kcat_lists_topics_and_reads_committed_records()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("numbers", partitions: 2);
        _ = await KcatAsync("k1:one\nk2:two\nk3:three\n", "-b", broker.BootstrapServers, "-P", "-t", "numbers", "-p", "0", "-K:");
        Assert.Equal(["one", "two", "three"], broker.ReadCommitted("numbers").Select(record => record.ValueText));

        var listed = await KcatAsync("", "-b", broker.BootstrapServers, "-L");
        Assert.Contains("topic \"numbers\" with 2 partitions", listed, StringComparison.Ordinal);
        var read = await KcatAsync("", "-b", broker.BootstrapServers, "-C", "-t", "numbers", "-o", "beginning", "-e", "-q", "-f", "%o %k %s\\n");
        Assert.Equal("0 k1 one\n1 k2 two\n2 k3 three\n", read);
        var last = await KcatAsync("", "-b", broker.BootstrapServers, "-C", "-t", "numbers", "-p", "0", "-o", "-1", "-e", "-q");
        Assert.Equal("three\n", last);
    }

    [KcatFact]
    public async Task Kcat_reads_as_a_member_of_a_group()
    {
        await using var broker = TestBroker.Start();
        broker.CreateTopic("numbers");
        _ = await KcatAsync("one\ntwo\n", "-b", broker.BootstrapServers, "-P", "-t", "numbers");
        var read = await KcatAsync(
            "", "-b", broker.BootstrapServers, "-G", "g", "-X", "auto.offset.reset=earliest", "-e", "-q", "numbers");
        Assert.Equal("one\ntwo\n", read);
        Assert.Equal(2, broker.CommittedOffsets("g")[("numbers", 0)]);
    }

    private static async Task<string> KcatAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo(KcatFactAttribute.Path!, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(Patience);
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            Assert.True(process.ExitCode == 0, await errors);
            return output;
        }
        finally
        {
            if (!process.HasExited) { process.Kill(); }
        }
    }
}

/// <summary>A fact that runs kcat, skipped where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KcatFactAttribute : FactAttribute
{
    public KcatFactAttribute() => Skip = Path is null ? "kcat is absent: install the package kcat." : null!;

    internal static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => System.IO.Path.Combine(folder, "kcat")).FirstOrDefault(File.Exists);
}
