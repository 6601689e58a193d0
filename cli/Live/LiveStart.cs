using System.Globalization;
using System.Text.Json;
using Sluice.Sinks;

namespace Sluice.Cli.Live;

/// <summary>Where following begins.</summary>
/// <param name="First">First slot to fetch; null for the chain's newest.</param>
/// <param name="Before">A block before it that is stored; null where there is none.</param>
internal readonly record struct LiveStart(ulong? First, ulong? Before)
{
    /// <summary>
    /// Slots that are read again after a stop: the windows of leader groups that were open then. A group's window has six slots, two may be open, and one
    /// may wait for a slot that was skipped.
    /// </summary>
    private const ulong LookBack = 24;

    /// <summary>For a person: "from slot 5 on".</summary>
    public string Shown => First is { } slot ? string.Create(CultureInfo.InvariantCulture, $"from slot {slot} on") : "from the newest slot on";

    /// <summary>Behind the newest stored slot, less what open windows need; what is stored already is not stored again.</summary>
    public static async Task<LiveStart> OfAsync(IClickHouse store, ulong? from, CancellationToken cancel)
    {
        if (from is not null) { return new LiveStart(from, null); }
        var answer = await store.QueryAsync(new ClickHouseQuery("SELECT count() AS n, max(slot) AS newest FROM blocks"), cancel);
        using var row = JsonDocument.Parse(answer.Bytes);
        ulong Number(string name) => ulong.Parse(row.RootElement.GetProperty(name).ToString(), CultureInfo.InvariantCulture);
        if (Number("n") == 0) { return default; }
        var newest = Number("newest");
        return new LiveStart(newest > LookBack ? newest - LookBack : 0, null);
    }
}
