namespace Sluice.Ingest.Decoding.Engine;

/// <summary>What recorded balances add to transfers: reserves before a swap, fees that a mint withheld, lamports that moved silently.</summary>
internal static class Balances
{
    /// <summary>
    /// Base units that reached the destination of a transfer. A Token-2022 mint may withhold a fee that the instruction does not
    /// state; the shortfall of the account over the whole transaction is spread over its receipts in proportion.
    /// </summary>
    public static ulong Received(TransactionView view, int index)
    {
        ref readonly var transfer = ref view.Transfers[index];
        if (!transfer.MayWithhold) { return transfer.Received; }
        var entry = view.Tokens[transfer.Destination].Balance;
        if (entry < 0) { return transfer.Received; }
        ref readonly var balance = ref view.Raw.TokenBalances[entry];
        if (!balance.HasPost) { return transfer.Received; }

        UInt128 paidIn = 0, paidOut = 0;
        foreach (ref readonly var other in view.Transfers.Span)
        {
            if (other.IsNative) { continue; }
            if (other.Destination == transfer.Destination) { paidIn += other.Received; }
            if (other.Source == transfer.Destination) { paidOut += other.Sent; }
        }

        var expected = balance.Pre + paidIn;
        var actual = balance.Post + paidOut;
        if (expected <= actual || paidIn == 0) { return transfer.Received; }
        var shortfall = expected - actual;
        if (shortfall > paidIn) { return transfer.Received; }
        // Fees are rounded up by the token program, hence the ceiling.
        return transfer.Received - (ulong)(((shortfall * transfer.Received) + paidIn - 1) / paidIn);
    }

    /// <summary>Fills in the vaults' balances just before the swap's first transfer, where they were recorded.</summary>
    public static void Reserves(TransactionView view, ref SwapDraft swap, int firstTransfer)
    {
        swap.ReserveIn = Before(view, swap.VaultIn, firstTransfer);
        swap.ReserveOut = Before(view, swap.VaultOut, firstTransfer);
    }

    private static ulong? Before(TransactionView view, int account, int firstTransfer)
    {
        var entry = view.Tokens[account].Balance;
        if (entry < 0) { return null; }
        var amount = view.Raw.TokenBalances[entry].Pre;
        for (var t = 0; t < firstTransfer; t++)
        {
            ref readonly var transfer = ref view.Transfers[t];
            if (transfer.IsNative) { continue; }
            if (transfer.Destination == account) { unchecked { amount += Received(view, t); } }
            else if (transfer.Source == account) { unchecked { amount -= transfer.Sent; } }
        }

        return amount;
    }

    /// <summary>Lamports that an account gained or lost over the transaction; 0 when it went the other way or nothing is recorded.</summary>
    public static ulong LamportChange(TransactionView view, int account, bool gained)
    {
        if (!view.Tx.HasBalances) { return 0; }
        var pre = view.Raw.PreBalances[view.Tx.AccountStart + account];
        var post = view.Raw.PostBalances[view.Tx.AccountStart + account];
        return gained ? (post > pre ? post - pre : 0) : (pre > post ? pre - post : 0);
    }
}
