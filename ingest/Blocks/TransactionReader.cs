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
        if (TryReadFields(ref c) && _draft.TryFinish()) { return true; }
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
}
