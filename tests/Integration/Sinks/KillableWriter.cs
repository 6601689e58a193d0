using System.Globalization;
using Sluice.Sinks.Embedded;
using Sluice.Sinks.Writing;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>A replay in small, run as a process of its own: writes the slots that the store lacks, in small batches, and says how far it is.</summary>
internal static class KillableWriter
{
    public const string Mode = "write-slots";

    /// <summary>Printed with the number of stored slots whenever that number has grown.</summary>
    public const string Progress = "stored ";

    /// <param name="args">Store folder, first slot, number of slots.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var first = ulong.Parse(args[1], CultureInfo.InvariantCulture);
        var count = ulong.Parse(args[2], CultureInfo.InvariantCulture);
        await using var store = await EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = args[0] });
        await using var writer = await StoreWriter.OpenAsync(store, new StoreWriterOptions { BatchRows = 400 });
        var stored = await StoredSlots.LoadAsync(store);
        long told = -1;
        for (var slot = first; slot < first + count; slot++)
        {
            if (stored.Find(slot, SlotRows.Blockhash(slot), SlotRows.Version) == StoredSlotState.Stored) { continue; }
            await SlotRows.WriteAsync(writer, slot);
            if (writer.StoredSlots == told) { continue; }
            told = writer.StoredSlots;
            Console.WriteLine(Progress + (stored.Count + told).ToString(CultureInfo.InvariantCulture));
        }

        await writer.CompleteAsync();
        return 0;
    }
}
