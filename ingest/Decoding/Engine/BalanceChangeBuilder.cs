using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Net change of every owner's holdings over a transaction that swapped.</summary>
/// <remarks>
/// 1. Token accounts count for their owners by the change of their token amount; their lamports do not count.
/// 2. Every other account counts for itself by the change of its lamports, as wSOL; the fee payer gets the fee back.
/// 3. Rent of token accounts is taken out again: who paid for opening one gets it back, who received it on closing gives it back.
///    What an account holds beyond its wSOL is rent.
/// </remarks>
internal sealed class BalanceChangeBuilder(TransactionView view)
{
    private readonly Pile<(int Owner, int Mint, Int128 Delta)> _changes = new();

    public void Write(RecordList<BalanceChange> records)
    {
        _changes.Clear();
        ref readonly var tx = ref view.Tx;
        var tokens = view.Tokens.Span;
        foreach (ref readonly var balance in view.Raw.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount))
        {
            if ((uint)balance.Account >= (uint)tokens.Length) { continue; }
            Add(view.HolderOf(balance.Account), balance.Mint, (Int128)balance.Post - balance.Pre);
        }

        if (tx.HasBalances) { AddLamports(tokens); }
        foreach (ref readonly var change in _changes.Span)
        {
            if (change.Delta == 0) { continue; }
            ref var record = ref records.Add();
            record.Owner = view.Raw.Keys[change.Owner];
            record.Mint = view.Raw.Keys[change.Mint];
            record.Delta = change.Delta;
            record.IsSigner = view.IsSigner(change.Owner);
        }
    }

    private void AddLamports(ReadOnlySpan<TokenAccount> tokens)
    {
        var pre = view.Raw.PreBalances.Span.Slice(view.Tx.AccountStart, view.Tx.AccountCount);
        var post = view.Raw.PostBalances.Span.Slice(view.Tx.AccountStart, view.Tx.AccountCount);
        for (var i = 0; i < tokens.Length; i++)
        {
            if (IsTokenAccount(i, pre[i], post[i]))
            {
                ReturnRent(i, tokens[i], pre[i], post[i]);
                continue;
            }

            var delta = (Int128)post[i] - pre[i];
            if (i == 0) { delta += view.Tx.FeeLamports; }
            if (delta != 0) { Add(view.KeyAt(i), view.WrappedSol, delta); }
        }
    }

    /// <summary>True for an account with a token balance, and for one that was opened and closed in between.</summary>
    private bool IsTokenAccount(int account, ulong pre, ulong post)
    {
        if (view.Tokens[account].Balance >= 0) { return true; }
        if (pre != 0 || post != 0) { return false; }
        foreach (ref readonly var closing in view.Closings.Span)
        {
            if (closing.Account == account) { return true; }
        }

        return false;
    }

    private void ReturnRent(int account, in TokenAccount token, ulong pre, ulong post)
    {
        bool isOpened, isClosed;
        ulong wrappedPre = 0, wrappedPost = 0;
        if (token.Balance >= 0)
        {
            ref readonly var balance = ref view.Raw.TokenBalances[token.Balance];
            isOpened = !balance.HasPre && balance.HasPost && pre == 0;
            isClosed = balance.HasPre && !balance.HasPost && post == 0;
            if (balance.Mint == view.WrappedSol) { (wrappedPre, wrappedPost) = (balance.Pre, balance.Post); }
        }
        else
        {
            isOpened = isClosed = true;
        }

        if (isOpened && isClosed)
        {
            // Opened and closed in between: the rent went round; only its payer and its receiver may differ.
            var payer = PayerOf(account);
            var receiver = ReceiverOf(account);
            if (payer == receiver) { return; }
            var rent = RentOf(account, token.Mint);
            Add(view.KeyAt(payer), view.WrappedSol, rent);
            Add(view.KeyAt(receiver), view.WrappedSol, -(Int128)rent);
        }
        else if (isOpened && post >= wrappedPost)
        {
            Add(view.KeyAt(PayerOf(account)), view.WrappedSol, post - wrappedPost);
        }
        else if (isClosed && pre >= wrappedPre)
        {
            Add(view.KeyAt(ReceiverOf(account)), view.WrappedSol, -(Int128)(pre - wrappedPre));
        }
    }

    private int PayerOf(int account)
    {
        foreach (ref readonly var opening in view.Openings.Span)
        {
            if (opening.Account == account) { return opening.Payer; }
        }

        // Topped up before it was opened: the Associated Token program transfers what is missing.
        foreach (ref readonly var transfer in view.Transfers.Span)
        {
            if (transfer.IsNative && transfer.Destination == account) { return transfer.Source; }
        }

        return 0;
    }

    /// <summary>Lamports that an account was opened with. Those of a wSOL account may hold more than rent, which is value that moved.</summary>
    private ulong RentOf(int account, int mint)
    {
        foreach (ref readonly var opening in view.Openings.Span)
        {
            if (opening.Account == account) { return mint == view.WrappedSol ? Math.Min(opening.Lamports, WellKnown.TokenAccountRent) : opening.Lamports; }
        }

        return 0;
    }

    private int ReceiverOf(int account)
    {
        foreach (ref readonly var closing in view.Closings.Span)
        {
            if (closing.Account == account) { return closing.Receiver; }
        }

        return 0;
    }

    private void Add(int owner, int mint, Int128 delta)
    {
        foreach (ref var change in _changes.Span)
        {
            if (change.Owner != owner || change.Mint != mint) { continue; }
            change.Delta += delta;
            return;
        }

        _changes.Add() = (owner, mint, delta);
    }
}
