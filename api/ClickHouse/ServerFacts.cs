using Sluice.Sinks;

namespace Sluice.Api.ClickHouse;

/// <summary>What every answer says about the server; asked of the engine once.</summary>
/// <param name="DisplayName">Name for people.</param>
/// <param name="TimeZone">Time zone that times without one are written in.</param>
internal sealed record ServerFacts(string DisplayName, string TimeZone)
{
    public static async Task<ServerFacts> ReadAsync(IClickHouse store, CancellationToken cancellationToken)
    {
        var answer = await store.QueryAsync(new ClickHouseQuery("SELECT displayName(), timezone()") { Format = "TSVRaw" }, cancellationToken);
        var columns = answer.Text.TrimEnd('\n').Split('\t');
        return new ServerFacts(columns[0], columns[1]);
    }
}
