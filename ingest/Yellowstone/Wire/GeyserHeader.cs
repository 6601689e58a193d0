using Sluice.Ingest.Live;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>A <c>SubscribeUpdateBlock</c> seen from outside.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="Header">Its place in the chain.</param>
/// <param name="IsWhole">False where the node left out transactions that the block has.</param>
internal readonly record struct GeyserHeader(ulong Slot, BlockHeader Header, bool IsWhole)
{
    /// <summary>Finds the header; transactions are stepped over and counted.</summary>
    public static bool TryRead(ReadOnlySpan<byte> document, out GeyserHeader header)
    {
        header = default;
        var c = new ProtoCursor(document, new ByteRange(0, document.Length));
        ulong slot = 0, parent = 0, executed = 0, present = 0;
        Pubkey hash = default, previous = default;
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1: c.TryRead(out slot); break;
                case 2: if (!TryReadHash(ref c, document, out hash)) { return false; } break;
                case 6: present += c.Skip() ? 1UL : 0; break;
                case 7: c.TryRead(out parent); break;
                case 8: if (!TryReadHash(ref c, document, out previous)) { return false; } break;
                case 9: c.TryRead(out executed); break;
                default: c.Skip(); break;
            }
        }

        if (c.Failed || slot == 0 || hash == default || previous == default) { return false; }
        header = new GeyserHeader(slot, new BlockHeader(parent, hash, previous), present == executed);
        return true;
    }

    /// <summary>Reads a hash by its base58 text.</summary>
    internal static bool TryReadHash(ref ProtoCursor c, ReadOnlySpan<byte> document, out Pubkey hash)
    {
        hash = default;
        return c.TryRead(out ByteRange text) && Pubkey.TryParse(document.Slice(text.Start, text.Length), out hash);
    }
}
