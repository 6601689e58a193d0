using System.Runtime.InteropServices;
using System.Text;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Archive;

/// <summary>Writes a block as columns: see <see cref="BlockColumns"/>. One block at a time; keeps its buffers.</summary>
internal sealed class BlockColumnWriter
{
    private readonly ByteSink[] _columns = [.. Enumerable.Range(0, (int)Column.Count).Select(_ => new ByteSink())];
    private ulong[] _lamports = [];
    private TokenMemory[] _tokens = [];

    /// <summary>Writes keys and signatures, which do not pack, and everything else.</summary>
    public void Write(RawBlock block, ByteSink loose, ByteSink packable)
    {
        foreach (var column in _columns) { column.Clear(); }
        PrepareMemory(block.Keys.Count);
        loose.Write(block.Blockhash.Bytes);
        loose.Write(block.PreviousBlockhash.Bytes);
        loose.Write(MemoryMarshal.AsBytes(block.Keys.Keys));
        foreach (ref readonly var tx in block.Transactions.Span) { loose.Write(tx.Signature.Bytes); }

        WriteHeader(block);
        WriteRewards(block);
        var next = 0;
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            WriteTransaction(block, tx, ref next);
            WriteAccounts(block, tx);
            WriteInstructions(block, tx);
            WriteTokenBalances(block, tx);
            WriteLogEvents(block, tx);
        }

        foreach (var column in _columns) { packable.WriteNumber((ulong)column.Length); }
        foreach (var column in _columns) { packable.Write(column.Span); }
    }

    private ByteSink this[Column column] => _columns[(int)column];

    private void PrepareMemory(int keys)
    {
        if (_lamports.Length < keys)
        {
            _lamports = new ulong[keys * 2];
            _tokens = new TokenMemory[keys * 2];
            return;
        }

        _lamports.AsSpan(0, keys).Clear();
        _tokens.AsSpan(0, keys).Clear();
    }

    private void WriteHeader(RawBlock block)
    {
        var sink = this[Column.Header];
        sink.WriteNumber(block.Slot);
        sink.WriteSigned((long)(block.Slot - block.ParentSlot));
        sink.WriteByte((byte)((block.IsPartial ? BlockColumns.IsPartial : 0)
            | (block.BlockTime is null ? 0 : BlockColumns.HasBlockTime) | (block.BlockHeight is null ? 0 : BlockColumns.HasBlockHeight)));
        sink.WriteSigned(block.BlockTime ?? 0);
        sink.WriteNumber(block.BlockHeight ?? 0);
        sink.WriteNumber((ulong)block.Keys.Count);
        sink.WriteNumber((ulong)block.Rewards.Count);
        sink.WriteNumber((ulong)block.Rejections.Count);
        sink.WriteNumber((ulong)block.Transactions.Count);
    }

    private void WriteRewards(RawBlock block)
    {
        var sink = this[Column.Rewards];
        foreach (ref readonly var reward in block.Rewards.Span)
        {
            sink.WriteNumber((ulong)reward.Account);
            sink.WriteSigned(reward.Lamports);
            sink.WriteByte((byte)reward.Kind);
        }

        sink = this[Column.Rejections];
        foreach (ref readonly var rejection in block.Rejections.Span)
        {
            sink.WriteNumber((ulong)rejection.Transaction);
            var length = Encoding.UTF8.GetByteCount(rejection.Reason);
            sink.WriteNumber((ulong)length);
            Encoding.UTF8.GetBytes(rejection.Reason, sink.Take(length));
        }
    }

    private void WriteTransaction(RawBlock block, in RawTransaction tx, ref int next)
    {
        this[Column.TransactionIndexes].WriteSigned(tx.Index - next);
        next = tx.Index + 1;
        this[Column.TransactionFlags].WriteByte((byte)(
            (tx.IsVote ? BlockColumns.IsVote : 0) | (tx.IsFailed ? BlockColumns.IsFailed : 0) | (tx.IsVersioned ? BlockColumns.IsVersioned : 0)
            | (tx.HasBalances ? BlockColumns.HasBalances : 0) | (tx.HasTokenBalances ? BlockColumns.HasTokenBalances : 0)
            | (tx.HasInnerInstructions ? BlockColumns.HasInnerInstructions : 0)));
        this[Column.SignatureCounts].WriteNumber((ulong)tx.SignatureCount);
        this[Column.Fees].WriteNumber(tx.FeeLamports);
        this[Column.ComputeUnits].WriteSigned(tx.ComputeUnits);
        this[Column.AccountCounts].WriteNumber((ulong)tx.AccountCount);
        this[Column.LoadedCounts].WriteNumber((ulong)(tx.AccountCount - tx.StaticAccountCount));
        this[Column.InstructionCounts].WriteNumber((ulong)tx.InstructionCount);
        this[Column.TokenBalanceCounts].WriteNumber((ulong)tx.TokenBalanceCount);
        this[Column.LogEventCounts].WriteNumber((ulong)tx.LogEventCount);
        this[Column.ErrorLengths].WriteNumber((ulong)tx.ErrorLength);
        this[Column.Errors].Write(block.Data.Span.Slice(tx.ErrorStart, tx.ErrorLength));
    }

    private void WriteAccounts(RawBlock block, in RawTransaction tx)
    {
        var keys = this[Column.AccountKeys];
        var pre = this[Column.PreBalances];
        var post = this[Column.PostBalances];
        for (var i = tx.AccountStart; i < tx.AccountStart + tx.AccountCount; i++)
        {
            var key = block.AccountKeys[i];
            keys.WriteNumber((ulong)key);
            if (!tx.HasBalances) { continue; }
            ref var lamports = ref _lamports[key];
            pre.WriteSigned((long)(block.PreBalances[i] - lamports));
            post.WriteSigned((long)(block.PostBalances[i] - block.PreBalances[i]));
            lamports = block.PostBalances[i];
        }
    }

    private void WriteInstructions(RawBlock block, in RawTransaction tx)
    {
        foreach (ref readonly var ix in block.Instructions.Span.Slice(tx.InstructionStart, tx.InstructionCount))
        {
            this[Column.InstructionFlags].WriteByte((byte)((ix.InnerIndex >= 0 ? BlockColumns.IsInner : 0) | (ix.IsRaw ? 0 : BlockColumns.IsParsedOnly)));
            this[Column.StackHeights].WriteByte(ix.StackHeight);
            this[Column.Programs].WriteNumber(ix.ProgramAccount);
            this[Column.InstructionAccountCounts].WriteNumber((ulong)ix.AccountCount);
            var accounts = this[Column.InstructionAccounts];
            foreach (var account in block.InstructionAccounts.Span.Slice(ix.AccountStart, ix.AccountCount)) { accounts.WriteNumber(account); }
            this[Column.DataLengths].WriteNumber((ulong)ix.DataLength);
            this[Column.Data].Write(block.Data.Span.Slice(ix.DataStart, ix.DataLength));
        }
    }

    private void WriteTokenBalances(RawBlock block, in RawTransaction tx)
    {
        foreach (ref readonly var balance in block.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount))
        {
            ref var memory = ref _tokens[block.AccountKeys[tx.AccountStart + balance.Account]];
            var isKnown = memory.Matches(balance);
            this[Column.TokenAccounts].WriteNumber((ulong)balance.Account);
            this[Column.TokenFlags].WriteByte((byte)((balance.HasPre ? BlockColumns.HasPre : 0) | (balance.HasPost ? BlockColumns.HasPost : 0)
                | (isKnown ? BlockColumns.IsKnownAccount : 0)));
            if (!isKnown)
            {
                var kinds = this[Column.TokenKinds];
                kinds.WriteNumber((ulong)balance.Mint);
                kinds.WriteNumber((ulong)(balance.Owner + 1));
                kinds.WriteNumber((ulong)(balance.TokenProgram + 1));
                kinds.WriteByte(balance.Decimals);
            }

            if (balance.HasPre) { this[Column.TokenPre].WriteSigned((long)(balance.Pre - (isKnown ? memory.Amount : 0))); }
            if (balance.HasPost) { this[Column.TokenPost].WriteSigned((long)(balance.Post - balance.Pre)); }
            memory.Keep(balance);
        }
    }

    private void WriteLogEvents(RawBlock block, in RawTransaction tx)
    {
        foreach (ref readonly var log in block.LogEvents.Span.Slice(tx.LogEventStart, tx.LogEventCount))
        {
            var sink = this[Column.LogEvents];
            sink.WriteNumber((ulong)log.Program);
            sink.WriteNumber((ulong)log.Invocation);
            sink.WriteByte(log.IsRayLog ? (byte)1 : (byte)0);
            sink.WriteNumber((ulong)log.DataLength);
            this[Column.LogData].Write(block.Data.Span.Slice(log.DataStart, log.DataLength));
        }
    }
}
