using YamlDotNet.RepresentationModel;

namespace Sluice.Tests.Unit.Deploy;

/// <summary>The alert rules and the panels over Prometheus: their metrics are created, and each alert is explained.</summary>
public sealed class AlertTests
{
    private static readonly YamlNode[] Rules =
        [.. DeployFiles.Documents(Path.Combine(DeployFiles.Folder, "prometheus", "alerts.yml")).Single().Items("groups").SelectMany(g => g.Items("rules"))];

    [Fact]
    public void Every_alert_waits_has_a_severity_a_summary_and_a_page()
    {
        Assert.NotEmpty(Rules);
        foreach (var rule in Rules)
        {
            var name = rule.Text("alert")!;
            Assert.Matches(@"^\d+[ms]$", rule.Text("for"));
            Assert.Contains(rule.Text("labels", "severity"), new[] { "warning", "critical" });
            Assert.False(string.IsNullOrWhiteSpace(rule.Text("annotations", "summary")), name);
            Assert.Equal($"docs/operations.md#{name.ToLowerInvariant()}", rule.Text("annotations", "runbook"));
            Assert.Matches($@"(?m)^### {name}$", DeployFiles.Operations);
        }
    }

    [Fact]
    public void Every_alert_is_explained_and_nothing_else()
    {
        var explained = DeployFiles.Operations.Split('\n').Where(l => l.StartsWith("### Sluice", StringComparison.Ordinal)).Select(l => l[4..].Trim());
        Assert.Equal(Rules.Select(r => r.Text("alert")!).Order(StringComparer.Ordinal), explained.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_metric_of_an_alert_is_created()
    {
        foreach (var rule in Rules)
        {
            var names = MetricNames.In(rule.Text("expr")!).ToArray();
            Assert.True(names.Length > 0, rule.Text("alert"));
            Assert.All(names, n => Assert.True(MetricNames.All.Contains(n), $"{rule.Text("alert")}: nothing creates {n}"));
        }
    }

    [Fact]
    public void Every_metric_of_a_panel_is_created()
    {
        var expressions = DeployFiles.Dashboards.SelectMany(DashboardQueries.Of).Where(q => q.Source == "prometheus").ToArray();
        Assert.NotEmpty(expressions);
        foreach (var (panel, _, text) in expressions)
        {
            var names = MetricNames.In(text).ToArray();
            Assert.True(names.Length > 0, panel);
            Assert.All(names, n => Assert.True(MetricNames.All.Contains(n), $"{panel}: nothing creates {n}"));
        }
    }
}
