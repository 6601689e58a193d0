using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Cli.Roles.Ingest;

/// <summary>What ingest has written to the topics, by whatever process: kept with the writing itself, so that nothing is written twice.</summary>
/// <remarks>A year of mainnet (79 million slots) is 1.2 million entries.</remarks>
internal sealed class IngestLedger(KeyValueStore<long, LedgerEntry> state)
{
    /// <summary>Name of the role, and of its state.</summary>
    public const string Role = "ingest", Store = "ledger";

    /// <summary>Slots of one entry; the key of a whole block's entry is slot / 64.</summary>
    public const int SlotsPerEntry = 64;

    /// <summary>The newest slot whose whole block was written; null where there is none.</summary>
    public long? Newest
    {
        get
        {
            long? newest = null;
            foreach (var (key, entry) in state)
            {
                if (key >= 0 && entry.Slots != 0 && !(newest / SlotsPerEntry > key)) { newest = (key * SlotsPerEntry) + HighestOf(entry.Slots); }
            }

            return newest;
        }
    }

    /// <summary>Whether the whole block of a slot was written.</summary>
    public bool Holds(long slot) => state.TryGet(slot / SlotsPerEntry, out var entry) && (entry.Slots & BitOf(slot)) != 0;

    /// <summary>Whether the block, or these single transactions of it, were written.</summary>
    public bool Contains(in Block block)
    {
        if (Holds(block.Slot)) { return true; }
        return !block.IsComplete && state.TryGet(KeyOfPart(in block), out _);
    }

    /// <summary>Notes that a block was written.</summary>
    public void Enter(in Block block)
    {
        if (!block.IsComplete)
        {
            state.Put(KeyOfPart(in block), default);
            return;
        }

        var key = block.Slot / SlotsPerEntry;
        state.TryGet(key, out var entry);
        entry.Slots |= BitOf(block.Slot);
        if (HighestOf(entry.Slots) == (int)(block.Slot % SlotsPerEntry)) { entry.Newest = block.Blockhash; }
        state.Put(key, in entry);
    }

    /// <summary>Notes a dead letter; false when the same one was written before.</summary>
    public bool Enter(in DeadLetter letter)
    {
        var key = KeyOf($"{letter.Source}\n{letter.Reason}\n{letter.Offset}\n{letter.Slot}\n{letter.TxIndex}\n{letter.PayloadLength}");
        if (state.TryGet(key, out _)) { return false; }
        state.Put(key, default);
        return true;
    }

    /// <summary>Whether a block of this slot and hash was written, where that is known: of the highest slot of each 64.</summary>
    public bool WasWritten(long slot, Pubkey blockhash) => state.TryGet(slot / SlotsPerEntry, out var entry)
        && HighestOf(entry.Slots) == (int)(slot % SlotsPerEntry) && entry.Newest == blockhash;

    private static ulong BitOf(long slot) => 1UL << (int)(slot % SlotsPerEntry);

    private static int HighestOf(ulong slots) => slots == 0 ? -1 : BitOperations.Log2(slots);

    private static long KeyOfPart(in Block block) => block.Transactions.Count > 0
        ? BinaryPrimitives.ReadInt64LittleEndian(block.Transactions[0].Signature.Bytes) | long.MinValue
        : KeyOf($"{block.Slot}\n{block.Source}");

    private static long KeyOf(string what) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(what))) | long.MinValue;
}
