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
    /// <param name="reply">The JSON-RPC envelope.</param>
    /// <param name="scratch">Working memory of one thread.</param>
    /// <param name="header">The header.</param>
    /// <returns>False where the reply holds no block: a null result, or what is not whole.</returns>
    internal static bool TryRead(ReadOnlySpan<byte> reply, JsonScratch scratch, out BlockHeader header)
    {
        var c = new JsonCursor(reply, scratch);
        header = default;
        if (!c.EnterObject()) { return false; }
        var isFound = false;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("result"u8) && c.Peek() == '{')
            {
                if (!TryReadBlock(ref c, out header)) { return false; }
                isFound = true;
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        return isFound && !c.Failed;
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
        }

        if (c.Failed || parent is not { } parentSlot || hash is not { } blockhash || previous is not { } before) { return false; }
        header = new BlockHeader(parentSlot, blockhash, before);
        return true;
    }

    private static bool TryReadKey(ref JsonCursor c, out Pubkey? key)
    {
        key = null;
        if (!c.TryReadString(out var text) || !Pubkey.TryParse(text, out var read)) { return false; }
        key = read;
        return true;
    }
}
