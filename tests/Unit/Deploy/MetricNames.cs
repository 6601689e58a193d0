using System.Text.RegularExpressions;
using Sluice.Api.Metrics;

namespace Sluice.Tests.Unit.Deploy;

/// <summary>The metrics that the program's sources create, by their names in Prometheus.</summary>
internal static partial class MetricNames
{
    private static readonly string[] Folders = ["api", "cli", "ingest", "processors", "sinks", "streams"];

    /// <summary>What Prometheus and the framework add.</summary>
    private static readonly string[] Others = ["up"];

    /// <summary>Every series' name.</summary>
    public static IReadOnlySet<string> All { get; } = Sources().SelectMany(Of).Concat(Others).ToHashSet(StringComparer.Ordinal);

    /// <summary>Names of metrics in an expression: words that are no function, label or keyword of PromQL are those with our prefix, and <c>up</c>.</summary>
    public static IEnumerable<string> In(string expression) => Word().Matches(expression).Select(m => m.Value);

    private static IEnumerable<string> Sources() =>
        from folder in Folders
        from file in Directory.EnumerateFiles(Path.Combine(RealData.RepositoryRoot, folder), "*.cs", SearchOption.AllDirectories)
        where !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
        select File.ReadAllText(file);

    private static IEnumerable<string> Of(string source)
    {
        foreach (Match call in Creation().Matches(source))
        {
            var kind = call.Groups["kind"].Value switch
            {
                "Counter" => MetricKind.Counter,
                "Histogram" => MetricKind.Histogram,
                _ => MetricKind.Gauge,
            };
            var end = source.IndexOf(';', call.Index);
            var unit = Unit().Match(source, call.Index + call.Length, end - call.Index - call.Length) is { Success: true } found ? found.Groups["unit"].Value : null;
            var family = PrometheusNames.Family(call.Groups["name"].Value, unit, kind);
            yield return family;
            if (kind != MetricKind.Histogram) { continue; }
            yield return family + "_bucket";
            yield return family + "_count";
            yield return family + "_sum";
        }
    }

    [GeneratedRegex(@"Create(Observable)?(?<kind>Counter|Histogram|Gauge|UpDownCounter)(<\w+>)?\(\s*""(?<name>pipeline\.[a-z0-9_.]+)""")]
    private static partial Regex Creation();

    [GeneratedRegex(@"""(?<unit>s|By|\{\w+\})""")]
    private static partial Regex Unit();

    [GeneratedRegex(@"\b(pipeline_\w+|up)\b(?=\s*[\{\[\)\s]|$)")]
    private static partial Regex Word();
}
