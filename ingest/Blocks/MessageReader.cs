using Sluice.Ingest.Blocks.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Blocks;

/// <summary>Reads the <c>transaction</c> field where it is an object (encodings json and jsonParsed).</summary>
internal sealed class MessageReader(InstructionReader instructions)
{
    public bool TryRead(ref JsonCursor c, TransactionDraft draft)
    {
        if (!c.EnterObject()) { return draft.Fail(RejectReasons.WrongType); }
        var hasMessage = false;
        var hasSignature = false;
        var signatures = 0;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("message"u8))
            {
                if (hasMessage) { return draft.Fail(RejectReasons.DuplicateField); }
                if (!TryReadMessage(ref c, draft)) { return false; }
                hasMessage = true;
            }
            else if (name.SequenceEqual("signatures"u8))
            {
                if (!TryReadSignatures(ref c, draft, out signatures)) { return false; }
                hasSignature = signatures > 0;
            }
            else if (!c.SkipValue())
            {
                return draft.Fail(RejectReasons.WrongType);
            }
        }

        if (c.Failed) { return draft.Fail(RejectReasons.WrongType); }
        if (!hasMessage) { return draft.Fail(RejectReasons.NoMessage); }
        if (!hasSignature) { return draft.Fail(RejectReasons.NoSignature); }
        if (draft.Tx.SignatureCount == 0) { draft.Tx.SignatureCount = signatures; }
        return true;
    }

    private static bool TryReadSignatures(ref JsonCursor c, TransactionDraft draft, out int count)
    {
        count = 0;
        if (!c.EnterArray()) { return draft.Fail(RejectReasons.WrongType); }
        while (c.NextElement())
        {
            if (count++ > 0)
            {
                if (!c.SkipValue()) { break; }
                continue;
            }

            if (!c.TryReadString(out var text)) { break; }
            if (!Signature.TryParse(text, out draft.Tx.Signature)) { return draft.Fail(RejectReasons.BadSignature); }
        }

        return !c.Failed || draft.Fail(RejectReasons.WrongType);
    }

    private bool TryReadMessage(ref JsonCursor c, TransactionDraft draft)
    {
        if (!c.EnterObject()) { return draft.Fail(RejectReasons.WrongType); }
        var instructionsAt = -1;
        var hasInstructions = false;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("accountKeys"u8))
            {
                if (draft.HasKeys) { return draft.Fail(RejectReasons.DuplicateField); }
                if (!TryReadKeys(ref c, draft)) { return false; }
            }
            else if (name.SequenceEqual("instructions"u8))
            {
                if (hasInstructions) { return draft.Fail(RejectReasons.DuplicateField); }
                hasInstructions = true;
                if (draft.HasKeys)
                {
                    if (!instructions.TryReadAll(ref c, draft, draft.Outer, -1, 0)) { return false; }
                }
                else
                {
                    instructionsAt = c.Position;
                    if (!c.SkipValue()) { return draft.Fail(RejectReasons.WrongType); }
                }
            }
            else if (name.SequenceEqual("header"u8))
            {
                if (!TryReadHeader(ref c, draft)) { return false; }
            }
            else if (name.SequenceEqual("addressTableLookups"u8))
            {
                if (c.TryReadNull()) { continue; }
                draft.Tx.IsVersioned = true; // legacy messages have no such field
                if (!c.SkipValue()) { return draft.Fail(RejectReasons.WrongType); }
            }
            else if (!c.SkipValue())
            {
                return draft.Fail(RejectReasons.WrongType);
            }
        }

        if (c.Failed || !draft.HasKeys || !hasInstructions) { return draft.Fail(RejectReasons.WrongType); }
        if (instructionsAt >= 0)
        {
            var behind = c.Position;
            c.MoveTo(instructionsAt);
            if (!instructions.TryReadAll(ref c, draft, draft.Outer, -1, 0)) { return false; }
            c.MoveBehindValue(behind);
        }

        draft.JudgeVote();
        return true;
    }

    private static bool TryReadHeader(ref JsonCursor c, TransactionDraft draft)
    {
        if (c.TryReadNull()) { return true; }
        if (!c.EnterObject()) { return draft.Fail(RejectReasons.WrongType); }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("numRequiredSignatures"u8))
            {
                if (!c.TryReadUInt64(out var count, out var fault)) { return draft.Fail(fault); }
                if (count > byte.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
                draft.Tx.SignatureCount = (int)count;
            }
            else if (!c.SkipValue())
            {
                return draft.Fail(RejectReasons.WrongType);
            }
        }

        return !c.Failed || draft.Fail(RejectReasons.WrongType);
    }

    private static bool TryReadKeys(ref JsonCursor c, TransactionDraft draft)
    {
        if (!c.EnterArray()) { return draft.Fail(RejectReasons.WrongType); }
        var keys = draft.Block.AccountKeys;
        while (c.NextElement())
        {
            int key;
            if (c.Peek() == '"')
            {
                key = draft.ReadKey(ref c);
                draft.Tx.StaticAccountCount++;
            }
            else
            {
                key = ReadParsedKey(ref c, draft);
            }

            if (key < 0) { return false; }
            keys.Add(key);
        }

        draft.HasKeys = true;
        return !c.Failed || draft.Fail(RejectReasons.WrongType);
    }

    /// <summary>Reads <c>{"pubkey","signer","source","writable"}</c>; source is "lookupTable" for keys loaded from tables.</summary>
    private static int ReadParsedKey(ref JsonCursor c, TransactionDraft draft)
    {
        var key = -1;
        var loaded = false;
        if (!c.EnterObject())
        {
            draft.Fail(RejectReasons.WrongType);
            return -1;
        }

        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("pubkey"u8))
            {
                key = draft.ReadKey(ref c);
                if (key < 0) { return -1; }
            }
            else if (name.SequenceEqual("source"u8) && c.Peek() == '"')
            {
                if (!c.TryReadString(out var source)) { break; }
                loaded = source.SequenceEqual("lookupTable"u8);
            }
            else if (!c.SkipValue())
            {
                break;
            }
        }

        if (c.Failed || key < 0)
        {
            draft.Fail(RejectReasons.WrongType);
            return -1;
        }

        if (loaded) { draft.KeysIncludeLoaded = true; }
        else { draft.Tx.StaticAccountCount++; }
        return key;
    }
}
