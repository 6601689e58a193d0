using System.Buffers.Binary;
using System.Buffers.Text;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Blocks.Parsed;

/// <summary>Turns <c>{"parsed":{"type","info"},"program","programId"}</c> of encoding jsonParsed back into accounts and data.</summary>
/// <remarks>What cannot be turned back keeps no accounts and no data and is marked so; that is no error.</remarks>
internal sealed class ParsedInstructionReader
{
    private readonly ValueList<(int NameStart, int NameLength, int ValueAt)> _info = new(16);

    /// <summary>Fills the instruction from the value of <c>parsed</c> at the cursor. The cursor's place and state afterwards mean nothing.</summary>
    public void Read(ref JsonCursor c, TransactionDraft draft, ref RawInstruction instruction)
    {
        var accounts = draft.Block.InstructionAccounts;
        var data = draft.Block.Data;
        instruction.AccountStart = accounts.Count;
        instruction.DataStart = data.Count;
        var program = draft.KeyAtPosition(instruction.ProgramAccount);
        if (program >= 0 && TryRebuild(ref c, draft, draft.Block.Keys[program]))
        {
            instruction.AccountCount = accounts.Count - instruction.AccountStart;
            instruction.DataLength = data.Count - instruction.DataStart;
            return;
        }

        accounts.Truncate(instruction.AccountStart);
        data.Truncate(instruction.DataStart);
        instruction.AccountCount = instruction.DataLength = 0;
        instruction.IsRaw = false;
    }

    private bool TryRebuild(ref JsonCursor c, TransactionDraft draft, in Pubkey program)
    {
        if (c.Peek() != '{' || !c.EnterObject()) { return false; }
        ParsedForm? form = null;
        var infoAt = -1;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("type"u8))
            {
                if (!c.TryReadString(out var type)) { return false; }
                form = ParsedForms.Find(program, type);
            }
            else
            {
                if (name.SequenceEqual("info"u8)) { infoAt = c.Position; }
                if (!c.SkipValue()) { return false; }
            }
        }

        if (form is null || infoAt < 0 || c.Failed || !TryIndex(ref c, infoAt)) { return false; }
        foreach (var account in form.Accounts)
        {
            if (!TryAddAccount(ref c, draft, account)) { return false; }
        }

        if (Find(c, "signers") is >= 0 and var signers && !TryAddSigners(ref c, draft, signers)) { return false; }
        draft.Block.Data.AddRange(form.Tag);
        foreach (var field in form.Fields)
        {
            if (!TryAddField(ref c, draft.Block.Data, field)) { return false; }
        }

        return true;
    }

    private bool TryIndex(ref JsonCursor c, int infoAt)
    {
        _info.Clear();
        c.MoveTo(infoAt);
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            // A name with escapes does not lie in the document; none of the names that are looked for has any.
            if (c.Json.Overlaps(name, out var start)) { _info.Add((start, name.Length, c.Position)); }
            if (!c.SkipValue()) { return false; }
        }

        return !c.Failed;
    }

    /// <summary>Where a field's value stands, or -1.</summary>
    private int Find(in JsonCursor c, ReadOnlySpan<char> name)
    {
        foreach (ref readonly var entry in _info.Span)
        {
            if (ParsedForms.Matches(c.Json.Slice(entry.NameStart, entry.NameLength), name)) { return entry.ValueAt; }
        }

        return -1;
    }

    private bool TryAddAccount(ref JsonCursor c, TransactionDraft draft, ReadOnlySpan<char> names)
    {
        var isOptional = names.EndsWith("?");
        foreach (var name in names.TrimEnd('?').Split('|'))
        {
            var at = Find(c, names[name]);
            if (at < 0) { continue; }
            c.MoveTo(at);
            return TryAddAccount(ref c, draft);
        }

        return isOptional;
    }

    private static bool TryAddAccount(ref JsonCursor c, TransactionDraft draft)
    {
        if (!c.TryReadString(out var text)) { return false; }
        var key = draft.KeyOf(text);
        var position = key < 0 ? -1 : draft.PositionOf(key);
        if (position is < 0 or > ushort.MaxValue) { return false; }
        draft.Block.InstructionAccounts.Add((ushort)position);
        return true;
    }

    private static bool TryAddSigners(ref JsonCursor c, TransactionDraft draft, int at)
    {
        c.MoveTo(at);
        if (!c.EnterArray()) { return false; }
        while (c.NextElement())
        {
            if (!TryAddAccount(ref c, draft)) { return false; }
        }

        return !c.Failed;
    }

    private bool TryAddField(ref JsonCursor c, ValueList<byte> data, ParsedField field)
    {
        var at = Find(c, field.Name);
        if (at < 0)
        {
            if (field.Kind != ParsedFieldKind.OptionalKey) { return false; }
            data.Add(0);
            return true;
        }

        c.MoveTo(at);
        switch (field.Kind)
        {
            case ParsedFieldKind.U8:
                return TryAddInteger(ref c, data, 1);
            case ParsedFieldKind.U32:
                return TryAddInteger(ref c, data, 4);
            case ParsedFieldKind.U64:
                return TryAddInteger(ref c, data, 8);
            case ParsedFieldKind.Key:
                return TryAddKey(ref c, data);
            case ParsedFieldKind.OptionalKey:
                if (c.TryReadNull())
                {
                    data.Add(0);
                    return true;
                }

                data.Add(1);
                return TryAddKey(ref c, data);
            case ParsedFieldKind.Text:
                if (!c.TryReadString(out var text)) { return false; }
                BinaryPrimitives.WriteUInt64LittleEndian(data.Reserve(8), (ulong)text.Length);
                data.AddRange(text);
                return true;
            case ParsedFieldKind.AuthorityType:
                if (!c.TryReadString(out var name) || ParsedForms.AuthorityType(name) is not (>= 0 and var type)) { return false; }
                data.Add((byte)type);
                return true;
            default:
                return TryAddAmount(ref c, data, withDecimals: field.Kind == ParsedFieldKind.AmountAndDecimals);
        }
    }

    private static bool TryAddAmount(ref JsonCursor c, ValueList<byte> data, bool withDecimals)
    {
        int amountAt = -1, decimalsAt = -1;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("amount"u8)) { amountAt = c.Position; }
            else if (name.SequenceEqual("decimals"u8)) { decimalsAt = c.Position; }
            if (!c.SkipValue()) { return false; }
        }

        if (amountAt < 0 || c.Failed) { return false; }
        c.MoveTo(amountAt);
        if (!TryAddInteger(ref c, data, 8)) { return false; }
        if (!withDecimals) { return true; }
        if (decimalsAt < 0) { return false; }
        c.MoveTo(decimalsAt);
        return TryAddInteger(ref c, data, 1);
    }

    /// <summary>Adds a number, or digits in a string, in little-endian bytes.</summary>
    private static bool TryAddInteger(ref JsonCursor c, ValueList<byte> data, int size)
    {
        ulong value;
        if (c.Peek() == '"')
        {
            if (!c.TryReadString(out var text) || !Utf8Parser.TryParse(text, out value, out var used) || used != text.Length) { return false; }
        }
        else if (!c.TryReadUInt64(out value, out _))
        {
            return false;
        }

        if (size < 8 && value >> (size * 8) != 0) { return false; }
        var room = data.Reserve(size);
        for (var i = 0; i < size; i++) { room[i] = (byte)(value >> (i * 8)); }
        return true;
    }

    private static bool TryAddKey(ref JsonCursor c, ValueList<byte> data)
    {
        if (!c.TryReadString(out var text) || !Pubkey.TryParse(text, out Pubkey key)) { return false; }
        data.AddRange(key.Bytes);
        return true;
    }
}
