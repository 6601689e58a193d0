using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Archive;

/// <summary>Reads back what <see cref="BlockColumnWriter"/> wrote. Whatever the bytes are, the block that comes out is consistent.</summary>
internal sealed class BlockColumnReader
{
    // More than any block has; a damaged count must not make memory run out.
    private const int MaxCount = 16_000_000;

    private readonly int[] _starts = new int[(int)Column.Count + 1];
    private ulong[] _lamports = [];
    private TokenMemory[] _tokens = [];

    /// <summary>Fills the block; false when the bytes do not describe one.</summary>
    public bool TryRead(ReadOnlySpan<byte> loose, ReadOnlySpan<byte> packable, RawBlock block)
    {
        if (!TryFindColumns(packable)) { return false; }
        var header = Open(packable, Column.Header);
        block.Slot = header.ReadNumber();
        block.ParentSlot = block.Slot - (ulong)header.ReadSigned();
        var flags = header.ReadByte();
        var blockTime = header.ReadSigned();
        var blockHeight = header.ReadNumber();
        block.IsPartial = (flags & BlockColumns.IsPartial) != 0;
        block.BlockTime = (flags & BlockColumns.HasBlockTime) != 0 ? blockTime : null;
        block.BlockHeight = (flags & BlockColumns.HasBlockHeight) != 0 ? blockHeight : null;
        var keys = header.ReadCount(MaxCount);
        var rewards = header.ReadCount(MaxCount);
        var rejections = header.ReadCount(MaxCount);
        var transactions = header.ReadCount(MaxCount);
        if (header.Failed || loose.Length != (2L * Pubkey.Size) + ((long)keys * Pubkey.Size) + ((long)transactions * Signature.Size)) { return false; }

        block.Blockhash = new Pubkey(loose);
        block.PreviousBlockhash = new Pubkey(loose[Pubkey.Size..]);
        var keyBytes = loose.Slice(2 * Pubkey.Size, keys * Pubkey.Size);
        for (var i = 0; i < keys; i++)
        {
            if (block.Keys.Intern(new Pubkey(keyBytes[(i * Pubkey.Size)..])) != i) { return false; }
        }

        PrepareMemory(keys);
        return TryReadRewards(packable, block, rewards) && TryReadRejections(packable, block, rejections)
            && TryReadTransactions(packable, block, transactions, loose[((2 + keys) * Pubkey.Size)..])
            && TryReadAccounts(packable, block) && TryReadInstructions(packable, block)
            && TryReadTokenBalances(packable, block) && TryReadLogEvents(packable, block);
    }

    private bool TryFindColumns(ReadOnlySpan<byte> packable)
    {
        var cursor = new ByteCursor(packable);
        Span<int> lengths = stackalloc int[(int)Column.Count];
        long total = 0;
        foreach (ref var length in lengths)
        {
            length = cursor.ReadCount(packable.Length);
            total += length;
        }

        // What the lengths themselves take is what is left.
        if (cursor.Failed || total > packable.Length) { return false; }
        var at = (int)(packable.Length - total);
        for (var i = 0; i < lengths.Length; i++)
        {
            _starts[i] = at;
            at += lengths[i];
        }

        _starts[^1] = at;
        return true;
    }

    private ByteCursor Open(ReadOnlySpan<byte> packable, Column column) => new(packable[_starts[(int)column].._starts[(int)column + 1]]);

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

    private bool TryReadRewards(ReadOnlySpan<byte> packable, RawBlock block, int count)
    {
        var column = Open(packable, Column.Rewards);
        for (var i = 0; i < count; i++)
        {
            var account = column.ReadCount(block.Keys.Count - 1);
            var lamports = column.ReadSigned();
            var kind = column.ReadByte();
            if (column.Failed) { return false; }
            block.Rewards.Add(new RawReward(account, lamports, (RewardKind)kind));
        }

        return true;
    }

    private bool TryReadRejections(ReadOnlySpan<byte> packable, RawBlock block, int count)
    {
        var column = Open(packable, Column.Rejections);
        for (var i = 0; i < count; i++)
        {
            var transaction = column.ReadCount(int.MaxValue);
            var reason = Encoding.UTF8.GetString(column.Read(column.ReadCount(1000)));
            if (column.Failed) { return false; }
            block.Rejections.Add(new RawRejection(transaction, RejectReasons.Known(reason)));
        }

        return true;
    }

    private bool TryReadTransactions(ReadOnlySpan<byte> packable, RawBlock block, int count, ReadOnlySpan<byte> signatures)
    {
        var indexes = Open(packable, Column.TransactionIndexes);
        var flagBytes = Open(packable, Column.TransactionFlags);
        var signatureCounts = Open(packable, Column.SignatureCounts);
        var fees = Open(packable, Column.Fees);
        var units = Open(packable, Column.ComputeUnits);
        var accounts = Open(packable, Column.AccountCounts);
        var loaded = Open(packable, Column.LoadedCounts);
        var instructions = Open(packable, Column.InstructionCounts);
        var tokens = Open(packable, Column.TokenBalanceCounts);
        var logs = Open(packable, Column.LogEventCounts);
        var errorLengths = Open(packable, Column.ErrorLengths);
        var errors = Open(packable, Column.Errors);
        var into = block.Transactions.Reserve(count);
        long next = 0;
        int accountStart = 0, instructionStart = 0, tokenStart = 0, logStart = 0;
        for (var i = 0; i < count; i++)
        {
            ref var tx = ref into[i];
            next += indexes.ReadSigned();
            var flags = flagBytes.ReadByte();
            tx = new RawTransaction
            {
                Index = (int)next,
                Signature = new Signature(signatures[(i * Signature.Size)..]),
                SignatureCount = signatureCounts.ReadCount(byte.MaxValue),
                IsVote = (flags & BlockColumns.IsVote) != 0,
                IsFailed = (flags & BlockColumns.IsFailed) != 0,
                IsVersioned = (flags & BlockColumns.IsVersioned) != 0,
                HasBalances = (flags & BlockColumns.HasBalances) != 0,
                HasTokenBalances = (flags & BlockColumns.HasTokenBalances) != 0,
                HasInnerInstructions = (flags & BlockColumns.HasInnerInstructions) != 0,
                FeeLamports = fees.ReadNumber(),
                ComputeUnits = units.ReadSigned(),
                AccountStart = accountStart,
                AccountCount = accounts.ReadCount(ushort.MaxValue),
                InstructionStart = instructionStart,
                InstructionCount = instructions.ReadCount(MaxCount),
                TokenBalanceStart = tokenStart,
                TokenBalanceCount = tokens.ReadCount(MaxCount),
                LogEventStart = logStart,
                LogEventCount = logs.ReadCount(MaxCount),
                ErrorStart = block.Data.Count,
            };
            tx.StaticAccountCount = tx.AccountCount - loaded.ReadCount(tx.AccountCount);
            var error = errors.Read(errorLengths.ReadCount(MaxCount));
            tx.ErrorLength = error.Length;
            block.Data.AddRange(error);
            if (next is < 0 or > int.MaxValue) { return false; }
            next++;
            accountStart += tx.AccountCount;
            instructionStart += tx.InstructionCount;
            tokenStart += tx.TokenBalanceCount;
            logStart += tx.LogEventCount;
            if (Math.Max(Math.Max(accountStart, instructionStart), Math.Max(tokenStart, logStart)) > MaxCount) { return false; }
        }

        return !(indexes.Failed || flagBytes.Failed || signatureCounts.Failed || fees.Failed || units.Failed || accounts.Failed || loaded.Failed
            || instructions.Failed || tokens.Failed || logs.Failed || errorLengths.Failed || errors.Failed);
    }

    private bool TryReadAccounts(ReadOnlySpan<byte> packable, RawBlock block)
    {
        var keys = Open(packable, Column.AccountKeys);
        var preBalances = Open(packable, Column.PreBalances);
        var postBalances = Open(packable, Column.PostBalances);
        var lastKey = block.Keys.Count - 1;
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            var into = block.AccountKeys.Reserve(tx.AccountCount);
            var pre = block.PreBalances.Reserve(tx.AccountCount);
            var post = block.PostBalances.Reserve(tx.AccountCount);
            for (var i = 0; i < into.Length; i++) { into[i] = keys.ReadCount(lastKey); }
            if (keys.Failed) { return false; }
            if (!tx.HasBalances)
            {
                pre.Clear();
                post.Clear();
                continue;
            }

            for (var i = 0; i < into.Length; i++)
            {
                ref var lamports = ref _lamports[into[i]];
                pre[i] = lamports + (ulong)preBalances.ReadSigned();
                lamports = post[i] = pre[i] + (ulong)postBalances.ReadSigned();
            }

            if (preBalances.Failed || postBalances.Failed) { return false; }
        }

        return true;
    }

    private bool TryReadInstructions(ReadOnlySpan<byte> packable, RawBlock block)
    {
        var flagBytes = Open(packable, Column.InstructionFlags);
        var heights = Open(packable, Column.StackHeights);
        var programs = Open(packable, Column.Programs);
        var accountCounts = Open(packable, Column.InstructionAccountCounts);
        var accountNumbers = Open(packable, Column.InstructionAccounts);
        var dataLengths = Open(packable, Column.DataLengths);
        var data = Open(packable, Column.Data);
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            if (tx.InstructionCount > 0 && tx.AccountCount == 0) { return false; }
            var lastAccount = tx.AccountCount - 1;
            int outer = -1, inner = -1;
            for (var i = 0; i < tx.InstructionCount; i++)
            {
                var flags = flagBytes.ReadByte();
                var isInner = (flags & BlockColumns.IsInner) != 0;
                inner = isInner ? inner + 1 : -1;
                outer += isInner ? 0 : 1;
                var instruction = new RawInstruction
                {
                    OuterIndex = (short)outer,
                    InnerIndex = (short)inner,
                    IsRaw = (flags & BlockColumns.IsParsedOnly) == 0,
                    StackHeight = heights.ReadByte(),
                    ProgramAccount = (ushort)programs.ReadCount(lastAccount),
                    AccountStart = block.InstructionAccounts.Count,
                    AccountCount = accountCounts.ReadCount(packable.Length),
                    DataStart = block.Data.Count,
                };
                var bytes = data.Read(dataLengths.ReadCount(packable.Length));
                instruction.DataLength = bytes.Length;
                block.Data.AddRange(bytes);
                if (accountCounts.Failed || outer < 0 || outer > short.MaxValue || inner > short.MaxValue) { return false; }
                foreach (ref var account in block.InstructionAccounts.Reserve(instruction.AccountCount))
                {
                    account = (ushort)accountNumbers.ReadCount(lastAccount);
                }

                if (flagBytes.Failed || accountNumbers.Failed) { return false; }
                block.Instructions.Add(instruction);
            }
        }

        return !(heights.Failed || programs.Failed || dataLengths.Failed || data.Failed);
    }

    private bool TryReadTokenBalances(ReadOnlySpan<byte> packable, RawBlock block)
    {
        var accounts = Open(packable, Column.TokenAccounts);
        var flagBytes = Open(packable, Column.TokenFlags);
        var kinds = Open(packable, Column.TokenKinds);
        var pre = Open(packable, Column.TokenPre);
        var post = Open(packable, Column.TokenPost);
        var keys = block.Keys.Count;
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            if (tx.TokenBalanceCount > 0 && tx.AccountCount == 0) { return false; }
            for (var i = 0; i < tx.TokenBalanceCount; i++)
            {
                var flags = flagBytes.ReadByte();
                var isKnown = (flags & BlockColumns.IsKnownAccount) != 0;
                var balance = new RawTokenBalance
                {
                    Account = accounts.ReadCount(tx.AccountCount - 1),
                    HasPre = (flags & BlockColumns.HasPre) != 0,
                    HasPost = (flags & BlockColumns.HasPost) != 0,
                };
                if (accounts.Failed || flagBytes.Failed) { return false; }
                ref var memory = ref _tokens[block.AccountKeys[tx.AccountStart + balance.Account]];
                if (isKnown)
                {
                    (balance.Mint, balance.Owner, balance.TokenProgram, balance.Decimals) =
                        (memory.Mint, memory.Owner, memory.TokenProgram, memory.Decimals);
                }
                else
                {
                    balance.Mint = kinds.ReadCount(keys - 1);
                    balance.Owner = kinds.ReadCount(keys) - 1;
                    balance.TokenProgram = kinds.ReadCount(keys) - 1;
                    balance.Decimals = kinds.ReadByte();
                }

                if (balance.HasPre) { balance.Pre = (isKnown ? memory.Amount : 0) + (ulong)pre.ReadSigned(); }
                if (balance.HasPost) { balance.Post = balance.Pre + (ulong)post.ReadSigned(); }
                if (kinds.Failed || pre.Failed || post.Failed || (isKnown && !memory.IsKnown)) { return false; }
                memory.Keep(balance);
                block.TokenBalances.Add(balance);
            }
        }

        return true;
    }

    private bool TryReadLogEvents(ReadOnlySpan<byte> packable, RawBlock block)
    {
        var column = Open(packable, Column.LogEvents);
        var data = Open(packable, Column.LogData);
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            for (var i = 0; i < tx.LogEventCount; i++)
            {
                var log = new RawLogEvent
                {
                    Program = column.ReadCount(block.Keys.Count - 1),
                    Invocation = column.ReadCount(int.MaxValue),
                    IsRayLog = column.ReadByte() != 0,
                    DataStart = block.Data.Count,
                };
                var bytes = data.Read(column.ReadCount(packable.Length));
                if (column.Failed || data.Failed) { return false; }
                log.DataLength = bytes.Length;
                block.Data.AddRange(bytes);
                block.LogEvents.Add(log);
            }
        }

        return true;
    }
}
