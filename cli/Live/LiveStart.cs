using System.Globalization;
using System.Text.Json;
using Sluice.Ingest.Live;
using Sluice.Sinks;
using Sluice.Sinks.Writing;

namespace Sluice.Cli.Live;

/// <summary>Where following begins.</summary>
/// <param name="First">First slot to fetch; null for the chain's newest.</param>
/// <param name="Before">A block before it that is stored; null where there is none.</param>
/// <param name="Verified">Slot up to which the store agrees with the finalized chain; null where that begins with the first block.</param>
internal readonly record struct LiveStart(ulong? First, ulong? Before, ulong? Verified)
{
    /// <summary>
    /// Slots that are read again after a stop: the windows of leader groups that were open then. A group's window has six slots, two may be open, and one
    /// may wait for a slot that was skipped.
    /// </summary>
    private const ulong LookBack = 24;

    /// <summary>Slots before a change that are read with it, when its findings are made again.</summary>
    private const ulong Surroundings = 64;

    /// <summary>For a person: "from slot 5 on".</summary>
    public string Shown => First is { } slot ? string.Create(CultureInfo.InvariantCulture, $"from slot {slot} on") : "from the newest slot on";

    /// <summary>Behind the newest stored slot, less what open windows need; what is stored already is not stored again.</summary>
    public static async Task<LiveStart> OfAsync(IClickHouse store, ulong? from, CancellationToken cancel)
    {
        if (from is { } slot) { return new LiveStart(slot, null, slot > 0 ? slot - 1 : null); }
        var answer = await store.QueryAsync(new ClickHouseQuery("SELECT count() AS n, max(slot) AS newest FROM blocks"), cancel);
        using var row = JsonDocument.Parse(answer.Bytes);
        ulong Number(string name) => ulong.Parse(row.RootElement.GetProperty(name).ToString(), CultureInfo.InvariantCulture);
        if (Number("n") == 0) { return default; }
        var newest = Number("newest");
        var first = newest > LookBack ? newest - LookBack : 0;
        var reconciled = await StoredChain.ReconciledAsync(store, cancel);
        return new LiveStart(first, null, reconciled is { } known && known < first ? known : first);
    }

    /// <summary>Enters what is stored of the chain from a little before the slots that are still to be compared with the finalized chain.</summary>
    public async Task RestoreAsync(IClickHouse store, ChainLedger ledger, CancellationToken cancel)
    {
        if (Verified is not { } verified) { return; }
        foreach (var block in await StoredChain.LoadAsync(store, verified > Surroundings ? verified - Surroundings : 0, cancel))
        {
            ledger.Restore(block.Slot, new BlockHeader(block.ParentSlot, block.Blockhash, block.PreviousBlockhash));
        }
    }
}
