using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Blocks;

/// <summary>Reads one element of <c>transactions</c>, or the result of getTransaction, into a block.</summary>
internal sealed class TransactionReader
{
    private readonly TransactionDraft _draft;
    private readonly WireReader _wire = new();
    private readonly MessageReader _message;
    private readonly MetaReader _meta;

    public TransactionReader(KeyTexts texts)
    {
        var instructions = new InstructionReader();
        _draft = new TransactionDraft(texts);
        _message = new MessageReader(instructions);
        _meta = new MetaReader(instructions);
    }

    /// <summary>Why the last transaction was not taken.</summary>
    public string Reason => _draft.Reason ?? RejectReasons.WrongType;

    /// <summary>Appends the transaction; when that fails the block is as it was before.</summary>
    public bool TryRead(ref JsonCursor c, RawBlock block, int index)
    {
        _draft.Start(block, index);
        if (TryReadFields(ref c) && TryFinish()) { return true; }
        _draft.TakeBack();
        return false;
    }

    private bool TryReadFields(ref JsonCursor c)
    {
        var draft = _draft;
        if (!c.EnterObject()) { return draft.Fail(RejectReasons.WrongType); }
        var metaAt = -1;
        var hasMessage = false;
        var hasMeta = false;
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("transaction"u8))
            {
                if (hasMessage) { return draft.Fail(RejectReasons.DuplicateField); }
                if (!TryReadTransaction(ref c)) { return false; }
                hasMessage = true;
            }
            else if (name.SequenceEqual("meta"u8))
            {
                if (hasMeta || metaAt >= 0) { return draft.Fail(RejectReasons.DuplicateField); }
                if (c.Peek() == 'n') { return draft.Fail(RejectReasons.NoMeta); }
                if (hasMessage)
                {
                    if (!_meta.TryRead(ref c, draft)) { return false; }
                    hasMeta = true;
                }
                else
                {
                    metaAt = c.Position;
                    if (!c.SkipValue()) { return draft.Fail(RejectReasons.WrongType); }
                }
            }
            else if (name.SequenceEqual("version"u8))
            {
                if (!TryReadVersion(ref c)) { return false; }
            }
            else if (!c.SkipValue())
            {
                return draft.Fail(RejectReasons.WrongType);
            }
        }

        if (c.Failed) { return draft.Fail(RejectReasons.WrongType); }
        if (!hasMessage) { return draft.Fail(RejectReasons.NoTransaction); }
        if (!hasMeta)
        {
            if (metaAt < 0) { return draft.Fail(RejectReasons.NoMeta); }
            var behind = c.Position;
            c.MoveTo(metaAt);
            if (!_meta.TryRead(ref c, draft)) { return false; }
            c.MoveBehindValue(behind);
        }

        return true;
    }

    private bool TryReadTransaction(ref JsonCursor c) => c.Peek() switch
    {
        (byte)'{' => _message.TryRead(ref c, _draft),
        (byte)'[' or (byte)'"' => _wire.TryRead(ref c, _draft),
        (byte)'n' => _draft.Fail(RejectReasons.NoTransaction),
        _ => _draft.Fail(RejectReasons.WrongType),
    };

    private bool TryReadVersion(ref JsonCursor c)
    {
        if (c.TryReadNull()) { return true; }
        if (c.Peek() == '"')
        {
            if (!c.TryReadString(out var text)) { return _draft.Fail(RejectReasons.WrongType); }
            return text.SequenceEqual("legacy"u8) || _draft.Fail(RejectReasons.UnsupportedVersion);
        }

        if (!c.TryReadUInt64(out var version, out var fault)) { return _draft.Fail(fault); }
        if (version != 0) { return _draft.Fail(RejectReasons.UnsupportedVersion); }
        if (!_draft.VersionFromWire) { _draft.Tx.IsVersioned = true; }
        return true;
    }

    private bool TryFinish()
    {
        ref var tx = ref _draft.Tx;
        var block = _draft.Block;
        tx.AccountCount = block.AccountKeys.Count - tx.AccountStart;
        if (tx.AccountCount > ushort.MaxValue) { return _draft.Fail(RejectReasons.TooMany); }
        if (_draft.HighestAccount >= tx.AccountCount) { return _draft.Fail(RejectReasons.AccountOutside); }

        tx.TokenBalanceCount = block.TokenBalances.Count - tx.TokenBalanceStart;
        SettleBalances(ref tx);
        if (!TryOrderInstructions(ref tx)) { return false; }
        block.Transactions.Add(tx);
        return true;
    }

    /// <summary>Keeps the lamport balances when there is one for each account on both sides, and zeros otherwise.</summary>
    private void SettleBalances(ref RawTransaction tx)
    {
        var pre = _draft.Block.PreBalances;
        var post = _draft.Block.PostBalances;
        tx.HasBalances = _draft.PreCount == tx.AccountCount && _draft.PostCount == tx.AccountCount && !tx.IsVote;
        if (tx.HasBalances) { return; }

        if (_draft.PreCount + _draft.PostCount > 0) { _draft.Note(RejectReasons.BalancesMismatch); }
        pre.Truncate(tx.AccountStart);
        post.Truncate(tx.AccountStart);
        pre.Reserve(tx.AccountCount).Clear();
        post.Reserve(tx.AccountCount).Clear();
    }

    /// <summary>Puts the inner instructions behind their top-level ones.</summary>
    private bool TryOrderInstructions(ref RawTransaction tx)
    {
        var outer = _draft.Outer.Span;
        var inner = _draft.Inner.Span;
        var into = _draft.Block.Instructions;
        if (!IsAscending(inner) && !TryRenumber(inner)) { return _draft.Fail(RejectReasons.TooMany); }

        var next = 0;
        foreach (ref readonly var instruction in outer)
        {
            into.Add(instruction);
            var end = next;
            while (end < inner.Length && inner[end].OuterIndex == instruction.OuterIndex) { end++; }
            into.AddRange(inner[next..end]);
            next = end;
        }

        tx.InstructionCount = into.Count - tx.InstructionStart;
        return true;
    }

    private static bool IsAscending(ReadOnlySpan<RawInstruction> inner)
    {
        for (var i = 1; i < inner.Length; i++)
        {
            var step = inner[i].OuterIndex - inner[i - 1].OuterIndex;
            if (step < 0 || (step == 0 && inner[i].InnerIndex != inner[i - 1].InnerIndex + 1)) { return false; }
        }

        return true;
    }

    /// <summary>Brings groups that came out of order, or in several parts, into order; rare.</summary>
    private static bool TryRenumber(Span<RawInstruction> inner)
    {
        var sorted = inner.ToArray().OrderBy(i => i.OuterIndex).ToArray(); // stable
        for (var i = 0; i < sorted.Length; i++)
        {
            var position = i > 0 && sorted[i].OuterIndex == sorted[i - 1].OuterIndex ? sorted[i - 1].InnerIndex + 1 : 0;
            if (position > short.MaxValue) { return false; }
            sorted[i].InnerIndex = (short)position;
        }

        sorted.CopyTo(inner);
        return true;
    }
}
