using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>Reads what was signed: the message <c>Transaction</c>, and instructions wherever they stand.</summary>
internal static class GeyserMessageReader
{
    public static bool TryRead(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft)
    {
        var c = new ProtoCursor(document, at);
        var message = default(ByteRange);
        var (signatures, hasMessage) = (0, false);
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1 when signatures == 0:
                    if (!c.TryRead(out ByteRange signature) || signature.Length != Signature.Size) { return draft.Fail(RejectReasons.BadSignature); }
                    draft.Tx.Signature = new Signature(document.Slice(signature.Start, signature.Length));
                    signatures = 1;
                    break;
                case 1:
                    c.Skip();
                    signatures++;
                    break;
                case 2 when hasMessage:
                    return draft.Fail(RejectReasons.DuplicateField);
                case 2:
                    hasMessage = c.TryRead(out message);
                    break;
                default:
                    c.Skip();
                    break;
            }
        }

        if (c.Failed) { return draft.Fail(RejectReasons.WrongType); }
        if (!hasMessage) { return draft.Fail(RejectReasons.NoMessage); }
        if (signatures == 0) { return draft.Fail(RejectReasons.NoSignature); }
        if (!TryReadKeys(document, message, draft) || !TryReadInstructions(document, message, draft)) { return draft.Fail(RejectReasons.WrongType); }
        if (draft.Tx.SignatureCount == 0) { draft.Tx.SignatureCount = signatures; }
        draft.JudgeVote();
        return true;
    }

    /// <summary>Adds the key whose bytes come next.</summary>
    public static bool TryReadKey(ref ProtoCursor c, ReadOnlySpan<byte> document, TransactionDraft draft)
    {
        if (!c.TryRead(out ByteRange key) || key.Length != Pubkey.Size) { return draft.Fail(RejectReasons.BadKey); }
        draft.Block.AccountKeys.Add(draft.Block.Keys.Intern(new Pubkey(document.Slice(key.Start, key.Length))));
        return true;
    }

    /// <summary>Reads a CompiledInstruction or an InnerInstruction, which has a field more.</summary>
    /// <param name="into">Takes it.</param>
    /// <param name="instruction">Its place among the others.</param>
    public static bool TryReadInstruction(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft, ValueList<RawInstruction> into, RawInstruction instruction)
    {
        var c = new ProtoCursor(document, at);
        ByteRange accounts = default, data = default;
        ulong program = 0, height = instruction.StackHeight;
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1: c.TryRead(out program); break;
                case 2: c.TryRead(out accounts); break;
                case 3: c.TryRead(out data); break;
                case 4: c.TryRead(out height); break;
                default: c.Skip(); break;
            }
        }

        if (c.Failed) { return draft.Fail(RejectReasons.WrongType); }
        if (program > ushort.MaxValue) { return draft.Fail(RejectReasons.AccountOutside); }
        if (height > byte.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
        var block = draft.Block;
        instruction.IsRaw = true;
        instruction.ProgramAccount = (ushort)program;
        instruction.StackHeight = (byte)height;
        (instruction.AccountStart, instruction.AccountCount) = (block.InstructionAccounts.Count, accounts.Length);
        (instruction.DataStart, instruction.DataLength) = (block.Data.Count, data.Length);
        var highest = Math.Max(draft.HighestAccount, (int)program);
        var positions = block.InstructionAccounts.Reserve(accounts.Length);
        var bytes = document.Slice(accounts.Start, accounts.Length);
        for (var i = 0; i < bytes.Length; i++)
        {
            positions[i] = bytes[i];
            highest = Math.Max(highest, bytes[i]);
        }

        draft.HighestAccount = highest;
        block.Data.AddRange(document.Slice(data.Start, data.Length));
        into.Add(instruction);
        return true;
    }

    private static bool TryReadKeys(ReadOnlySpan<byte> document, ByteRange message, TransactionDraft draft)
    {
        var c = new ProtoCursor(document, message);
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1:
                    if (!c.TryRead(out ByteRange header) || !TryReadHeader(document, header, draft)) { return false; }
                    break;
                case 2:
                    if (!TryReadKey(ref c, document, draft)) { return false; }
                    draft.Tx.StaticAccountCount++;
                    break;
                case 5:
                    if (!c.TryRead(out ulong versioned)) { return false; }
                    draft.Tx.IsVersioned = versioned != 0;
                    break;
                default:
                    c.Skip();
                    break;
            }
        }

        draft.HasKeys = true;
        return !c.Failed;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft)
    {
        var c = new ProtoCursor(document, at);
        while (c.Next())
        {
            if (c.Field != 1)
            {
                c.Skip();
                continue;
            }

            if (!c.TryRead(out ulong signatures)) { return false; }
            if (signatures > byte.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
            draft.Tx.SignatureCount = (int)signatures;
        }

        return !c.Failed;
    }

    private static bool TryReadInstructions(ReadOnlySpan<byte> document, ByteRange message, TransactionDraft draft)
    {
        var c = new ProtoCursor(document, message);
        while (c.Next())
        {
            if (c.Field != 4)
            {
                c.Skip();
                continue;
            }

            var position = draft.Outer.Count;
            if (position > short.MaxValue) { return draft.Fail(RejectReasons.TooMany); }
            var instruction = new RawInstruction { StackHeight = 1, OuterIndex = (short)position, InnerIndex = -1 };
            if (!c.TryRead(out ByteRange at) || !TryReadInstruction(document, at, draft, draft.Outer, instruction)) { return false; }
        }

        return !c.Failed;
    }
}
