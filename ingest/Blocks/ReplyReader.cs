using System.Text;
using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Blocks;

/// <summary>Walks the objects around a block's transactions: envelopes, wrappers, the header and the rewards.</summary>
internal sealed class ReplyReader(KeyTexts texts)
{
    private const int MaxEnvelopes = 4;
    private const string AskFull = "ask with transactionDetails \"full\"";

    private readonly TransactionReader _transactions = new(texts);
    private readonly KeyTexts _texts = texts;
    private ulong? _slot, _parentSlot, _index;
    private bool _hasTransactions, _hasSignatures, _hasBlockhash, _hasNull;
    private int _singleAt;
    private ReadResult? _error;

    /// <summary>Reads one reply. When <c>c.Failed</c> is set afterwards, JSON or a field's type is at fault and the result means nothing.</summary>
    public ReadResult Read(ref JsonCursor c, ulong? slotHint, RawBlock block)
    {
        _slot = _parentSlot = _index = null;
        _hasTransactions = _hasSignatures = _hasBlockhash = _hasNull = false;
        _singleAt = -1;
        _error = null;
        if (c.Peek() == '[')
        {
            return c.SkipValue() ? new ReadResult(ReadStatus.NotABlock, "it is a JSON array; one reply a file or a line was expected", 0) : default;
        }

        if (!ReadObject(ref c, block, 0)) { return default; }
        if (_error is { } error) { return error; }
        if (_hasTransactions) { return SettleBlock(block, slotHint); }
        if (_singleAt >= 0) { return ReadSingle(ref c, block, slotHint); }

        block.Slot = _slot ?? slotHint ?? 0;
        if (_hasSignatures) { return new ReadResult(ReadStatus.NoTransactions, $"the block lists signatures only; {AskFull}"); }
        if (_hasBlockhash) { return new ReadResult(ReadStatus.NoTransactions, $"the block has no transactions; {AskFull}"); }
        return _hasNull
            ? new ReadResult(ReadStatus.SkippedSlot, "the reply is null: the slot was skipped, or the node does not have it")
            : new ReadResult(ReadStatus.NotABlock, "it is JSON, but no getBlock or getTransaction reply");
    }

    private bool ReadObject(ref JsonCursor c, RawBlock block, int level)
    {
        var start = c.Position;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (!ReadField(ref c, block, name, start, level)) { return false; }
        }

        return !c.Failed;
    }

    private bool ReadField(ref JsonCursor c, RawBlock block, ReadOnlySpan<byte> name, int start, int level)
    {
        if (name.SequenceEqual("transactions"u8)) { return ReadTransactions(ref c, block); }
        if (name.SequenceEqual("result"u8) || name.SequenceEqual("block"u8) || name.SequenceEqual("params"u8) || name.SequenceEqual("value"u8))
        {
            if (c.Peek() == '{' && level < MaxEnvelopes) { return ReadObject(ref c, block, level + 1); }
            _hasNull |= c.Peek() == 'n';
            return c.SkipValue();
        }

        if (name.SequenceEqual("transaction"u8) || name.SequenceEqual("meta"u8))
        {
            if (_singleAt < 0) { _singleAt = start; }
            return c.SkipValue();
        }

        if (name.SequenceEqual("slot"u8)) { return TryReadOptional(ref c, ref _slot); }
        if (name.SequenceEqual("parentSlot"u8)) { return TryReadOptional(ref c, ref _parentSlot); }
        if (name.SequenceEqual("transactionIndex"u8) || name.SequenceEqual("indexWithinBlock"u8)) { return TryReadOptional(ref c, ref _index); }
        if (name.SequenceEqual("error"u8)) { return ReadError(ref c); }
        return ReadHeaderField(ref c, block, name);
    }

    private bool ReadHeaderField(ref JsonCursor c, RawBlock block, ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual("blockhash"u8))
        {
            _hasBlockhash = true;
            if (!TryReadHash(ref c, out var hash)) { return false; }
            block.Blockhash = hash;
            return true;
        }

        if (name.SequenceEqual("previousBlockhash"u8))
        {
            if (!TryReadHash(ref c, out var hash)) { return false; }
            block.PreviousBlockhash = hash;
            return true;
        }

        if (name.SequenceEqual("blockTime"u8))
        {
            if (c.TryReadNull()) { return true; }
            if (!c.TryReadInt64(out var time, out _)) { return false; }
            block.BlockTime = time;
            return true;
        }

        if (name.SequenceEqual("blockHeight"u8))
        {
            ulong? height = null;
            if (!TryReadOptional(ref c, ref height)) { return false; }
            block.BlockHeight = height;
            return true;
        }

        if (name.SequenceEqual("rewards"u8)) { return ReadRewards(ref c, block); }
        if (name.SequenceEqual("signatures"u8)) { _hasSignatures = true; }
        return c.SkipValue();
    }

    private bool ReadTransactions(ref JsonCursor c, RawBlock block)
    {
        if (c.TryReadNull()) { return true; }
        if (_hasTransactions || !c.EnterArray()) { return c.Reject(); }
        _hasTransactions = true;
        var withoutMessage = 0;
        var index = 0;
        while (c.NextElement())
        {
            var start = c.Position;
            if (!_transactions.TryRead(ref c, block, index))
            {
                // Wrong syntax is the document's fault, wrong content the transaction's.
                c.MoveTo(start);
                if (!c.SkipValue() || JsonDiagnosis.Judge(c.Json[start..c.Position], out _) != ReadStatus.Read) { return c.Reject(); }
                if (_transactions.Reason == RejectReasons.NoMessage) { withoutMessage++; }
                block.Rejections.Add(new RawRejection(index, _transactions.Reason));
                block.RejectedPlaces.Add(new RawPlace(index, start, c.Position - start));
            }

            index++;
        }

        if (index > 0 && withoutMessage == index)
        {
            _error = new ReadResult(ReadStatus.NoTransactions, $"the block lists its transactions' accounts only; {AskFull}");
        }

        return !c.Failed;
    }

    private ReadResult SettleBlock(RawBlock block, ulong? slotHint)
    {
        if (_slot is null && slotHint is null) { return SlotUnknown(); }
        block.Slot = _slot ?? slotHint!.Value;
        block.ParentSlot = _parentSlot ?? block.Slot;
        if (_parentSlot is not { } parent || parent < block.Slot || block.Slot == 0) { return new ReadResult(ReadStatus.Read); }
        return new ReadResult(ReadStatus.SlotMismatch, _slot is null
            ? $"the file's name says slot {block.Slot}, but the block's parent is {parent}; rename the file to its slot"
            : $"the slot is {block.Slot}, but the block's parent is {parent}");
    }

    private ReadResult ReadSingle(ref JsonCursor c, RawBlock block, ulong? slotHint)
    {
        if (_slot is null && slotHint is null) { return SlotUnknown(); }
        var slot = _slot ?? slotHint!.Value;
        if (block.IsPartial && slot != block.Slot)
        {
            return new ReadResult(ReadStatus.NotABlock, $"transactions of slots {block.Slot} and {slot} stand in one document");
        }

        block.IsPartial = true;
        block.Slot = block.ParentSlot = slot;
        var last = block.Transactions.Count == 0 ? -1 : block.Transactions[block.Transactions.Count - 1].Index;
        var index = _index is <= int.MaxValue ? (int)_index.Value : last + 1;
        var behind = c.Position;
        c.MoveTo(_singleAt);
        if (!_transactions.TryRead(ref c, block, index))
        {
            c.MoveTo(_singleAt);
            if (!c.SkipValue() || JsonDiagnosis.Judge(c.Json[_singleAt..c.Position], out _) != ReadStatus.Read)
            {
                c.Reject();
                return default;
            }

            block.Rejections.Add(new RawRejection(index, _transactions.Reason));
            block.RejectedPlaces.Add(new RawPlace(index, _singleAt, c.Position - _singleAt));
        }

        c.MoveBehindValue(behind);
        return new ReadResult(ReadStatus.Read);
    }

    private static ReadResult SlotUnknown() =>
        new(ReadStatus.SlotUnknown, "the slot is not known: name the file after it, as in 254170887.json, or wrap the block as {\"slot\":…,\"block\":…}");

    private bool ReadError(ref JsonCursor c)
    {
        if (c.TryReadNull()) { return true; }
        if (c.Peek() != '{') { return c.SkipValue(); }
        var offset = c.Position;
        long code = 0;
        var message = "";
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("code"u8) && c.Peek() != 'n')
            {
                if (!c.TryReadInt64(out code, out _)) { return false; }
            }
            else if (name.SequenceEqual("message"u8) && c.Peek() == '"')
            {
                if (!c.TryReadString(out var text)) { return false; }
                message = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 300)]);
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        // Codes of Solana's JSON-RPC: skipped, and skipped or missing in long-term storage.
        _error = code is -32007 or -32009
            ? new ReadResult(ReadStatus.SkippedSlot, $"the node says that the slot was skipped ({code}: {message})")
            : new ReadResult(ReadStatus.RpcError, $"the node answered with error {code}: {message}{Advice(code)}", offset);
        return !c.Failed;
    }

    private static string Advice(long code) =>
        code == -32015 ? "; ask with \"maxSupportedTransactionVersion\": 0" : "";

    private bool ReadRewards(ref JsonCursor c, RawBlock block)
    {
        if (c.TryReadNull()) { return true; }
        if (!c.EnterArray()) { return false; }
        while (c.NextElement())
        {
            if (!ReadReward(ref c, block)) { return false; }
        }

        return !c.Failed;
    }

    private bool ReadReward(ref JsonCursor c, RawBlock block)
    {
        var account = -1;
        long lamports = 0;
        var kind = RewardKind.Unknown;
        if (!c.EnterObject()) { return false; }
        while (c.NextProperty(out var name))
        {
            if (name.SequenceEqual("pubkey"u8))
            {
                if (!c.TryReadString(out var start, out var length, out _)) { return false; }
                account = _texts.Intern(c.Json, start, length, block.Keys);
                if (account < 0) { return c.Reject(); }
            }
            else if (name.SequenceEqual("lamports"u8))
            {
                if (!c.TryReadInt64(out lamports, out _)) { return false; }
            }
            else if (name.SequenceEqual("rewardType"u8) && c.Peek() == '"')
            {
                if (!c.TryReadString(out var text)) { return false; }
                kind = KindOf(text);
            }
            else if (!c.SkipValue())
            {
                return false;
            }
        }

        if (c.Failed || account < 0) { return c.Reject(); }
        block.Rewards.Add(new RawReward(account, lamports, kind));
        return true;
    }

    private static RewardKind KindOf(ReadOnlySpan<byte> text) =>
        text.SequenceEqual("Fee"u8) ? RewardKind.Fee
        : text.SequenceEqual("Rent"u8) ? RewardKind.Rent
        : text.SequenceEqual("Voting"u8) ? RewardKind.Voting
        : text.SequenceEqual("Staking"u8) ? RewardKind.Staking
        : RewardKind.Unknown;

    private static bool TryReadHash(ref JsonCursor c, out Pubkey hash)
    {
        hash = default;
        if (c.TryReadNull()) { return true; }
        return c.TryReadString(out var text) && (Pubkey.TryParse(text, out hash) || c.Reject());
    }

    private static bool TryReadOptional(ref JsonCursor c, ref ulong? value)
    {
        if (c.TryReadNull()) { return true; }
        if (!c.TryReadUInt64(out var number, out _)) { return false; }
        value = number;
        return true;
    }
}
