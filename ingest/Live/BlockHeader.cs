using Sluice.Ingest.Blocks.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Live;

/// <summary>What a getBlock reply says of the block's place in the chain.</summary>
/// <param name="ParentSlot">Slot of the block that it follows.</param>
/// <param name="Blockhash">Its hash.</param>
/// <param name="PreviousBlockhash">The parent's hash.</param>
public readonly record struct BlockHeader(ulong ParentSlot, Pubkey Blockhash, Pubkey PreviousBlockhash)
{
    /// <summary>Finds the header; transactions are stepped over.</summary>
    /// <param name="reply">The JSON-RPC envelope of a reply, or the value of a block notice; what follows the header is not read.</param>
    /// <param name="scratch">Working memory of one thread.</param>
    /// <param name="header">The header.</param>
    /// <returns>False where the reply holds no block: a null result, or what ends before the header does.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> reply, JsonScratch scratch, out BlockHeader header)
    {
        var c = new JsonCursor(reply, scratch);
        header = default;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if ((name.SequenceEqual("result"u8) || name.SequenceEqual("block"u8)) && c.Peek() == '{') { return TryReadBlock(ref c, out header); }
            if (!c.SkipValue()) { return false; }
        }

        return false;
    }

    private static bool TryReadBlock(ref JsonCursor c, out BlockHeader header)
    {
        (ulong? parent, Pubkey? hash, Pubkey? previous) = (null, null, null);
        header = default;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("parentSlot"u8))
            {
                if (!c.TryReadUInt64(out var slot, out _)) { return false; }
                parent = slot;
            }
            else if (name.SequenceEqual("blockhash"u8))
            {
                if (!TryReadKey(ref c, out hash)) { return false; }
            }
            else if (name.SequenceEqual("previousBlockhash"u8))
            {
                if (!TryReadKey(ref c, out previous)) { return false; }
            }
            else if (!c.SkipValue())
            {
                return false;
            }

            if (parent is not { } parentSlot || hash is not { } blockhash || previous is not { } before) { continue; }
            header = new BlockHeader(parentSlot, blockhash, before);
            return true;
        }

        return false;
    }

    private static bool TryReadKey(ref JsonCursor c, out Pubkey? key)
    {
        key = null;
        if (!c.TryReadString(out var text) || !Pubkey.TryParse(text, out var read)) { return false; }
        key = read;
        return true;
    }
}
