using System.Buffers.Binary;
using System.Buffers.Text;
using Sluice.Schemas.Chain;

namespace Sluice.Api.Filters;

/// <summary>The place of a row in the order of a page; the next page begins below it.</summary>
/// <remarks>
/// Swaps and findings are ordered by slot, transaction, instruction, inner instruction, leg and last by signature, which
/// makes it an order also for transactions whose place in the block is not known. A finding uses slot, transaction and signature. Validators
/// are ordered by epoch, which stands in the place of the transaction, and vote account, which is the first half of the signature.
/// </remarks>
internal readonly record struct PageKey(ulong Slot, int TxIndex, int IxIndex, int InnerIxIndex, int LegIndex, Signature Signature);

/// <summary>Packs a place and the query that it belongs to into an opaque text, and back.</summary>
internal static class Cursor
{
    /// <summary>Form of the text; raised when it changes, so that an old cursor is refused and not misread.</summary>
    private const byte Form = 1;

    private const int Size = 1 + 8 + 8 + (4 * 4) + Signature.Size;

    /// <param name="query">Fingerprint of the resource and its filters.</param>
    public static string Write(ulong query, in PageKey key)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bytes[0] = Form;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[1..], query);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[9..], key.Slot);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[17..], key.TxIndex);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[21..], key.IxIndex);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[25..], key.InnerIxIndex);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[29..], key.LegIndex);
        key.Signature.Bytes.CopyTo(bytes[33..]);
        return Base64Url.EncodeToString(bytes);
    }

    public static bool TryRead(string text, out ulong query, out PageKey key)
    {
        query = 0;
        key = default;
        Span<byte> bytes = stackalloc byte[Size];
        if (text.Length != Base64Url.GetEncodedLength(Size)
            || !Base64Url.TryDecodeFromChars(text, bytes, out var written)
            || written != Size
            || bytes[0] != Form)
        {
            return false;
        }

        query = BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]);
        key = new PageKey(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[9..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[17..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[21..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[25..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[29..]),
            new Signature(bytes[33..]));
        return true;
    }
}
