using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Reads a transaction's instructions once: the call tree, what moved, and what is known of token accounts.</summary>
/// <remarks>
/// 1. The tree comes from the recorded heights. Old blocks have none: there an instruction belongs to the nearest open frame
///    that had all of its accounts and its program at hand, since a program can only pass on what it was given.
/// 2. Token and System instructions become transfers, account openings and closings, supply changes.
/// 3. Mints that neither instruction nor balances tell are taken from the other side of a transfer, unknown owners from who
///    signed for the account.
/// Instruction tags: source of the SPL Token, Token-2022 and System programs.
/// </remarks>
internal sealed class FlowBuilder(TransactionView view)
{
    private readonly Pile<int> _open = new();

    public void Build()
    {
        var instructions = view.Instructions;
        var frames = view.Frames.Resize(instructions.Length);
        _open.Clear();
        for (var i = 0; i < instructions.Length; i++)
        {
            ref readonly var ix = ref instructions[i];
            var depth = ix.StackHeight == 1 || ix.InnerIndex < 0 ? 0
                : ix.StackHeight >= 2 ? Math.Min(ix.StackHeight - 1, _open.Count)
                : DepthByAccounts(instructions, ix);
            Close(frames, depth, i);

            ref var frame = ref frames[i];
            frame.Program = view.KeyAt(ix.ProgramAccount);
            frame.Entry = view.EntryOfKey[frame.Program];
            frame.Height = (byte)Math.Min(depth + 1, byte.MaxValue);
            frame.IsSwap = false;
            frame.IsExplained = false;
            frame.IsByMovements = false;
            frame.Parent = depth == 0 ? -1 : _open[depth - 1];
            frame.End = instructions.Length;
            frame.FirstTransfer = view.Transfers.Count;
            frame.EndTransfer = 0;
            _open.Add() = i;

            if (!ix.IsRaw)
            {
                view.HasOpaque = true;
                continue;
            }

            var entry = view.Entries[frame.Entry];
            if (entry.Kind == ProgramKind.Token) { ReadToken(i, entry, view.AccountsOf(ix), view.DataOf(ix)); }
            else if (entry.Kind == ProgramKind.System) { ReadSystem(i, view.AccountsOf(ix), view.DataOf(ix)); }
        }

        Close(frames, 0, instructions.Length);
        ResolveMints();
        ResolveOwners();
    }

    private void Close(Span<Frame> frames, int depth, int next)
    {
        while (_open.Count > depth)
        {
            ref var closed = ref frames[_open[_open.Count - 1]];
            closed.End = next;
            closed.EndTransfer = view.Transfers.Count;
            _open.Resize(_open.Count - 1);
        }
    }

    private int DepthByAccounts(ReadOnlySpan<RawInstruction> instructions, in RawInstruction ix)
    {
        for (var depth = _open.Count; depth > 1; depth--)
        {
            var candidate = _open[depth - 1];
            var kind = view.Entries[view.Frames[candidate].Entry].Kind;
            if (kind is ProgramKind.Token or ProgramKind.System or ProgramKind.ComputeBudget or ProgramKind.Builtin or ProgramKind.Plumbing) { continue; }
            if (Reaches(instructions[candidate], ix)) { return depth; }
        }

        return Math.Min(1, _open.Count);
    }

    private bool Reaches(in RawInstruction caller, in RawInstruction callee)
    {
        var given = view.AccountsOf(caller);
        if (!given.Contains(callee.ProgramAccount)) { return false; }
        foreach (var account in view.AccountsOf(callee))
        {
            if (!given.Contains(account)) { return false; }
        }

        return true;
    }

    private void ReadToken(int frame, ProgramEntry token, ReadOnlySpan<ushort> accounts, ReadOnlySpan<byte> data)
    {
        if (data.Length == 0) { return; }
        switch (data[0])
        {
            case 3 when data.Length >= 9 && InRange(accounts, 3): // Transfer
                AddTransfer(frame, token, accounts[0], accounts[1], accounts[2], -1, U64(data, 1), 0);
                break;
            case 12 when data.Length >= 9 && InRange(accounts, 4): // TransferChecked
                AddTransfer(frame, token, accounts[0], accounts[2], accounts[3], view.KeyAt(accounts[1]), U64(data, 1), 0);
                break;
            case 26 when data.Length >= 19 && data[1] == 1 && InRange(accounts, 4): // TransferCheckedWithFee
                AddTransfer(frame, token, accounts[0], accounts[2], accounts[3], view.KeyAt(accounts[1]), U64(data, 2), U64(data, 11));
                view.Transfers[view.Transfers.Count - 1].MayWithhold = false;
                break;
            case 45 when data.Length >= 10 && data[1] == 1 && InRange(accounts, 3): // UnwrapLamports of a given amount
                AddTransfer(frame, token, accounts[0], accounts[1], accounts[2], view.WrappedSol, U64(data, 2), 0);
                break;
            case 1 when InRange(accounts, 3): // InitializeAccount
                Opened(accounts[0], accounts[1], view.KeyAt(accounts[2]));
                break;
            case 16 or 18 when data.Length >= 33 && InRange(accounts, 2): // InitializeAccount2, InitializeAccount3
                Opened(accounts[0], accounts[1], view.Raw.Keys.Find(new Pubkey(data.Slice(1, 32))));
                break;
            case 6 when data.Length >= 35 && data[1] == 2 && data[2] == 1 && InRange(accounts, 2): // SetAuthority of AccountOwner to somebody
                view.HandOvers.Add() = (frame, accounts[0], accounts[1], new Pubkey(data.Slice(3, 32)));
                break;
            case 7 or 14 when InRange(accounts, 2): // MintTo, MintToChecked
                view.SupplyChanges.Add() = (frame, view.KeyAt(accounts[0]));
                break;
            case 8 or 15 when InRange(accounts, 2): // Burn, BurnChecked
                view.SupplyChanges.Add() = (frame, view.KeyAt(accounts[1]));
                break;
            case 9 when InRange(accounts, 2): // CloseAccount
                view.Closings.Add() = (accounts[0], accounts[1]);
                break;
            case 255: // Batch: several instructions in one, each with its counts of accounts and bytes before it
                ReadBatch(frame, token, accounts, data[1..]);
                break;
        }
    }

    private void ReadBatch(int frame, ProgramEntry token, ReadOnlySpan<ushort> accounts, ReadOnlySpan<byte> data)
    {
        while (data.Length >= 2)
        {
            int accountCount = data[0], length = data[1];
            data = data[2..];
            if (accountCount > accounts.Length || length > data.Length) { return; }
            if (length > 0 && data[0] != 255) { ReadToken(frame, token, accounts[..accountCount], data[..length]); }
            accounts = accounts[accountCount..];
            data = data[length..];
        }
    }

    private void ReadSystem(int frame, ReadOnlySpan<ushort> accounts, ReadOnlySpan<byte> data)
    {
        if (data.Length < 12 || !InRange(accounts, 2)) { return; }
        switch (BinaryPrimitives.ReadUInt32LittleEndian(data))
        {
            case 0: // CreateAccount
                view.Openings.Add() = (accounts[0], accounts[1], U64(data, 4));
                break;
            case 2: // Transfer
                AddNative(frame, accounts[0], accounts[1], U64(data, 4));
                break;
            case 3 when data.Length >= 44: // CreateAccountWithSeed: base key, seed with its length, lamports
                var at = 44 + (long)Math.Min(U64(data, 36), (ulong)data.Length);
                if (at + 8 <= data.Length) { view.Openings.Add() = (accounts[0], accounts[1], U64(data, (int)at)); }
                break;
            case 11 when InRange(accounts, 3): // TransferWithSeed: from, base, to
                AddNative(frame, accounts[0], accounts[2], U64(data, 4));
                break;
            case 13: // CreateAccountAllowPrefund: the account comes first, who pays second
                view.Openings.Add() = (accounts[1], accounts[0], U64(data, 4));
                break;
        }
    }

    private void AddTransfer(int frame, ProgramEntry token, int source, int destination, int authority, int mint, ulong amount, ulong fee)
    {
        if (mint >= 0)
        {
            if (view.Tokens[source].Mint < 0) { view.Tokens[source].Mint = mint; }
            if (view.Tokens[destination].Mint < 0 && view.Tokens[source].Mint == mint && mint != view.WrappedSol) { view.Tokens[destination].Mint = mint; }
        }

        if (amount == 0 || source == destination) { return; }
        view.Transfers.Add() = new()
        {
            Frame = frame,
            Holder = view.Frames[frame].Parent,
            ClaimedBy = -1,
            Source = source,
            Destination = destination,
            Authority = authority,
            Mint = mint,
            Sent = amount,
            Received = amount - Math.Min(fee, amount),
            MayWithhold = token.IsToken2022,
        };
    }

    private void AddNative(int frame, int source, int destination, ulong lamports)
    {
        if (lamports == 0 || source == destination) { return; }
        view.Transfers.Add() = new()
        {
            Frame = frame,
            Holder = view.Frames[frame].Parent,
            ClaimedBy = -1,
            Source = source,
            Destination = destination,
            Authority = source,
            Mint = view.WrappedSol,
            Sent = lamports,
            Received = lamports,
            IsNative = true,
        };
    }

    private void Opened(int account, int mint, int owner)
    {
        ref var token = ref view.Tokens[account];
        if (token.Mint < 0) { token.Mint = view.KeyAt(mint); }
        if (token.Owner < 0) { token.Owner = owner; }
    }

    private void ResolveMints()
    {
        var transfers = view.Transfers.Span;
        // A chain of unknown accounts needs as many rounds as it has links; two cover an account opened and closed in between.
        for (var round = 0; round < 2; round++)
        {
            var unknown = false;
            foreach (ref var transfer in transfers)
            {
                if (transfer.IsNative) { continue; }
                ref var source = ref view.Tokens[transfer.Source];
                ref var destination = ref view.Tokens[transfer.Destination];
                if (transfer.Mint < 0) { transfer.Mint = source.Mint >= 0 ? source.Mint : destination.Mint; }
                if (transfer.Mint < 0)
                {
                    unknown = true;
                    continue;
                }

                if (source.Mint < 0) { source.Mint = transfer.Mint; }
                if (destination.Mint < 0 && transfer.Mint != view.WrappedSol) { destination.Mint = transfer.Mint; }
            }

            if (!unknown) { return; }
        }
    }

    private void ResolveOwners()
    {
        foreach (ref var transfer in view.Transfers.Span)
        {
            if (transfer.IsNative) { continue; }
            ref var source = ref view.Tokens[transfer.Source];
            if (source.Owner < 0) { source.Owner = view.KeyAt(transfer.Authority); }
        }
    }

    private bool InRange(ReadOnlySpan<ushort> accounts, int count)
    {
        if (accounts.Length < count) { return false; }
        var limit = view.Tx.AccountCount;
        for (var i = 0; i < count; i++)
        {
            if (accounts[i] >= limit) { return false; }
        }

        return true;
    }

    private static ulong U64(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadUInt64LittleEndian(data[at..]);
}
