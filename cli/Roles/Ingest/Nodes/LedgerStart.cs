using System.Globalization;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;

namespace Sluice.Cli.Roles.Ingest.Nodes;

/// <summary>Where a worker that follows nodes begins.</summary>
/// <param name="First">First slot to fetch; null for the newest finalized one.</param>
/// <param name="Before">A slot before it from which on everything is to be had; null where the first one is.</param>
internal readonly record struct LedgerStart(ulong? First, ulong? Before)
{
    /// <summary>Slots of one list of blocks.</summary>
    private const ulong Listed = 10_000;

    /// <summary>For a person: "from slot 5 on".</summary>
    public string Shown => First is { } slot ? string.Create(CultureInfo.InvariantCulture, $"from slot {slot} on") : "from the newest finalized slot on";

    /// <summary>Behind the newest slot of the ledger, or at the first slot from <paramref name="from"/> on that is not in it.</summary>
    /// <exception cref="RpcException">No endpoint lists the blocks.</exception>
    public static async Task<LedgerStart> OfAsync(IngestLedger ledger, ulong? from, ChainClient chain, CancellationToken cancel)
    {
        var newest = (ulong?)ledger.Newest;
        if (from is not { } asked) { return newest is { } last ? new LedgerStart(last + 1, last) : default; }
        ulong? before = asked > 0 ? asked - 1 : null;
        for (var first = asked; first <= newest; first += Listed)
        {
            foreach (var slot in await chain.GetBlocksAsync(first, Math.Min(first + Listed - 1, newest.Value), cancel))
            {
                // What the list has left out before it is found by its descendants.
                if (!ledger.Holds((long)slot)) { return new LedgerStart(slot, before); }
                before = slot;
            }
        }

        return newest >= asked ? new LedgerStart(newest + 1, newest) : new LedgerStart(asked, null);
    }
}
