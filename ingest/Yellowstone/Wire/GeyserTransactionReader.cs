using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>Reads one <c>SubscribeUpdateTransactionInfo</c> into a block.</summary>
internal sealed class GeyserTransactionReader(KeyTexts texts)
{
    private readonly TransactionDraft _draft = new(texts);
    private readonly GeyserMetaReader _meta = new();

    /// <summary>Why the last transaction was not taken.</summary>
    public string Reason => _draft.Reason ?? RejectReasons.WrongType;

    /// <summary>Appends the transaction; when that fails the block is as it was before.</summary>
    public bool TryRead(ReadOnlySpan<byte> document, ByteRange at, RawBlock block, int index)
    {
        _draft.Start(block, index);
        if (TryReadFields(document, at) && _draft.TryFinish()) { return true; }
        _draft.TakeBack();
        return false;
    }

    private bool TryReadFields(ReadOnlySpan<byte> document, ByteRange at)
    {
        var c = new ProtoCursor(document, at);
        ByteRange transaction = default, meta = default;
        var (hasTransaction, hasMeta) = (false, false);
        while (c.Next())
        {
            switch (c.Field)
            {
                case 3 when hasTransaction:
                case 4 when hasMeta:
                    return _draft.Fail(RejectReasons.DuplicateField);
                case 3:
                    hasTransaction = c.TryRead(out transaction);
                    break;
                case 4:
                    hasMeta = c.TryRead(out meta);
                    break;
                default:
                    c.Skip();
                    break;
            }
        }

        if (c.Failed) { return _draft.Fail(RejectReasons.WrongType); }
        if (!hasTransaction) { return _draft.Fail(RejectReasons.NoTransaction); }
        if (!hasMeta) { return _draft.Fail(RejectReasons.NoMeta); }
        return GeyserMessageReader.TryRead(document, transaction, _draft) && _meta.TryRead(document, meta, _draft);
    }
}
