using System.Buffers.Text;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Blocks;

/// <summary>Reads the <c>transaction</c> field where it holds the transaction's own bytes: base64, or base58 in old replies.</summary>
/// <remarks>
/// Layout: signatures, then the message: version byte with the top bit set (absent in legacy messages), header of three bytes, keys,
/// recent blockhash, instructions, and for version 0 the address tables. Every length is a compact u16. Source: Solana's transaction format.
/// </remarks>
internal sealed class WireReader
{
    private byte[] _bytes = new byte[2048];

    /// <summary>Reads <c>["…","base64"]</c>, <c>["…","base58"]</c> or the bare base58 text of the oldest replies.</summary>
    public bool TryRead(ref JsonCursor c, TransactionDraft draft)
    {
        if (c.Peek() == '"')
        {
            return c.TryReadString(out var bare) ? TryReadBase58(bare, draft) : draft.Fail(RejectReasons.WrongType);
        }

        if (!c.EnterArray() || !c.NextElement()) { return draft.Fail(RejectReasons.WrongType); }
        var textAt = c.Position;
        if (!c.SkipValue() || !c.NextElement() || !c.TryReadString(out var encoding)) { return draft.Fail(RejectReasons.WrongType); }
        var isBase64 = encoding.SequenceEqual("base64"u8);
        if (!isBase64 && !encoding.SequenceEqual("base58"u8)) { return draft.Fail(RejectReasons.BadWireFormat); }
        if (c.NextElement() || c.Failed) { return draft.Fail(RejectReasons.WrongType); }

        var behind = c.Position;
        c.MoveTo(textAt);
        if (!c.TryReadString(out var text)) { return draft.Fail(RejectReasons.WrongType); }
        c.MoveBehindValue(behind);
        return isBase64 ? TryReadBase64(text, draft) : TryReadBase58(text, draft);
    }

    private bool TryReadBase64(ReadOnlySpan<byte> text, TransactionDraft draft)
    {
        Grow(Base64.GetMaxDecodedFromUtf8Length(text.Length));
        var status = Base64.DecodeFromUtf8(text, _bytes, out _, out var written);
        return status == System.Buffers.OperationStatus.Done
            ? TryReadBytes(_bytes.AsSpan(0, written), draft)
            : draft.Fail(RejectReasons.BadWireFormat);
    }

    private bool TryReadBase58(ReadOnlySpan<byte> text, TransactionDraft draft)
    {
        Grow(text.Length);
        return Base58.TryDecode(text, _bytes, out var written)
            ? TryReadBytes(_bytes.AsSpan(0, written), draft)
            : draft.Fail(RejectReasons.BadWireFormat);
    }

    private void Grow(int size)
    {
        if (_bytes.Length < size) { _bytes = new byte[Math.Max(size, _bytes.Length * 2)]; }
    }

    private static bool TryReadBytes(ReadOnlySpan<byte> bytes, TransactionDraft draft)
    {
        var wire = new WireCursor(bytes);
        if (!wire.TryReadLength(out var signatures)) { return draft.Fail(RejectReasons.BadWireFormat); }
        if (signatures == 0) { return draft.Fail(RejectReasons.NoSignature); }
        if (!wire.TryTake(signatures * Signature.Size, out var signatureBytes)) { return draft.Fail(RejectReasons.BadWireFormat); }
        draft.Tx.Signature = new Signature(signatureBytes);

        if (!wire.TryReadByte(out var first)) { return draft.Fail(RejectReasons.BadWireFormat); }
        if ((first & 0x80) != 0)
        {
            if ((first & 0x7f) != 0) { return draft.Fail(RejectReasons.UnsupportedVersion); }
            draft.Tx.IsVersioned = true;
            if (!wire.TryReadByte(out first)) { return draft.Fail(RejectReasons.BadWireFormat); }
        }

        draft.VersionFromWire = true;
        draft.Tx.SignatureCount = first;
        if (!wire.TryTake(2, out _) || !TryReadKeys(ref wire, draft) || !wire.TryTake(Pubkey.Size, out _)
            || !TryReadInstructions(ref wire, draft) || (draft.Tx.IsVersioned && !TrySkipTables(ref wire)) || !wire.AtEnd)
        {
            return draft.Fail(RejectReasons.BadWireFormat);
        }

        draft.JudgeVote();
        return true;
    }

    private static bool TryReadKeys(ref WireCursor wire, TransactionDraft draft)
    {
        if (!wire.TryReadLength(out var count) || !wire.TryTake(count * Pubkey.Size, out var keys)) { return false; }
        var into = draft.Block.AccountKeys.Reserve(count);
        for (var i = 0; i < count; i++) { into[i] = draft.Block.Keys.Intern(new Pubkey(keys.Slice(i * Pubkey.Size, Pubkey.Size))); }
        draft.Tx.StaticAccountCount = count;
        draft.HasKeys = true;
        return true;
    }

    private static bool TryReadInstructions(ref WireCursor wire, TransactionDraft draft)
    {
        if (!wire.TryReadLength(out var count)) { return false; }
        if (count > short.MaxValue) { return draft.Fail(RejectReasons.TooMany); }
        var block = draft.Block;
        for (var i = 0; i < count; i++)
        {
            if (!wire.TryReadByte(out var program)
                || !wire.TryReadLength(out var accountCount) || !wire.TryTake(accountCount, out var accounts)
                || !wire.TryReadLength(out var dataLength) || !wire.TryTake(dataLength, out var data))
            {
                return false;
            }

            var instruction = new RawInstruction
            {
                ProgramAccount = program,
                StackHeight = 1,
                IsRaw = true,
                OuterIndex = (short)i,
                InnerIndex = -1,
                AccountStart = block.InstructionAccounts.Count,
                AccountCount = accountCount,
                DataStart = block.Data.Count,
                DataLength = dataLength,
            };
            int highest = program;
            var into = block.InstructionAccounts.Reserve(accountCount);
            for (var a = 0; a < accounts.Length; a++)
            {
                into[a] = accounts[a];
                highest = Math.Max(highest, accounts[a]);
            }

            draft.HighestAccount = Math.Max(draft.HighestAccount, highest);
            block.Data.AddRange(data);
            draft.Outer.Add(instruction);
        }

        return true;
    }

    private static bool TrySkipTables(ref WireCursor wire)
    {
        if (!wire.TryReadLength(out var tables)) { return false; }
        for (var i = 0; i < tables; i++)
        {
            if (!wire.TryTake(Pubkey.Size, out _)
                || !wire.TryReadLength(out var writable) || !wire.TryTake(writable, out _)
                || !wire.TryReadLength(out var readOnly) || !wire.TryTake(readOnly, out _))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Walks the bytes of a transaction.</summary>
    private ref struct WireCursor(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;

        public readonly bool AtEnd => _rest.IsEmpty;

        public bool TryReadByte(out byte value)
        {
            value = 0;
            if (_rest.IsEmpty) { return false; }
            value = _rest[0];
            _rest = _rest[1..];
            return true;
        }

        /// <summary>Reads a compact u16: seven bits a byte, lowest first, at most three bytes.</summary>
        public bool TryReadLength(out int value)
        {
            value = 0;
            for (var shift = 0; shift < 21; shift += 7)
            {
                if (!TryReadByte(out var part)) { return false; }
                value |= (part & 0x7f) << shift;
                if ((part & 0x80) == 0) { return value <= ushort.MaxValue; }
            }

            return false;
        }

        public bool TryTake(int count, out ReadOnlySpan<byte> taken)
        {
            taken = default;
            if (count > _rest.Length) { return false; }
            taken = _rest[..count];
            _rest = _rest[count..];
            return true;
        }
    }
}
