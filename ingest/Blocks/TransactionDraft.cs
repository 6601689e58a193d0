using Sluice.Ingest.Blocks.Json;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Blocks;

/// <summary>The transaction being read, and where its block's lists stood before it, so that it can be taken back.</summary>
internal sealed class TransactionDraft(KeyTexts texts)
{
    private static readonly Pubkey VoteProgram = Pubkey.Parse("Vote111111111111111111111111111111111111111");

    private int _instructionAccounts, _data, _tokenBalances, _logEvents, _accountKeys, _balances, _rejections;

    /// <summary>What is known so far.</summary>
    public RawTransaction Tx;

    /// <summary>Lamport balances read, before and after.</summary>
    public int PreCount, PostCount;

    /// <summary>The block that takes it.</summary>
    public RawBlock Block { get; private set; } = null!;

    /// <summary>Why it cannot be taken; null while it can.</summary>
    public string? Reason { get; private set; }

    /// <summary>Top-level instructions, then inner ones in the order read; they are brought into pre-order at the end.</summary>
    public ValueList<RawInstruction> Outer { get; } = new(64);

    public ValueList<RawInstruction> Inner { get; } = new(256);

    /// <summary>Highest account position named anywhere.</summary>
    public int HighestAccount { get; set; }

    /// <summary>True when the message listed the keys loaded from tables as well (jsonParsed).</summary>
    public bool KeysIncludeLoaded { get; set; }

    /// <summary>True once the account keys of the message are known.</summary>
    public bool HasKeys { get; set; }

    /// <summary>True when the message itself said its version.</summary>
    public bool VersionFromWire { get; set; }

    /// <summary>Forgets the transaction before.</summary>
    public void Start(RawBlock block, int index)
    {
        Block = block;
        Reason = null;
        Outer.Clear();
        Inner.Clear();
        HighestAccount = -1;
        KeysIncludeLoaded = HasKeys = VersionFromWire = false;
        PreCount = PostCount = 0;
        _instructionAccounts = block.InstructionAccounts.Count;
        _data = block.Data.Count;
        _tokenBalances = block.TokenBalances.Count;
        _logEvents = block.LogEvents.Count;
        _accountKeys = block.AccountKeys.Count;
        _balances = block.PreBalances.Count;
        _rejections = block.Rejections.Count;
        Tx = new RawTransaction
        {
            Index = index,
            ComputeUnits = -1,
            AccountStart = _accountKeys,
            InstructionStart = block.Instructions.Count,
            TokenBalanceStart = _tokenBalances,
            LogEventStart = _logEvents,
        };
    }

    /// <summary>Takes the transaction out of the block's lists. Its keys stay in the key table, which does no harm.</summary>
    public void TakeBack()
    {
        Block.InstructionAccounts.Truncate(_instructionAccounts);
        Block.Data.Truncate(_data);
        Block.TokenBalances.Truncate(_tokenBalances);
        Block.LogEvents.Truncate(_logEvents);
        Block.AccountKeys.Truncate(_accountKeys);
        Block.PreBalances.Truncate(_balances);
        Block.PostBalances.Truncate(_balances);
        Block.Instructions.Truncate(Tx.InstructionStart);
        Block.Rejections.Truncate(_rejections);
    }

    /// <summary>Says why the transaction cannot be taken. The first reason stays.</summary>
    public bool Fail(string reason)
    {
        Reason ??= reason;
        return false;
    }

    public bool Fail(NumberFault fault) => Fail(fault switch
    {
        NumberFault.Negative => RejectReasons.NegativeNumber,
        NumberFault.OutOfRange => RejectReasons.NumberOutOfRange,
        NumberFault.NotAnInteger => RejectReasons.NotAnInteger,
        _ => RejectReasons.WrongType,
    });

    /// <summary>Notes a part that was left out while the transaction itself is kept.</summary>
    public void Note(string reason) => Block.Rejections.Add(new RawRejection(Tx.Index, reason));

    /// <summary>Index in the block's key table of the base58 text that comes next; -1 with a reason when there is none.</summary>
    public int ReadKey(ref JsonCursor c)
    {
        if (!c.TryReadString(out var start, out var length, out var escaped))
        {
            Fail(RejectReasons.WrongType);
            return -1;
        }

        var key = -1;
        if (!escaped)
        {
            key = texts.Intern(c.Json, start, length, Block.Keys);
        }
        else
        {
            c.MoveTo(start - 1);
            if (c.TryReadString(out var text)) { key = KeyOf(text); }
        }

        if (key < 0) { Fail(RejectReasons.BadKey); }
        return key;
    }

    /// <summary>Index in the block's key table of a key whose text lies in the document; -1 when it is no key.</summary>
    public int KeyAt(ReadOnlySpan<byte> document, int start, int length) => texts.Intern(document, start, length, Block.Keys);

    /// <summary>Index in the block's key table of a key by its text; -1 when it is no key.</summary>
    public int KeyOf(ReadOnlySpan<byte> text) => Pubkey.TryParse(text, out Pubkey key) ? Block.Keys.Intern(key) : -1;

    /// <summary>The transaction's account at <paramref name="position"/> as an index into the block's keys, or -1.</summary>
    public int KeyAtPosition(int position)
    {
        var at = Tx.AccountStart + position;
        return position >= 0 && at < Block.AccountKeys.Count ? Block.AccountKeys[at] : -1;
    }

    /// <summary>Position in the transaction's accounts of one of the block's keys, or -1.</summary>
    public int PositionOf(int key) => Block.AccountKeys.Span[Tx.AccountStart..].IndexOf(key);

    /// <summary>True when the account at <paramref name="position"/> is the Vote program.</summary>
    public bool IsVoteProgram(int position)
    {
        var key = KeyAtPosition(position);
        return key >= 0 && Block.Keys[key] == VoteProgram;
    }

    /// <summary>Called when the message is complete: says whether it is a vote, whose instruction is then dropped.</summary>
    public void JudgeVote()
    {
        if (Outer.Count != 1 || !IsVoteProgram(Outer[0].ProgramAccount)) { return; }
        Tx.IsVote = true;
        Outer.Clear();
        Block.InstructionAccounts.Truncate(_instructionAccounts);
        Block.Data.Truncate(_data);
    }

    /// <summary>Checks what was read as a whole and appends the transaction to its block; false with a reason where it cannot be taken.</summary>
    public bool TryFinish()
    {
        ref var tx = ref Tx;
        var block = Block;
        tx.AccountCount = block.AccountKeys.Count - tx.AccountStart;
        if (tx.AccountCount > ushort.MaxValue) { return Fail(RejectReasons.TooMany); }
        if (HighestAccount >= tx.AccountCount) { return Fail(RejectReasons.AccountOutside); }

        tx.TokenBalanceCount = block.TokenBalances.Count - tx.TokenBalanceStart;
        SettleBalances(ref tx);
        if (!TryOrderInstructions(ref tx)) { return false; }
        block.Transactions.Add(tx);
        return true;
    }

    /// <summary>Keeps the lamport balances when there is one for each account on both sides, and zeros otherwise.</summary>
    private void SettleBalances(ref RawTransaction tx)
    {
        var pre = Block.PreBalances;
        var post = Block.PostBalances;
        tx.HasBalances = PreCount == tx.AccountCount && PostCount == tx.AccountCount && !tx.IsVote;
        if (tx.HasBalances) { return; }

        if (PreCount + PostCount > 0) { Note(RejectReasons.BalancesMismatch); }
        pre.Truncate(tx.AccountStart);
        post.Truncate(tx.AccountStart);
        pre.Reserve(tx.AccountCount).Clear();
        post.Reserve(tx.AccountCount).Clear();
    }

    /// <summary>Puts the inner instructions behind their top-level ones.</summary>
    private bool TryOrderInstructions(ref RawTransaction tx)
    {
        var outer = Outer.Span;
        var inner = Inner.Span;
        var into = Block.Instructions;
        if (!IsAscending(inner) && !TryRenumber(inner)) { return Fail(RejectReasons.TooMany); }

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
