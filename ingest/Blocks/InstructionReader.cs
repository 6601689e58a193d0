using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Blocks.Parsed;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Blocks;

/// <summary>
/// Reads instructions: program index, account indexes and base58 data (encodings json and base64, and inner instructions of both),
/// or program id and account keys (jsonParsed, where the node could not parse them), or the parsed form.
/// </summary>
internal sealed class InstructionReader
{
    private readonly ParsedInstructionReader _parsed = new();

    /// <summary>
    /// Reads an array of instructions. A lone call of the Vote program keeps its data unread, since <see cref="TransactionDraft.JudgeVote"/>
    /// drops it anyway.
    /// </summary>
    /// <param name="outerIndex">Top-level instruction these belong to, or -1 when these are the top-level ones.</param>
    /// <param name="innerStart">Inner position of the first one.</param>
    public bool TryReadAll(ref JsonCursor c, TransactionDraft draft, ValueList<RawInstruction> into, int outerIndex, int innerStart)
    {
        if (!c.EnterArray()) { return draft.Fail(RejectReasons.WrongType); }
        var count = 0;
        var waiting = default(DataText);
        while (c.NextElement())
        {
            if (!waiting.Decode(draft, in c, into)) { return false; }
            waiting = default;
            var position = innerStart + count;
            if (position > short.MaxValue) { return draft.Fail(RejectReasons.TooMany); }
            var instruction = new RawInstruction
            {
                IsRaw = true,
                OuterIndex = (short)(outerIndex < 0 ? position : outerIndex),
                InnerIndex = (short)(outerIndex < 0 ? -1 : position),
                StackHeight = (byte)(outerIndex < 0 ? 1 : 0),
            };
            if (!TryRead(ref c, draft, ref instruction, out var data)) { return false; }

            into.Add(instruction);
            data.Instruction = into.Count - 1;
            count++;
            if (outerIndex < 0 && count == 1 && draft.IsVoteProgram(instruction.ProgramAccount))
            {
                waiting = data;
            }
            else if (!data.Decode(draft, in c, into))
            {
                return false;
            }
        }

        return !c.Failed || draft.Fail(RejectReasons.WrongType);
    }

    private bool TryRead(ref JsonCursor c, TransactionDraft draft, ref RawInstruction instruction, out DataText data)
    {
        data = default;
        if (!c.EnterObject()) { return draft.Fail(RejectReasons.WrongType); }
        var hasProgram = false;
        var parsedAt = -1;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("programIdIndex"u8))
            {
                if (!c.TryReadUInt64(out var program, out var fault)) { return draft.Fail(fault); }
                if (program > ushort.MaxValue) { return draft.Fail(RejectReasons.AccountOutside); }
                instruction.ProgramAccount = (ushort)program;
                draft.HighestAccount = Math.Max(draft.HighestAccount, (int)program);
                hasProgram = true;
            }
            else if (name.SequenceEqual("accounts"u8))
            {
                if (!TryReadAccounts(ref c, draft, ref instruction)) { return false; }
            }
            else if (name.SequenceEqual("data"u8))
            {
                if (!data.TryFind(ref c, draft)) { return false; }
            }
            else if (name.SequenceEqual("stackHeight"u8))
            {
                if (c.TryReadNull()) { continue; }
                if (!c.TryReadUInt64(out var height, out var fault)) { return draft.Fail(fault); }
                if (height > byte.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
                if (instruction.InnerIndex >= 0) { instruction.StackHeight = (byte)height; }
            }
            else if (name.SequenceEqual("programId"u8))
            {
                if (!TryReadPosition(ref c, draft, out instruction.ProgramAccount)) { return false; }
                hasProgram = true;
            }
            else
            {
                if (name.SequenceEqual("parsed"u8)) { parsedAt = c.Position; }
                if (!c.SkipValue()) { return draft.Fail(RejectReasons.WrongType); }
            }
        }

        if (parsedAt >= 0 && hasProgram && !c.Failed)
        {
            var behind = c.Position;
            c.MoveTo(parsedAt);
            _parsed.Read(ref c, draft, ref instruction);
            c.MoveBehindValue(behind);
        }

        return (hasProgram && !c.Failed) || draft.Fail(RejectReasons.WrongType);
    }

    private static bool TryReadAccounts(ref JsonCursor c, TransactionDraft draft, ref RawInstruction instruction)
    {
        var accounts = draft.Block.InstructionAccounts;
        instruction.AccountStart = accounts.Count;
        if (!c.EnterArray()) { return draft.Fail(RejectReasons.WrongType); }
        var highest = draft.HighestAccount;
        while (c.NextElement())
        {
            if (c.Peek() == '"')
            {
                if (!TryReadPosition(ref c, draft, out var position)) { return false; }
                accounts.Add(position);
                continue;
            }

            if (!c.TryReadUInt64(out var account, out var fault)) { return draft.Fail(fault); }
            if (account > ushort.MaxValue) { return draft.Fail(RejectReasons.AccountOutside); }
            highest = Math.Max(highest, (int)account);
            accounts.Add((ushort)account);
        }

        draft.HighestAccount = highest;
        instruction.AccountCount = accounts.Count - instruction.AccountStart;
        return !c.Failed || draft.Fail(RejectReasons.WrongType);
    }

    /// <summary>Reads an account's key and looks up its position in the transaction.</summary>
    private static bool TryReadPosition(ref JsonCursor c, TransactionDraft draft, out ushort position)
    {
        position = 0;
        var key = draft.ReadKey(ref c);
        if (key < 0) { return false; }
        var found = draft.PositionOf(key);
        if (found is < 0 or > ushort.MaxValue) { return draft.Fail(RejectReasons.AccountOutside); }
        position = (ushort)found;
        return true;
    }

    /// <summary>Instruction data in base58, found and not yet decoded.</summary>
    private struct DataText
    {
        private int _start, _length;

        public int Instruction;

        public bool TryFind(ref JsonCursor c, TransactionDraft draft)
        {
            // Base58 has no character that JSON escapes.
            if (!c.TryReadString(out _start, out _length, out var escaped)) { return draft.Fail(RejectReasons.WrongType); }
            return !escaped || draft.Fail(RejectReasons.BadInstructionData);
        }

        public readonly bool Decode(TransactionDraft draft, in JsonCursor c, ValueList<RawInstruction> into)
        {
            if (_length == 0) { return true; }
            var data = draft.Block.Data;
            var start = data.Count;
            var room = data.Reserve(_length);
            if (!Base58.TryDecode(c.Json.Slice(_start, _length), room, out var written)) { return draft.Fail(RejectReasons.BadInstructionData); }
            data.Truncate(start + written);
            ref var instruction = ref into[Instruction];
            instruction.DataStart = start;
            instruction.DataLength = written;
            return true;
        }
    }
}
