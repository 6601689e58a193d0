namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>What a <c>SubscribeUpdate</c> brings.</summary>
internal enum UpdateKind : byte
{
    /// <summary>Nothing that was asked for.</summary>
    Other,
    Slot,
    Block,

    /// <summary>The node asks whether somebody is there.</summary>
    Ping,

    /// <summary>The bytes are no update.</summary>
    Damaged,
}

/// <summary>One message of the stream.</summary>
/// <param name="Kind">What it brings.</param>
/// <param name="Block">Of a block, where its message lies.</param>
/// <param name="Slot">Of a slot, its number.</param>
/// <param name="Status">Of a slot, how far it is: 0 processed, 1 confirmed, 2 finalized, more for what happens before.</param>
internal readonly record struct GeyserUpdate(UpdateKind Kind, ByteRange Block = default, ulong Slot = 0, ulong Status = 0)
{
    public static GeyserUpdate Read(ReadOnlySpan<byte> document)
    {
        var c = new ProtoCursor(document, new ByteRange(0, document.Length));
        var update = default(GeyserUpdate);
        while (c.Next())
        {
            // The last member of a oneof counts.
            switch (c.Field)
            {
                case 3 when c.TryRead(out ByteRange slot): update = ReadSlot(document, slot); break;
                case 5 when c.TryRead(out ByteRange block): update = new GeyserUpdate(UpdateKind.Block, block); break;
                case 6 when c.Skip(): update = new GeyserUpdate(UpdateKind.Ping); break;
                case 3 or 5 or 6: break; // failed
                default: c.Skip(); break;
            }
        }

        return c.Failed ? new GeyserUpdate(UpdateKind.Damaged) : update;
    }

    private static GeyserUpdate ReadSlot(ReadOnlySpan<byte> document, ByteRange at)
    {
        var c = new ProtoCursor(document, at);
        ulong slot = 0, status = 0;
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1: c.TryRead(out slot); break;
                case 3: c.TryRead(out status); break;
                default: c.Skip(); break;
            }
        }

        return c.Failed ? new GeyserUpdate(UpdateKind.Damaged) : new GeyserUpdate(UpdateKind.Slot, default, slot, status);
    }
}
