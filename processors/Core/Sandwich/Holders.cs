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

    /// <summary>What a swap means for its holder's position.</summary>
    /// <param name="keeps">True when what the swap gave still belongs to the holder after the transaction, or was handed on as a whole: a position was opened.</param>
    /// <param name="gives">True when what the swap took came from the holder's position, or was handed to him in the transaction as a whole.</param>
    public static void Positions(in Transaction tx, in Pubkey holder, in Swap swap, ulong paid, ulong received, out bool keeps, out bool gives)
    {
        keeps = gives = true;
        if (tx.BalanceChanges.Count == 0) { return; }
        Int128 kept = 0, given = 0;
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.Owner != holder) { continue; }
            if (change.Mint == swap.MintOut) { kept += change.Delta; }
            if (change.Mint == swap.MintIn) { given -= change.Delta; }
        }

        keeps = IsHalf(kept, received) || HandsOn(tx, holder, swap.MintOut, kept, received);
        gives = IsHalf(given, paid) || IsHanded(tx, holder, swap.MintIn, given, paid);
    }

    private static bool HandsOn(in Transaction tx, in Pubkey holder, in Pubkey mint, Int128 kept, ulong received)
    {
        foreach (ref readonly var transfer in tx.Transfers.Span)
        {
            if (transfer.Mint == mint && transfer.From == holder && transfer.To != holder) { kept += transfer.Amount; }
        }

        foreach (ref readonly var change in tx.AuthorityChanges.Span)
        {
            if (change.From == holder) { return true; }
        }

        return IsHalf(kept, received);
    }

    private static bool IsHanded(in Transaction tx, in Pubkey holder, in Pubkey mint, Int128 given, ulong paid)
    {
        foreach (ref readonly var transfer in tx.Transfers.Span)
        {
            if (transfer.Mint == mint && transfer.To == holder && transfer.From != holder) { given += transfer.Amount; }
        }

        foreach (ref readonly var change in tx.AuthorityChanges.Span)
        {
            if (change.To == holder) { return true; }
        }

        return IsHalf(given, paid);
    }

    private static bool IsHalf(Int128 part, ulong whole) => part >= whole - (whole >> 1);

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
