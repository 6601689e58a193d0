using Sluice.Ingest.Blocks.Json;

namespace Sluice.Ingest.Sources;

/// <summary>What a first look says that a document is.</summary>
internal enum DocumentKind : byte
{
    Unknown,
    Block,

    /// <summary>A reply of getTransaction.</summary>
    Transaction,
}

/// <summary>A first look at a document, by the names of its outer fields.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Slot">Its slot, where that was seen. A look at a block ends at its first telling field, often before the slot.</param>
/// <param name="Index">A transaction's position in its block.</param>
internal readonly record struct DocumentLook(DocumentKind Kind, ulong? Slot, ulong? Index)
{
    /// <summary>Looks at a document or the beginning of one. Of a block only the first few bytes are touched.</summary>
    public static DocumentLook At(ReadOnlySpan<byte> json, JsonScratch scratch)
    {
        var kind = DocumentKind.Unknown;
        ulong? slot = null, index = null;
        var c = new JsonCursor(json, scratch);
        Walk(ref c, 0, ref kind, ref slot, ref index);
        return new DocumentLook(kind, slot, index);
    }

    private static bool Walk(ref JsonCursor c, int level, ref DocumentKind kind, ref ulong? slot, ref ulong? index)
    {
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("slot"u8)) { slot = TryReadNumber(ref c) ?? slot; }
            else if (name.SequenceEqual("transactionIndex"u8) || name.SequenceEqual("indexWithinBlock"u8)) { index = TryReadNumber(ref c) ?? index; }
            else if (name.SequenceEqual("meta"u8) || name.SequenceEqual("transaction"u8))
            {
                kind = DocumentKind.Transaction;
                c.SkipValue();
            }
            else if (IsBlockField(name))
            {
                kind = DocumentKind.Block;
                return false;
            }
            else if (level < 3 && (name.SequenceEqual("result"u8) || name.SequenceEqual("block"u8)) && c.Peek() == '{')
            {
                if (!Walk(ref c, level + 1, ref kind, ref slot, ref index)) { return false; }
            }
            else
            {
                c.SkipValue();
            }
        }

        return !c.Failed;
    }

    private static bool IsBlockField(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("blockhash"u8) || name.SequenceEqual("blockHeight"u8) || name.SequenceEqual("parentSlot"u8)
        || name.SequenceEqual("previousBlockhash"u8) || name.SequenceEqual("transactions"u8) || name.SequenceEqual("rewards"u8);

    private static ulong? TryReadNumber(ref JsonCursor c)
    {
        if (c.Peek() is < (byte)'0' or > (byte)'9')
        {
            c.SkipValue();
            return null;
        }

        return c.TryReadUInt64(out var number, out _) ? number : null;
    }
}
