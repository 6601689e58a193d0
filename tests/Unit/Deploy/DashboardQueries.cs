namespace Sluice.Tests.Unit.Deploy;

/// <summary>The questions of a dashboard.</summary>
internal static class DashboardQueries
{
    /// <summary>Panel, kind of data source, text of the query.</summary>
    public static IEnumerable<(string Panel, string Source, string Text)> Of(string file) =>
        from panel in DeployFiles.Json(file).GetProperty("panels").EnumerateArray()
        from target in panel.GetProperty("targets").EnumerateArray()
        let source = target.GetProperty("datasource").GetProperty("type").GetString()!
        let text = target.TryGetProperty("expr", out var expression) ? expression : target.GetProperty("rawSql")
        select ($"{Path.GetFileName(file)}: {panel.GetProperty("title").GetString()}", source, text.GetString()!);

    /// <summary>Data sources that a dashboard names.</summary>
    public static IEnumerable<string> SourcesOf(string file) =>
        from panel in DeployFiles.Json(file).GetProperty("panels").EnumerateArray()
        from target in panel.GetProperty("targets").EnumerateArray().Append(panel)
        select target.GetProperty("datasource").GetProperty("uid").GetString()!;
}
