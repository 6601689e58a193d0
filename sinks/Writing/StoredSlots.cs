using System.Buffers.Binary;
using System.Globalization;
using Sluice.Schemas.Chain;

namespace Sluice.Sinks.Writing;

/// <summary>Whether a block is in the store.</summary>
public enum StoredSlotState
{
    /// <summary>The slot is not stored.</summary>
    Absent,

    /// <summary>This very block is stored, by this version or a newer one: it can be skipped.</summary>
    Stored,

    /// <summary>The slot is stored from another block or by an older version: its rows must be replaced.</summary>
    Outdated,
}

/// <summary>The slots of a store at the time of loading, 24 bytes each. Safe for concurrent reading.</summary>
public sealed class StoredSlots
{
    private const int RowBytes = 24;

    private readonly ulong[] _slots;
    private readonly ulong[] _hashes;
    private readonly ulong[] _versions;

    private StoredSlots(ulong[] slots, ulong[] hashes, ulong[] versions) => (_slots, _hashes, _versions) = (slots, hashes, versions);

    /// <summary>Slots that were stored.</summary>
    public int Count => _slots.Length;

    /// <summary>Loads the slots of a range, all by default.</summary>
    public static async Task<StoredSlots> LoadAsync(
        IClickHouse store, ulong first = 0, ulong last = ulong.MaxValue, CancellationToken ct = default)
    {
        var slots = new List<ulong>();
        var hashes = new List<ulong>();
        var versions = new List<ulong>();
        var query = new ClickHouseQuery(
            """
            SELECT slot, reinterpretAsUInt64(substring(base58Decode(blockhash), 1, 8)), version FROM blocks
            WHERE slot >= {first:UInt64} AND slot <= {last:UInt64} ORDER BY slot
            """)
        {
            Format = "RowBinary",
            Parameters = new Dictionary<string, string>
            {
                ["first"] = first.ToString(CultureInfo.InvariantCulture),
                ["last"] = last.ToString(CultureInfo.InvariantCulture),
            },
        };
        var split = new byte[RowBytes]; // a row of which one piece has the beginning and the next the end
        var have = 0;
        await foreach (var piece in store.StreamAsync(query, ct).ConfigureAwait(false))
        {
            var rows = piece.Span;
            if (have > 0)
            {
                var missing = Math.Min(RowBytes - have, rows.Length);
                rows[..missing].CopyTo(split.AsSpan(have));
                rows = rows[missing..];
                have += missing;
                if (have < RowBytes) { continue; }
                Add(split);
            }

            for (; rows.Length >= RowBytes; rows = rows[RowBytes..]) { Add(rows); }
            rows.CopyTo(split);
            have = rows.Length;
        }

        void Add(ReadOnlySpan<byte> row)
        {
            slots.Add(BinaryPrimitives.ReadUInt64LittleEndian(row));
            hashes.Add(BinaryPrimitives.ReadUInt64LittleEndian(row[8..]));
            versions.Add(BinaryPrimitives.ReadUInt64LittleEndian(row[16..]));
        }

        return new StoredSlots([.. slots], [.. hashes], [.. versions]);
    }

    /// <summary>Says whether a block is stored.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="blockhash">Its hash, compared by the first 8 bytes: two blocks of one slot that share them do not happen.</param>
    /// <param name="version">Pipeline version that would store it now.</param>
    public StoredSlotState Find(ulong slot, in Pubkey blockhash, ulong version)
    {
        var at = Array.BinarySearch(_slots, slot);
        if (at < 0) { return StoredSlotState.Absent; }
        return _hashes[at] == BinaryPrimitives.ReadUInt64LittleEndian(blockhash.Bytes) && _versions[at] >= version
            ? StoredSlotState.Stored
            : StoredSlotState.Outdated;
    }
}
