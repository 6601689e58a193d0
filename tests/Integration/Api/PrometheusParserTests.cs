using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Sluice.Api.Metrics;
using Sluice.Tests.Unit.Api;

namespace Sluice.Tests.Integration.Api;

/// <summary>The metrics text as the parser of Prometheus's own Python client reads it.</summary>
public sealed class PrometheusParserTests
{
    private const string Script = """
        import json, sys
        from prometheus_client.parser import text_string_to_metric_families
        print(json.dumps([[f.name, f.type, f.documentation, [[s.name, s.labels, s.value] for s in f.samples]]
            for f in text_string_to_metric_families(sys.stdin.read())]))
        """;

    [PrometheusParserFact]
    public async Task Another_reader_finds_every_value_and_every_odd_label()
    {
        var name = "Sluice.Test" + Guid.NewGuid().ToString("N");
        using var meter = new Meter(name);
        using var registry = new MetricRegistry([name, "System.Runtime"]);
        const string Odd = "back\\slash \"quote\" line\nbreak ünï = { } ,";
        meter.CreateCounter<long>("odd", "{thing}", "Help with \\ and\nline.").Add(3, new KeyValuePair<string, object?>("label", Odd));
        meter.CreateGauge<double>("level", "By").Record(-1.5);
        var sizes = meter.CreateHistogram<double>("sizes", "s", null, null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        sizes.Record(0.05);
        sizes.Record(5);

        var families = await ParseAsync(MetricRegistryTests.TextOf(registry));

        var odd = families["odd"];
        Assert.Equal(("counter", "Help with \\ and\nline."), (odd[1].GetString(), odd[2].GetString()));
        Assert.Equal(Odd, odd[3][0][1].GetProperty("label").GetString());
        Assert.Equal(3, odd[3][0][2].GetDouble());
        Assert.Equal(-1.5, families["level_bytes"][3][0][2].GetDouble());
        var samples = families["sizes_seconds"][3].EnumerateArray().Select(s => $"{s[0]} {s[2]}");
        Assert.Equal(
            ["sizes_seconds_bucket 1.0", "sizes_seconds_bucket 1.0", "sizes_seconds_bucket 2.0", "sizes_seconds_sum 5.05", "sizes_seconds_count 2.0"],
            samples);
        Assert.True(families.Keys.Count(k => k.StartsWith("dotnet_", StringComparison.Ordinal)) > 10);
        Assert.DoesNotContain(families.Values, f => f[1].GetString() == "unknown");
    }

    private static async Task<Dictionary<string, JsonElement>> ParseAsync(string text)
    {
        using var python = Process.Start(new ProcessStartInfo(PrometheusParserFactAttribute.Python!, ["-c", Script])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        await python.StandardInput.WriteAsync(text);
        python.StandardInput.Close();
        var json = await python.StandardOutput.ReadToEndAsync();
        await python.WaitForExitAsync();
        Assert.Equal(0, python.ExitCode);
        return JsonDocument.Parse(json).RootElement.EnumerateArray().ToDictionary(f => f[0].GetString()!, f => f);
    }
}

/// <summary>A test that needs Python's prometheus_client (Debian: python3-prometheus-client); skipped, and saying so, without it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PrometheusParserFactAttribute : FactAttribute
{
    public PrometheusParserFactAttribute() =>
        Skip = Python is null ? "Python's prometheus_client is not installed (Debian: python3-prometheus-client)" : null!;

    /// <summary>A Python that has the module, or null.</summary>
    public static string? Python { get; } = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(HasModule);

    private static bool HasModule(string python)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(python, ["-c", "import prometheus_client.parser"]) { RedirectStandardError = true })!;
            process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
