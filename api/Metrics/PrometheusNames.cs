using System.Text;

namespace Sluice.Api.Metrics;

/// <summary>Names of families and labels, as OpenTelemetry's compatibility specification for Prometheus makes them.</summary>
internal static class PrometheusNames
{
    /// <summary><c>pipeline.sink.batch.duration</c> in <c>s</c> becomes <c>pipeline_sink_batch_duration_seconds</c>.</summary>
    public static string Family(string name, string? unit, MetricKind kind)
    {
        var family = Clean(name, allowColon: true);
        var suffix = Unit(unit, kind);
        if (suffix.Length > 0 && !EndsWith(family, suffix)) { family += "_" + suffix; }
        return kind is MetricKind.Counter or MetricKind.ObservedCounter && !EndsWith(family, "total") ? family + "_total" : family;
    }

    /// <summary>A label's name; <c>le</c> is taken by the buckets of histograms.</summary>
    public static string Label(string key) => Clean(key, allowColon: false) is var name && name == "le" ? "exported_le" : name;

    public static string TypeOf(MetricKind kind) => kind switch
    {
        MetricKind.Counter or MetricKind.ObservedCounter => "counter",
        MetricKind.Histogram => "histogram",
        _ => "gauge",
    };

    private static bool EndsWith(string name, string suffix) =>
        name == suffix || (name.EndsWith(suffix, StringComparison.Ordinal) && name[^(suffix.Length + 1)] == '_');

    private static string Clean(string name, bool allowColon)
    {
        var clean = new StringBuilder(name.Length + 1);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || (allowColon && c == ':'))
            {
                if (clean.Length == 0 && char.IsAsciiDigit(c)) { clean.Append('_'); }
                clean.Append(c);
            }
            else if (clean.Length == 0 || clean[^1] != '_')
            {
                clean.Append('_');
            }
        }

        return clean.Length == 0 ? "_" : clean.ToString();
    }

    private static string Unit(string? unit, MetricKind kind)
    {
        if (string.IsNullOrEmpty(unit) || unit[0] == '{') { return ""; }
        if (unit == "1") { return TypeOf(kind) == "gauge" ? "ratio" : ""; }
        var slash = unit.IndexOf('/');
        if (slash < 0) { return Word(unit); }
        var (above, below) = (unit[..slash], unit[(slash + 1)..].Trim('{', '}'));
        var per = "per_" + Word(below).TrimEnd('s');
        return above.StartsWith('{') ? per : $"{Word(above)}_{per}";
    }

    private static string Word(string unit) => unit switch
    {
        "ns" => "nanoseconds",
        "us" => "microseconds",
        "ms" => "milliseconds",
        "s" => "seconds",
        "min" => "minutes",
        "h" => "hours",
        "d" => "days",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "%" => "percent",
        _ => Clean(unit, allowColon: false),
    };
}
