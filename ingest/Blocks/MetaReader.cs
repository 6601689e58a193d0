using Sluice.Ingest.Blocks.Json;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Blocks;

/// <summary>Reads the <c>meta</c> field: what running the transaction did. The message must have been read before.</summary>
/// <remarks>
/// Of votes only fee, status and compute units are taken; of failed transactions no token balances and no log. Since the status
/// may come after those, they are stepped over first and read at the end.
/// </remarks>
internal sealed class MetaReader(InstructionReader instructions)
{
    private readonly TokenBalanceReader _tokenBalances = new();
    private readonly LogReader _log = new();
    private int _statusAt, _preTokensAt, _postTokensAt, _logAt, _logEnd;
    private bool _hasError;

    public bool TryRead(ref JsonCursor c, TransactionDraft draft)
    {
        _statusAt = _preTokensAt = _postTokensAt = _logAt = _logEnd = -1;
        _hasError = false;
        if (!c.EnterObject()) { return draft.Fail(RejectReasons.WrongType); }
        while (c.NextProperty(out var name))
        {
            if (!TryReadField(ref c, draft, name)) { return draft.Fail(RejectReasons.WrongType); }
        }

        if (c.Failed) { return draft.Fail(RejectReasons.WrongType); }
        var behind = c.Position;
        if (!_hasError && _statusAt >= 0 && !TryReadStatus(ref c, draft)) { return draft.Fail(RejectReasons.WrongType); }
        draft.Tx.HasTokenBalances = _preTokensAt >= 0 && _postTokensAt >= 0 && !draft.Tx.IsVote;
        if (!draft.Tx.IsFailed && !draft.Tx.IsVote && !TryReadPutOff(ref c, draft)) { return draft.Fail(RejectReasons.WrongType); }
        c.MoveBehindValue(behind);
        return true;
    }

    private bool TryReadField(ref JsonCursor c, TransactionDraft draft, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("err"u8))
        {
            _hasError = true;
            return TryReadError(ref c, draft);
        }

        if (name.SequenceEqual("fee"u8))
        {
            return c.TryReadUInt64(out draft.Tx.FeeLamports, out var fault) || draft.Fail(fault);
        }

        if (name.SequenceEqual("computeUnitsConsumed"u8)) { return TryReadComputeUnits(ref c, draft); }
        if (name.SequenceEqual("loadedAddresses"u8) && !draft.KeysIncludeLoaded) { return TryReadLoaded(ref c, draft); }
        if (name.SequenceEqual("status"u8))
        {
            _statusAt = c.Position;
            return c.SkipValue();
        }

        return draft.Tx.IsVote ? c.SkipValue() : TryReadEffect(ref c, draft, name);
    }

    private bool TryReadEffect(ref JsonCursor c, TransactionDraft draft, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("preBalances"u8)) { return TryReadBalances(ref c, draft, draft.Block.PreBalances, ref draft.PreCount); }
        if (name.SequenceEqual("postBalances"u8)) { return TryReadBalances(ref c, draft, draft.Block.PostBalances, ref draft.PostCount); }
        if (name.SequenceEqual("innerInstructions"u8)) { return TryReadInner(ref c, draft); }

        var isNull = c.Peek() == 'n';
        var at = isNull ? -1 : c.Position;
        if (!c.SkipValue()) { return false; }
        if (name.SequenceEqual("preTokenBalances"u8)) { _preTokensAt = at; }
        else if (name.SequenceEqual("postTokenBalances"u8)) { _postTokensAt = at; }
        else if (name.SequenceEqual("logMessages"u8)) { (_logAt, _logEnd) = (at, c.Position); }
        return true;
    }

    private bool TryReadPutOff(ref JsonCursor c, TransactionDraft draft)
    {
        if (_preTokensAt >= 0)
        {
            c.MoveTo(_preTokensAt);
            if (!_tokenBalances.TryRead(ref c, draft, isPost: false)) { return false; }
        }

        if (_postTokensAt >= 0)
        {
            c.MoveTo(_postTokensAt);
            if (!_tokenBalances.TryRead(ref c, draft, isPost: true)) { return false; }
        }

        if (_logAt < 0 || !LogLines.MayHaveEvents(c.Json[_logAt.._logEnd])) { return true; }
        c.MoveTo(_logAt);
        return _log.TryRead(ref c, draft);
    }

    private static bool TryReadError(ref JsonCursor c, TransactionDraft draft)
    {
        draft.Tx.IsFailed = false;
        draft.Tx.ErrorLength = 0;
        if (c.TryReadNull()) { return true; }
        if (c.Failed) { return false; }
        var start = c.Position;
        if (!c.SkipValue()) { return false; }
        var text = c.Json[start..c.Position];
        draft.Tx.IsFailed = true;
        draft.Tx.ErrorStart = draft.Block.Data.Count;
        AddCompact(draft.Block.Data, text);
        draft.Tx.ErrorLength = draft.Block.Data.Count - draft.Tx.ErrorStart;
        return true;
    }

    /// <summary>Adds JSON without the white space between its tokens, so that equal errors have equal texts.</summary>
    private static void AddCompact(ValueList<byte> data, ReadOnlySpan<byte> json)
    {
        if (!json.ContainsAnyInRange((byte)0, (byte)' '))
        {
            data.AddRange(json);
            return;
        }

        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var value = json[i];
            if (inString && value == '\\')
            {
                data.Add(value);
                value = json[++i]; // a string that was read ends with a quote, so something follows
            }
            else if (value == '"')
            {
                inString = !inString;
            }

            if (inString || value > ' ') { data.Add(value); }
        }
    }

    /// <summary>Reads <c>{"Ok":null}</c> or <c>{"Err":…}</c>, which the oldest replies have instead of <c>err</c>.</summary>
    private bool TryReadStatus(ref JsonCursor c, TransactionDraft draft)
    {
        c.MoveTo(_statusAt);
        if (c.TryReadNull()) { return true; }
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("Err"u8) ? !TryReadError(ref c, draft) : !c.SkipValue()) { return false; }
        }

        return !c.Failed;
    }

    private static bool TryReadComputeUnits(ref JsonCursor c, TransactionDraft draft)
    {
        if (c.TryReadNull()) { return true; }
        if (!c.TryReadUInt64(out var units, out var fault)) { return draft.Fail(fault); }
        if (units > long.MaxValue) { return draft.Fail(RejectReasons.NumberOutOfRange); }
        draft.Tx.ComputeUnits = (long)units;
        return true;
    }

    /// <summary>Reads the keys loaded from tables: writable ones first, in whichever order the two lists stand.</summary>
    private static bool TryReadLoaded(ref JsonCursor c, TransactionDraft draft)
    {
        if (c.TryReadNull()) { return true; }
        if (!c.EnterObject()) { return false; }
        var readOnlyAt = -1;
        var keys = draft.Block.AccountKeys;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("writable"u8))
            {
                if (!TryReadKeys(ref c, draft, keys)) { return false; }
            }
            else
            {
                if (name.SequenceEqual("readonly"u8)) { readOnlyAt = c.Position; }
                if (!c.SkipValue()) { return false; }
            }
        }

        if (c.Failed || readOnlyAt < 0) { return !c.Failed; }
        var behind = c.Position;
        c.MoveTo(readOnlyAt);
        if (!TryReadKeys(ref c, draft, keys)) { return false; }
        c.MoveBehindValue(behind);
        return true;
    }

    private static bool TryReadKeys(ref JsonCursor c, TransactionDraft draft, ValueList<int> into)
    {
        if (!c.EnterArray()) { return false; }
        while (c.NextElement())
        {
            var key = draft.ReadKey(ref c);
            if (key < 0) { return false; }
            into.Add(key);
        }

        return !c.Failed;
    }

    private static bool TryReadBalances(ref JsonCursor c, TransactionDraft draft, ValueList<ulong> into, ref int count)
    {
        if (count > 0) { return draft.Fail(RejectReasons.DuplicateField); }
        if (c.TryReadNull()) { return true; }
        if (!c.EnterArray()) { return false; }
        while (c.NextElement())
        {
            if (!c.TryReadUInt64(out var lamports, out var fault)) { return draft.Fail(fault); }
            into.Add(lamports);
            count++;
        }

        return !c.Failed;
    }

    private bool TryReadInner(ref JsonCursor c, TransactionDraft draft)
    {
        if (c.TryReadNull()) { return true; }
        if (draft.Tx.HasInnerInstructions) { return draft.Fail(RejectReasons.DuplicateField); }
        draft.Tx.HasInnerInstructions = true;
        if (!c.EnterArray()) { return false; }
        while (c.NextElement())
        {
            if (!TryReadGroup(ref c, draft)) { return false; }
        }

        return !c.Failed;
    }

    private bool TryReadGroup(ref JsonCursor c, TransactionDraft draft)
    {
        var start = draft.Inner.Count;
        var outer = -1;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("index"u8))
            {
                if (!c.TryReadUInt64(out var index, out var fault)) { return draft.Fail(fault); }
                if (index >= (ulong)draft.Outer.Count) { return draft.Fail(RejectReasons.InnerOutside); }
                outer = (int)index;
            }
            else if (name.SequenceEqual("instructions"u8))
            {
                if (draft.Inner.Count > start) { return draft.Fail(RejectReasons.DuplicateField); }
                if (!instructions.TryReadAll(ref c, draft, draft.Inner, 0, 0)) { return false; }
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        if (c.Failed || outer < 0) { return false; }
        foreach (ref var instruction in draft.Inner.Span[start..]) { instruction.OuterIndex = (short)outer; }
        return true;
    }
}
