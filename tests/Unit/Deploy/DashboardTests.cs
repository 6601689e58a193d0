namespace Sluice.Tests.Unit.Deploy;

/// <summary>The dashboards as Grafana would read them.</summary>
public sealed class DashboardTests
{
    [Fact]
    public void Dashboards_ask_data_sources_that_are_provisioned()
    {
        var sources = DeployFiles.Documents(Path.Combine(DeployFiles.Folder, "grafana", "provisioning", "datasources", "sluice.yaml")).Single()
            .Items("datasources").Select(s => s.Text("uid")!).ToArray();
        Assert.Equal(3, DeployFiles.Dashboards.Count());
        Assert.All(DeployFiles.Dashboards.SelectMany(DashboardQueries.SourcesOf), uid => Assert.Contains(uid, sources));
    }

    [Fact]
    public void Panels_lie_side_by_side_and_not_over_each_other()
    {
        foreach (var file in DeployFiles.Dashboards)
        {
            var cells = new HashSet<(int, int)>();
            foreach (var panel in DeployFiles.Json(file).GetProperty("panels").EnumerateArray())
            {
                var at = panel.GetProperty("gridPos");
                int Of(string name) => at.GetProperty(name).GetInt32();
                Assert.True(Of("x") + Of("w") <= 24, panel.GetProperty("title").GetString());
                for (var x = Of("x"); x < Of("x") + Of("w"); x++)
                {
                    for (var y = Of("y"); y < Of("y") + Of("h"); y++) { Assert.True(cells.Add((x, y)), panel.GetProperty("title").GetString()); }
                }
            }
        }
    }

    [Fact]
    public void Identifiers_are_unique()
    {
        var dashboards = DeployFiles.Dashboards.Select(DeployFiles.Json).ToArray();
        Assert.Equal(dashboards.Length, dashboards.Select(d => d.GetProperty("uid").GetString()).Distinct().Count());
        Assert.All(dashboards, d =>
        {
            var ids = d.GetProperty("panels").EnumerateArray().Select(p => p.GetProperty("id").GetInt32()).ToArray();
            Assert.Equal(ids.Distinct(), ids);
        });
    }
}
