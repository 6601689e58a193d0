using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text;
using Sluice.Api.Metrics;

namespace Sluice.Tests.Unit.Api;

public sealed class MetricRegistryTests : IDisposable
{
    private readonly string _meterName = "Sluice.Test" + Guid.NewGuid().ToString("N");
    private readonly Meter _meter;
    private readonly MetricRegistry _registry;

    public MetricRegistryTests()
    {
        _meter = new Meter(_meterName);
        _registry = new MetricRegistry([_meterName]);
    }

    public void Dispose()
    {
        _registry.Dispose();
        _meter.Dispose();
    }

    [Theory]
    [InlineData("pipeline.ingest.block.read", "{block}", MetricKind.Counter, "pipeline_ingest_block_read_total")]
    [InlineData("pipeline.sink.batch.duration", "s", MetricKind.Histogram, "pipeline_sink_batch_duration_seconds")]
    [InlineData("pipeline.sink.batch.duration", "ms", MetricKind.Histogram, "pipeline_sink_batch_duration_milliseconds")]
    [InlineData("dotnet.gc.heap.total_allocated", "By", MetricKind.ObservedCounter, "dotnet_gc_heap_total_allocated_bytes_total")]
    [InlineData("queue.seconds", "s", MetricKind.Gauge, "queue_seconds")]
    [InlineData("fill", "1", MetricKind.ObservedGauge, "fill_ratio")]
    [InlineData("hits", "1", MetricKind.Counter, "hits_total")]
    [InlineData("speed", "By/s", MetricKind.Gauge, "speed_bytes_per_second")]
    [InlineData("2nd try--é", null, MetricKind.Gauge, "_2nd_try_")]
    [InlineData("requests.total", null, MetricKind.Counter, "requests_total")]
    public void Names_follow_the_rules_of_OpenTelemetry(string name, string? unit, object kind, string expected)
    {
        Assert.Equal(expected, PrometheusNames.Family(name, unit, (MetricKind)kind));
    }

    [Fact]
    public void A_counter_adds_up_by_labels_whatever_their_order()
    {
        var counter = _meter.CreateCounter<long>("seen", "{block}", "Blocks seen.");
        counter.Add(2, new KeyValuePair<string, object?>("a", "x"), new KeyValuePair<string, object?>("b", "y"));
        counter.Add(3, new KeyValuePair<string, object?>("b", "y"), new KeyValuePair<string, object?>("a", "x"));
        counter.Add(5);

        Assert.Equal(
            ["# HELP seen_total Blocks seen.", "# TYPE seen_total counter", "seen_total 5", "seen_total{a=\"x\",b=\"y\"} 5"],
            Lines("seen_total"));
    }

    [Fact]
    public void Whole_numbers_beyond_2_to_the_53_stay_exact()
    {
        var counter = _meter.CreateCounter<long>("lamports");
        counter.Add(1L << 60);
        counter.Add(1);

        Assert.Contains($"lamports_total {(1L << 60) + 1}", Lines("lamports_total"));
    }

    [Fact]
    public void Fractions_add_up_too()
    {
        var counter = _meter.CreateCounter<double>("waited", "s");
        counter.Add(0.25);
        counter.Add(0.5);

        Assert.Contains("waited_seconds_total 0.75", Lines("waited"));
    }

    [Fact]
    public void Counters_that_go_down_are_gauges()
    {
        var queued = _meter.CreateUpDownCounter<int>("queued");
        queued.Add(5);
        queued.Add(-2);

        Assert.Equal(["# TYPE queued gauge", "queued 3"], Lines("queued"));
    }

    [Fact]
    public void A_gauge_keeps_its_last_value()
    {
        var lag = _meter.CreateGauge<double>("lag", "s");
        lag.Record(3);
        lag.Record(double.PositiveInfinity);

        Assert.Contains("lag_seconds +Inf", Lines("lag"));
    }

    [Fact]
    public void Buckets_are_cumulative_and_their_bounds_inclusive()
    {
        var sizes = _meter.CreateHistogram<long>(
            "rows", null, "Rows.", null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [10, 100] });
        foreach (var size in new long[] { 1, 10, 11, 1_000 }) { sizes.Record(size, new KeyValuePair<string, object?>("table", "swaps")); }

        Assert.Equal(
            [
                "# HELP rows Rows.", "# TYPE rows histogram",
                "rows_bucket{table=\"swaps\",le=\"10\"} 2", "rows_bucket{table=\"swaps\",le=\"100\"} 3",
                "rows_bucket{table=\"swaps\",le=\"+Inf\"} 4", "rows_sum{table=\"swaps\"} 1022", "rows_count{table=\"swaps\"} 4",
            ],
            Lines("rows"));
    }

    [Fact]
    public void What_is_no_number_does_not_spoil_a_histogram()
    {
        var durations = _meter.CreateHistogram<double>("took", "s");
        durations.Record(double.NaN);
        durations.Record(0.002);

        Assert.Contains("took_seconds_sum 0.002", Lines("took"));
        Assert.Contains("took_seconds_count 1", Lines("took"));
    }

    [Fact]
    public void Observed_values_are_read_anew_and_vanish_with_their_labels()
    {
        var labels = new List<string> { "a", "b" };
        _meter.CreateObservableGauge("depth", () => labels.Select(l => new Measurement<int>(7, new KeyValuePair<string, object?>("queue", l))));
        Assert.Equal(["# TYPE depth gauge", "depth{queue=\"a\"} 7", "depth{queue=\"b\"} 7"], Lines("depth"));

        labels.Remove("a");
        Assert.Equal(["# TYPE depth gauge", "depth{queue=\"b\"} 7"], Lines("depth"));
    }

    [Fact]
    public void A_callback_that_throws_hides_no_other_instrument()
    {
        _meter.CreateObservableGauge("broken", int () => throw new InvalidOperationException("on purpose"));
        _meter.CreateObservableCounter("fine", () => 3L);

        var lines = Lines("");
        Assert.Contains("fine_total 3", lines);
        Assert.Contains("sluice_metric_callbacks_failed_total 1", lines);
    }

    [Fact]
    public void Instruments_of_one_name_and_different_kind_do_not_share_a_type()
    {
        _meter.CreateGauge<int>("both").Record(1);
        _meter.CreateHistogram<int>("both").Record(1);

        var lines = Lines("both");
        Assert.Contains("# TYPE both gauge", lines);
        Assert.Contains("# TYPE both_histogram histogram", lines);
        Assert.Equal(lines.Length, lines.Distinct().Count());
    }

    [Fact]
    public void Two_instruments_of_one_name_and_kind_are_added_up()
    {
        using var second = new Meter(_meterName + ".part");
        _meter.CreateCounter<long>("same").Add(1);
        second.CreateCounter<long>("same").Add(2);

        Assert.Equal(["# TYPE same_total counter", "same_total 3"], Lines("same"));
    }

    [Fact]
    public void Meters_that_were_not_named_are_left_out()
    {
        using var other = new Meter(_meterName + "Longer");
        other.CreateCounter<long>("foreign").Add(1);

        Assert.Empty(Lines("foreign"));
    }

    [Fact]
    public void Label_values_and_help_are_escaped()
    {
        _meter.CreateCounter<long>("odd", null, "Back\\slash\nand line.").Add(1, new KeyValuePair<string, object?>("v", "q\"b\\n\nü"));

        Assert.Equal(
            ["# HELP odd_total Back\\\\slash\\nand line.", "# TYPE odd_total counter", "odd_total{v=\"q\\\"b\\\\n\\nü\"} 1"],
            Lines("odd_total"));
    }

    [Fact]
    public void Labels_that_become_one_name_or_one_text_make_one_series()
    {
        var counter = _meter.CreateCounter<long>("merged");
        counter.Add(1, new KeyValuePair<string, object?>("a.b", 1), new KeyValuePair<string, object?>("a_b", true));
        counter.Add(1, new KeyValuePair<string, object?>("a.b", "1"), new KeyValuePair<string, object?>("a_b", "true"));

        Assert.Equal(["# TYPE merged_total counter", "merged_total{a_b=\"1;true\"} 2"], Lines("merged"));
    }

    [Fact]
    public void Too_many_label_sets_are_added_up_under_one()
    {
        var counter = _meter.CreateCounter<long>("wide");
        for (var i = 0; i < MetricFamily.MaxSeries + 5; i++) { counter.Add(1, new KeyValuePair<string, object?>("i", i)); }

        var lines = Lines("wide");
        Assert.Equal(MetricFamily.MaxSeries + 2, lines.Length);
        Assert.Contains("wide_total{otel_metric_overflow=\"true\"} 5", lines);
    }

    [Fact]
    public void Recording_on_known_labels_allocates_nothing()
    {
        var counter = _meter.CreateCounter<long>("hot");
        var durations = _meter.CreateHistogram<double>("hot.duration", "s");
        void Record()
        {
            counter.Add(1, new KeyValuePair<string, object?>("venue", "raydium-amm-v4"), new KeyValuePair<string, object?>("outcome", "ok"));
            durations.Record(0.001, new KeyValuePair<string, object?>("venue", "raydium-amm-v4"));
        }

        Record();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) { Record(); }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Counting_from_many_threads_loses_nothing()
    {
        var whole = _meter.CreateCounter<long>("whole");
        var fraction = _meter.CreateCounter<double>("fraction");
        var sizes = _meter.CreateHistogram<int>("sizes");
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                whole.Add(1, new KeyValuePair<string, object?>("l", i % 10));
                fraction.Add(0.5);
                sizes.Record(1);
            }
        });

        Assert.Contains("whole_total{l=\"3\"} 4000", Lines("whole"));
        Assert.Contains("fraction_total 20000", Lines("fraction"));
        Assert.Contains("sizes_count 40000", Lines("sizes"));
    }

    [Fact]
    public void The_runtime_s_own_figures_are_there_by_default()
    {
        using var registry = new MetricRegistry();
        var text = TextOf(registry);

        Assert.Contains("# TYPE dotnet_process_memory_working_set_bytes gauge", text);
        Assert.Contains("# TYPE process_start_time_seconds gauge", text);
        Assert.Contains("sluice_build_info{version=\"", text);
    }

    internal static string TextOf(MetricRegistry registry)
    {
        var output = new ArrayBufferWriter<byte>();
        registry.WriteTo(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>Lines whose metric's name begins so.</summary>
    private string[] Lines(string prefix) =>
    [
        .. TextOf(_registry).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(l => (l.StartsWith('#') ? l.Split(' ')[2] : l).StartsWith(prefix, StringComparison.Ordinal)),
    ];
}
