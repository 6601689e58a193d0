using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Model;

/// <summary>A block as the chain recorded it, before anything is understood of it: what readers make and decoders read.</summary>
/// <remarks>
/// Flat lists; a transaction, an instruction or a balance names ranges in them. A block is re-used after <see cref="Reset"/>,
/// which keeps every buffer, so steady reading allocates nothing. Keys are interned in <see cref="Keys"/>.
/// </remarks>
public sealed class RawBlock
{
    /// <summary>Slot.</summary>
    public ulong Slot { get; set; }

    /// <summary>Parent's slot; equals <see cref="Slot"/> when unknown (single transactions).</summary>
    public ulong ParentSlot { get; set; }

    public Pubkey Blockhash { get; set; }

    public Pubkey PreviousBlockhash { get; set; }

    /// <summary>Unix seconds, absent where the node did not know.</summary>
    public long? BlockTime { get; set; }

    public ulong? BlockHeight { get; set; }

    /// <summary>True when the block was made from getTransaction replies: header, rewards and other transactions are unknown.</summary>
    public bool IsPartial { get; set; }

    /// <summary>File or endpoint, for messages.</summary>
    public string Source { get; set; } = "";

    /// <summary>Distinct keys of the block.</summary>
    public KeyTable Keys { get; } = new();

    public ValueList<RawReward> Rewards { get; } = new();

    /// <summary>Transactions in block order, votes included.</summary>
    public ValueList<RawTransaction> Transactions { get; } = new(2048);

    /// <summary>Indexes into <see cref="Keys"/>: each transaction's static keys, then loaded writable, then loaded readonly.</summary>
    public ValueList<int> AccountKeys { get; } = new(16_384);

    /// <summary>Lamports before, parallel to <see cref="AccountKeys"/>; 0 for votes and where <see cref="RawTransaction.HasBalances"/> is false.</summary>
    public ValueList<ulong> PreBalances { get; } = new(16_384);

    /// <summary>Lamports after, parallel to <see cref="AccountKeys"/>.</summary>
    public ValueList<ulong> PostBalances { get; } = new(16_384);

    /// <summary>Invocations in pre-order: each top-level instruction is followed by its inner ones.</summary>
    public ValueList<RawInstruction> Instructions { get; } = new(8_192);

    /// <summary>Positions in the transaction's own account list.</summary>
    public ValueList<ushort> InstructionAccounts { get; } = new(65_536);

    /// <summary>Instruction data, event payloads and error texts.</summary>
    public ValueList<byte> Data { get; } = new(262_144);

    public ValueList<RawTokenBalance> TokenBalances { get; } = new(8_192);

    /// <summary>Events that programs wrote to the log.</summary>
    public ValueList<RawLogEvent> LogEvents { get; } = new(512);

    /// <summary>What the reader turned down inside the block, to be reported beside it.</summary>
    public ValueList<RawRejection> Rejections { get; } = new();

    /// <summary>Where in the document the transactions of <see cref="Rejections"/> stand that were left out whole. An archive keeps none.</summary>
    public ValueList<RawPlace> RejectedPlaces { get; } = new();

    /// <summary>Empties the block and keeps its buffers.</summary>
    public void Reset()
    {
        Slot = ParentSlot = 0;
        Blockhash = PreviousBlockhash = default;
        BlockTime = null;
        BlockHeight = null;
        IsPartial = false;
        Source = "";
        Keys.Clear();
        Rewards.Clear();
        Transactions.Clear();
        AccountKeys.Clear();
        PreBalances.Clear();
        PostBalances.Clear();
        Instructions.Clear();
        InstructionAccounts.Clear();
        Data.Clear();
        TokenBalances.Clear();
        LogEvents.Clear();
        Rejections.Clear();
        RejectedPlaces.Clear();
    }
}

/// <summary>One entry of a block's rewards.</summary>
/// <param name="Account">Index into <see cref="RawBlock.Keys"/>.</param>
/// <param name="Lamports">Signed change.</param>
/// <param name="Kind">Why it was paid.</param>
public readonly record struct RawReward(int Account, long Lamports, RewardKind Kind);

/// <summary>rewardType of getBlock.</summary>
public enum RewardKind : byte
{
    Unknown,
    Fee,
    Rent,
    Voting,
    Staking,
}

/// <summary>One transaction; ranges point into the lists of its <see cref="RawBlock"/>.</summary>
public struct RawTransaction
{
    /// <summary>Position in the block, 0-based, votes counted.</summary>
    public int Index;

    /// <summary>First signature.</summary>
    public Signature Signature;

    /// <summary>Signatures of the message header.</summary>
    public int SignatureCount;

    /// <summary>
    /// True when the only instruction calls the Vote program. A vote carries its keys, first signature, fee, status and compute units;
    /// instructions, balances, token balances and events are left out.
    /// </summary>
    public bool IsVote;

    /// <summary>True when meta.err is not null. A failed transaction has no token balances and no events here.</summary>
    public bool IsFailed;

    /// <summary>True for message version 0.</summary>
    public bool IsVersioned;

    /// <summary>True when lamport balances are present and as many as accounts.</summary>
    public bool HasBalances;

    /// <summary>True when meta.preTokenBalances and postTokenBalances were present (they are null in very old blocks).</summary>
    public bool HasTokenBalances;

    /// <summary>True when inner instructions were recorded (null in very old blocks: swaps cannot be seen then).</summary>
    public bool HasInnerInstructions;

    /// <summary>Fee in lamports.</summary>
    public ulong FeeLamports;

    /// <summary>Compute units consumed, or -1 where not recorded.</summary>
    public long ComputeUnits;

    public int AccountStart, AccountCount;

    /// <summary>Of the accounts, how many come first in the message itself, before those loaded from tables.</summary>
    public int StaticAccountCount;

    public int InstructionStart, InstructionCount;

    public int TokenBalanceStart, TokenBalanceCount;

    public int LogEventStart, LogEventCount;

    /// <summary>meta.err as JSON text in <see cref="RawBlock.Data"/>; length 0 for success.</summary>
    public int ErrorStart, ErrorLength;
}

/// <summary>One program invocation.</summary>
public struct RawInstruction
{
    /// <summary>Program's position in the transaction's account list.</summary>
    public ushort ProgramAccount;

    /// <summary>1 for top-level, 2 for what it invoked, …; 0 for an inner instruction whose height was not recorded.</summary>
    public byte StackHeight;

    /// <summary>False when the source showed only a parsed form that could not be turned back into accounts and data.</summary>
    public bool IsRaw;

    /// <summary>Top-level instruction it belongs to, 0-based.</summary>
    public short OuterIndex;

    /// <summary>Position in that instruction's inner list; -1 for the top-level instruction itself.</summary>
    public short InnerIndex;

    public int AccountStart, AccountCount;

    public int DataStart, DataLength;
}

/// <summary>A token account's balance over a transaction, pre and post entries joined. A missing side is 0.</summary>
public struct RawTokenBalance
{
    /// <summary>Position in the transaction's account list.</summary>
    public int Account;

    /// <summary>Index into <see cref="RawBlock.Keys"/>.</summary>
    public int Mint;

    /// <summary>Index into <see cref="RawBlock.Keys"/>, or -1 where not recorded (old blocks).</summary>
    public int Owner;

    /// <summary>Token program's index into <see cref="RawBlock.Keys"/>, or -1 where not recorded.</summary>
    public int TokenProgram;

    public ulong Pre, Post;

    public byte Decimals;

    /// <summary>Which sides were recorded: an account that was opened has no pre entry, one that was closed no post entry.</summary>
    public bool HasPre, HasPost;
}

/// <summary>An event in the log: the bytes behind <c>Program data: </c> or <c>ray_log: </c>, base64 decoded.</summary>
public struct RawLogEvent
{
    /// <summary>Program that wrote it, an index into <see cref="RawBlock.Keys"/>.</summary>
    public int Program;

    /// <summary>Which invocation of that program in this transaction wrote it, 0-based, in order of invocation.</summary>
    public int Invocation;

    /// <summary>True for <c>Program log: ray_log:</c>, false for <c>Program data:</c>.</summary>
    public bool IsRayLog;

    public int DataStart, DataLength;
}

/// <summary>A thing the reader could not take, counted by reason.</summary>
/// <param name="Transaction">Position in the block.</param>
/// <param name="Reason">Machine-readable reason.</param>
public readonly record struct RawRejection(int Transaction, string Reason);

/// <summary>Bytes of a transaction in the document it came from.</summary>
/// <param name="Transaction">Position in the block.</param>
/// <param name="Offset">Where it begins, bytes.</param>
/// <param name="Length">Its length, bytes.</param>
public readonly record struct RawPlace(int Transaction, int Offset, int Length);
