namespace Sluice.Lab.Chain;

/// <summary>Gives the accounts of a transaction their places in its message.</summary>
/// <remarks>
/// Signers come first, then written, then read accounts of the message, then those that lookup tables give: all written
/// ones before all read ones, table by table. Outer programs are never given by a table. A legacy message that does not
/// fit into a packet becomes a versioned one with tables.
/// </remarks>
internal sealed class MessageLayout(World world)
{
    /// <summary>Bytes that fit into a packet, signatures and message together.</summary>
    public const int MaxWireBytes = 1_232;

    private const int FirstLoaded = 4;

    private readonly AccountTable _accounts = world.Accounts;
    private readonly byte[] _group = new byte[256];

    /// <summary>Place in the full key list, by number of first use.</summary>
    public byte[] PlaceOf { get; } = new byte[256];

    /// <summary>Number of first use, by place.</summary>
    public byte[] EntryAt { get; } = new byte[256];

    /// <summary>Lookup tables in the order of the message.</summary>
    public List<short> Tables { get; } = new(16);

    /// <summary>Keys that stand in the message itself.</summary>
    public int StaticCount { get; private set; }

    public int ReadSigners { get; private set; }

    public int ReadStatic { get; private set; }

    /// <summary>Keys that tables give as written; the read ones follow them.</summary>
    public int WrittenLoaded { get; private set; }

    public void Arrange(TransactionBuilder tx)
    {
        Place(tx);
        if (!tx.IsVersioned && WireBytes(tx) > MaxWireBytes)
        {
            tx.IsVersioned = true;
            tx.UsesTables = true;
            Place(tx);
        }

        if (WireBytes(tx) > MaxWireBytes)
        {
            throw new InvalidOperationException($"A simulated transaction of {WireBytes(tx)} bytes does not fit into a packet.");
        }
    }

    /// <summary>The cost model's units: signatures 720, written accounts 300, four bytes of data 1, and what ran.</summary>
    public ulong CostUnits(TransactionBuilder tx)
    {
        var written = 0;
        for (var i = 0; i < tx.EntryCount; i++) { written += (tx.Entries[i].Use & Use.Write) != 0 ? 1 : 0; }
        var bytes = 0;
        foreach (ref readonly var step in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tx.Steps))
        {
            if (step.Height == 1) { bytes += step.ByteCount; }
        }

        return (720UL * (ulong)tx.SignatureCount) + (300UL * (ulong)written) + ((ulong)bytes / 4) + tx.UnitsConsumed;
    }

    private void Place(TransactionBuilder tx)
    {
        Tables.Clear();
        for (var i = 0; i < tx.EntryCount; i++)
        {
            ref readonly var entry = ref tx.Entries[i];
            var table = _accounts[entry.Account].Table;
            var signs = (entry.Use & Use.Sign) != 0;
            var loaded = tx.UsesTables && table >= 0 && !signs && !entry.IsOuterProgram;
            _group[i] = (byte)((loaded ? FirstLoaded : signs ? 0 : 2) + ((entry.Use & Use.Write) != 0 ? 0 : 1));
            if (loaded && !Tables.Contains(table)) { Tables.Add(table); }
        }

        var place = Take(tx, 0, 0, -1);
        var from = place;
        place = Take(tx, place, 1, -1);
        ReadSigners = place - from;
        place = Take(tx, place, 2, -1);
        from = place;
        place = Take(tx, place, 3, -1);
        ReadStatic = place - from;
        StaticCount = place;
        foreach (var table in Tables) { place = Take(tx, place, FirstLoaded, table); }
        WrittenLoaded = place - StaticCount;
        foreach (var table in Tables) { place = Take(tx, place, FirstLoaded + 1, table); }
    }

    private int Take(TransactionBuilder tx, int place, int group, int table)
    {
        for (var i = 0; i < tx.EntryCount; i++)
        {
            if (_group[i] != group || (table >= 0 && _accounts[tx.Entries[i].Account].Table != table)) { continue; }
            PlaceOf[i] = (byte)place;
            EntryAt[place++] = (byte)i;
        }

        return place;
    }

    private int WireBytes(TransactionBuilder tx)
    {
        // Signatures, version, header, keys, block hash, then instructions and lookups, each list behind its length.
        var bytes = 1 + (64 * tx.SignatureCount) + (tx.IsVersioned ? 1 : 0) + 3 + 1 + (32 * StaticCount) + 32 + 1;
        foreach (ref readonly var step in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(tx.Steps))
        {
            if (step.Height != 1) { continue; }
            bytes += 1 + LengthBytes(step.IndexCount) + step.IndexCount + LengthBytes(step.ByteCount) + step.ByteCount;
        }

        if (tx.IsVersioned) { bytes += 1 + (34 * Tables.Count) + tx.EntryCount - StaticCount; }
        return bytes;
    }

    private static int LengthBytes(int count) => count < 128 ? 1 : 2;
}
