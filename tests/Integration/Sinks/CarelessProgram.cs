using Sluice.Sinks;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Writing;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>A program that ends without closing its store, in several ways.</summary>
internal static class CarelessProgram
{
    public const string Mode = "leave-open";

    /// <param name="args">Store folder; how to end: return, exit or busy.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var store = await EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = args[0] });
        var writer = await StoreWriter.OpenAsync(store);
        await SlotRows.WriteAsync(writer, 1);
        await writer.FlushAsync();
        if (args[1] == "busy")
        {
            _ = store.QueryAsync(new ClickHouseQuery("SELECT sum(cityHash64(a.number, b.number)) FROM numbers(1000000) a CROSS JOIN numbers(1000000) b"));
        }

        if (args[1] == "exit") { Environment.Exit(7); }
        return 7;
    }
}
