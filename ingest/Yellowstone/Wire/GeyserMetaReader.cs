using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>Reads the message <c>TransactionStatusMeta</c>: what running the transaction did. The message must have been read before.</summary>
/// <remarks>
/// Takes what the reader of getBlock takes: of votes fee, status and compute units, of failed transactions no token balances and no log. Fields may come in
/// any order, so what depends on others is noted first and read at the end.
/// </remarks>
internal sealed class GeyserMetaReader
{
    private readonly GeyserTokenBalanceReader _tokenBalances = new();
    private readonly LogLines _log = new();
    private ByteRange _readOnly, _preTokens, _postTokens, _logMessages;
    private bool _hasNoInner;

    public bool TryRead(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft)
    {
        _readOnly = _preTokens = _postTokens = _logMessages = default;
        _hasNoInner = false;
        var c = new ProtoCursor(document, at);
        while (c.Next())
        {
            if (!TryReadField(ref c, document, draft)) { return draft.Fail(RejectReasons.WrongType); }
        }

        if (c.Failed || !TryReadReadOnly(document, draft)) { return draft.Fail(RejectReasons.WrongType); }

        // The protocol has no word for balances that were not recorded: it is spoken only by nodes that record them.
        draft.Tx.HasTokenBalances = !draft.Tx.IsVote;
        draft.Tx.HasInnerInstructions = !_hasNoInner && !draft.Tx.IsVote;
        if (draft.Tx.IsFailed || draft.Tx.IsVote) { return true; }
        return (_tokenBalances.TryRead(document, _preTokens, draft, isPost: false)
            && _tokenBalances.TryRead(document, _postTokens, draft, isPost: true)
            && TryReadLog(document, draft)) || draft.Fail(RejectReasons.WrongType);
    }

    private bool TryReadField(ref ProtoCursor c, ReadOnlySpan<byte> document, TransactionDraft draft)
    {
        var isVote = draft.Tx.IsVote;
        switch (c.Field)
        {
            case 1:
                return c.TryRead(out ByteRange error) && TryReadError(document, error, draft);
            case 2:
                return c.TryRead(out draft.Tx.FeeLamports);
            case 3 when !isVote:
                return TryReadBalances(ref c, document, draft, draft.Block.PreBalances, ref draft.PreCount);
            case 4 when !isVote:
                return TryReadBalances(ref c, document, draft, draft.Block.PostBalances, ref draft.PostCount);
            case 5 when !isVote:
                return c.TryRead(out ByteRange group) && TryReadGroup(document, group, draft);
            case 10:
                if (!c.TryRead(out ulong none)) { return false; }
                _hasNoInner = none != 0;
                return true;
            case 12:
                return GeyserMessageReader.TryReadKey(ref c, document, draft);
            case 16:
                if (!c.TryRead(out ulong units)) { return false; }
                if (units > long.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
                draft.Tx.ComputeUnits = (long)units;
                return true;
        }

        var start = c.FieldStart;
        if (!c.Skip()) { return false; }
        var range = new ByteRange(start, c.Position - start);
        switch (c.Field)
        {
            case 6: _logMessages = _logMessages.With(range); break;
            case 7: _preTokens = _preTokens.With(range); break;
            case 8: _postTokens = _postTokens.With(range); break;
            case 13: _readOnly = _readOnly.With(range); break;
        }

        return true;
    }

    private static bool TryReadError(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft)
    {
        var c = new ProtoCursor(document, at);
        var bytes = default(ByteRange);
        while (c.Next())
        {
            if (c.Field == 1) { c.TryRead(out bytes); } else { c.Skip(); }
        }

        if (c.Failed) { return false; }
        draft.Tx.IsFailed = true;
        draft.Tx.ErrorStart = draft.Block.Data.Count;
        TransactionErrorText.Add(draft.Block.Data, document.Slice(bytes.Start, bytes.Length));
        draft.Tx.ErrorLength = draft.Block.Data.Count - draft.Tx.ErrorStart;
        return true;
    }

    /// <summary>Reads balances in one packed field, as they are written, or in one field each, as they may be.</summary>
    private static bool TryReadBalances(ref ProtoCursor c, ReadOnlySpan<byte> document, TransactionDraft draft, ValueList<ulong> into, ref int count)
    {
        if (!c.HasLength)
        {
            if (++count > ushort.MaxValue) { return draft.Fail(RejectReasons.TooMany); }
            if (!c.TryRead(out ulong one)) { return false; }
            into.Add(one);
            return true;
        }

        if (!c.TryRead(out ByteRange packed)) { return false; }
        var numbers = new ProtoCursor(document, packed);
        while (numbers.Position < packed.End)
        {
            if (++count > ushort.MaxValue) { return draft.Fail(RejectReasons.TooMany); }
            if (!numbers.TryVarint(out var lamports)) { return false; }
            into.Add(lamports);
        }

        return true;
    }

    private static bool TryReadGroup(ReadOnlySpan<byte> document, ByteRange at, TransactionDraft draft)
    {
        var c = new ProtoCursor(document, at);
        var start = draft.Inner.Count;
        ulong outer = 0;
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1:
                    c.TryRead(out outer);
                    break;
                case 2:
                    var position = draft.Inner.Count - start;
                    if (position > short.MaxValue) { return draft.Fail(RejectReasons.TooMany); }
                    var instruction = new RawInstruction { InnerIndex = (short)position };
                    if (!c.TryRead(out ByteRange inner) || !GeyserMessageReader.TryReadInstruction(document, inner, draft, draft.Inner, instruction)) { return false; }
                    break;
                default:
                    c.Skip();
                    break;
            }
        }

        if (c.Failed) { return false; }
        if (outer >= (ulong)draft.Outer.Count) { return draft.Fail(RejectReasons.InnerOutside); }
        foreach (ref var instruction in draft.Inner.Span[start..]) { instruction.OuterIndex = (short)outer; }
        return true;
    }

    /// <summary>Reads the read-only keys loaded from tables, which stand behind all writable ones.</summary>
    private bool TryReadReadOnly(ReadOnlySpan<byte> document, TransactionDraft draft)
    {
        var c = new ProtoCursor(document, _readOnly);
        while (c.Next())
        {
            if (!(c.Field == 13 ? GeyserMessageReader.TryReadKey(ref c, document, draft) : c.Skip())) { return false; }
        }

        return !c.Failed;
    }

    private bool TryReadLog(ReadOnlySpan<byte> document, TransactionDraft draft)
    {
        if (!LogLines.MayHaveEvents(document.Slice(_logMessages.Start, _logMessages.Length))) { return true; }
        _log.Start(draft);
        var c = new ProtoCursor(document, _logMessages);
        while (c.Next())
        {
            if (c.Field != 6)
            {
                c.Skip();
                continue;
            }

            if (!c.TryRead(out ByteRange line)) { return false; }
            if (!_log.Take(draft, document, document.Slice(line.Start, line.Length), line.Start)) { break; }
        }

        LogLines.Finish(draft);
        return !c.Failed;
    }
}
