using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Says who holds what a swap moved: the owner of the accounts, unless tokens only pass through him.</summary>
/// <remarks>
/// A router trades through accounts of its own: what it receives leaves it in the same transaction and what it pays came in the same transaction. Such a conduit
/// has no position, and users of one router are not one actor; the signer is the holder then.
/// </remarks>
internal static class Holders
{
    public static bool IsSigner(in Transaction tx, in Pubkey key)
    {
        if (key == tx.Signer || tx.Signers.Span.Contains(key)) { return true; }
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.IsSigner && change.Owner == key) { return true; }
        }

        return false;
    }

    /// <summary>The holder of a swap's tokens.</summary>
    public static Pubkey Of(in Transaction tx, in Swap swap, ulong paid, ulong received)
    {
        if (IsSigner(tx, swap.Trader) || !IsConduit(tx, swap.Trader, swap, paid, received)) { return swap.Trader; }

        // The signer for whom it was traded: the one who has more or less of it; the fee payer where none has.
        var holder = tx.Signer;
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (!change.IsSigner || (change.Mint != swap.MintIn && change.Mint != swap.MintOut)) { continue; }
            if (change.Mint == WellKnown.WrappedSol && change.Owner != tx.Signer && Int128.Abs(change.Delta) * 2 < (change.Mint == swap.MintIn ? paid : received)) { continue; }
            if (change.Mint == swap.MintOut ? change.Delta > 0 : change.Delta < 0) { holder = change.Owner; }
            if (holder == tx.Signer) { break; }
        }

        return holder;
    }

    /// <summary>True when tokens pass through the account's owner both ways, keeping less than half of either.</summary>
    private static bool IsConduit(in Transaction tx, in Pubkey trader, in Swap swap, ulong paid, ulong received) =>
        tx.BalanceChanges.Count > 0 && DeltaOf(tx, trader, swap.MintOut) * 2 < received && -DeltaOf(tx, trader, swap.MintIn) * 2 < paid;

    /// <summary>True when what the swap gave still belongs to the holder after the transaction, or was handed on as a whole: a position was opened.</summary>
    public static bool Keeps(in Transaction tx, in Pubkey holder, in Swap swap, ulong received)
    {
        if (tx.BalanceChanges.Count == 0) { return true; }
        var kept = DeltaOf(tx, holder, swap.MintOut);
        if (kept * 2 >= received) { return true; }
        foreach (ref readonly var transfer in tx.Transfers.Span)
        {
            if (transfer.Mint == swap.MintOut && transfer.From == holder && transfer.To != holder) { kept += transfer.Amount; }
        }

        foreach (ref readonly var change in tx.AuthorityChanges.Span)
        {
            if (change.From == holder) { return true; }
        }

        return kept * 2 >= received;
    }

    /// <summary>True when what the swap took came from the holder's position, or was handed to him in the transaction as a whole.</summary>
    public static bool Gives(in Transaction tx, in Pubkey holder, in Swap swap, ulong paid)
    {
        if (tx.BalanceChanges.Count == 0) { return true; }
        var given = -DeltaOf(tx, holder, swap.MintIn);
        if (given * 2 >= paid) { return true; }
        foreach (ref readonly var transfer in tx.Transfers.Span)
        {
            if (transfer.Mint == swap.MintIn && transfer.To == holder && transfer.From != holder) { given += transfer.Amount; }
        }

        foreach (ref readonly var change in tx.AuthorityChanges.Span)
        {
            if (change.To == holder) { return true; }
        }

        return given * 2 >= paid;
    }

    private static Int128 DeltaOf(in Transaction tx, in Pubkey owner, in Pubkey mint)
    {
        Int128 sum = 0;
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.Mint == mint && change.Owner == owner) { sum += change.Delta; }
        }

        return sum;
    }
}
