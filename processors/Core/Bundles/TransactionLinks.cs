using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Bundles;

/// <summary>Says what ties two transactions together.</summary>
/// <remarks>
/// A person of a transaction is who signs, trades, provides liquidity or liquidates in it. A router's shared account trades for
/// everybody and never signs, so a person that both have only counts when it signed one of them.
/// </remarks>
internal static class TransactionLinks
{
    private const BundleLinks Persons = BundleLinks.Signer | BundleLinks.Owner | BundleLinks.Transfer;

    /// <summary>True when one of the links is a person's doing.</summary>
    public static bool IsPerson(BundleLinks links) => (links & Persons) != 0;

    /// <summary>Every link between the two.</summary>
    public static BundleLinks Between(in Transaction first, in Transaction second)
    {
        var links = first.Signer == second.Signer ? BundleLinks.Signer : BundleLinks.None;
        if (SharesPool(first, second)) { links |= BundleLinks.Pool; }
        if (SharesMint(first, second)) { links |= BundleLinks.Mint; }
        if (SharesOwner(first, second) || SharesOwner(second, first)) { links |= BundleLinks.Owner; }
        if (HandsTo(first, second) || HandsTo(second, first)) { links |= BundleLinks.Transfer; }
        return links;
    }

    private static bool SharesPool(in Transaction first, in Transaction second)
    {
        foreach (ref readonly var swap in first.Swaps.Span)
        {
            if (UsesPool(second, swap.Pool)) { return true; }
        }

        foreach (ref readonly var change in first.LiquidityChanges.Span)
        {
            if (UsesPool(second, change.Pool)) { return true; }
        }

        return false;
    }

    private static bool UsesPool(in Transaction tx, in Pubkey pool)
    {
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            if (swap.Pool == pool) { return true; }
        }

        foreach (ref readonly var change in tx.LiquidityChanges.Span)
        {
            if (change.Pool == pool) { return true; }
        }

        return false;
    }

    private static bool SharesMint(in Transaction first, in Transaction second)
    {
        foreach (ref readonly var swap in first.Swaps.Span)
        {
            if (Trades(second, swap.MintIn) || Trades(second, swap.MintOut)) { return true; }
        }

        return false;
    }

    private static bool Trades(in Transaction tx, in Pubkey mint)
    {
        if (tx.Swaps.Count == 0 || KnownMints.UnitOf(mint) != MintUnit.None) { return false; }
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            if (swap.MintIn == mint || swap.MintOut == mint) { return true; }
        }

        return false;
    }

    /// <summary>True when somebody who signed <paramref name="signed"/> is a person of the other, beyond a fee payer that both have.</summary>
    private static bool SharesOwner(in Transaction signed, in Transaction other)
    {
        if (signed.Signer != other.Signer && IsPersonOf(other, signed.Signer)) { return true; }
        foreach (var signer in signed.Signers.Span)
        {
            if (IsPersonOf(other, signer)) { return true; }
        }

        return false;
    }

    private static bool HandsTo(in Transaction from, in Transaction to)
    {
        foreach (ref readonly var transfer in from.Transfers.Span)
        {
            if (transfer.From != transfer.To && IsPersonOf(from, transfer.From) && IsPersonOf(to, transfer.To)) { return true; }
        }

        foreach (ref readonly var change in from.AuthorityChanges.Span)
        {
            if (change.From != change.To && IsPersonOf(from, change.From) && IsPersonOf(to, change.To)) { return true; }
        }

        return false;
    }

    private static bool IsPersonOf(in Transaction tx, in Pubkey key)
    {
        if (tx.Signer == key || tx.Signers.Span.Contains(key)) { return true; }
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            if (swap.Trader == key) { return true; }
        }

        foreach (ref readonly var change in tx.LiquidityChanges.Span)
        {
            if (change.Provider == key) { return true; }
        }

        foreach (ref readonly var call in tx.Liquidations.Span)
        {
            if (call.Liquidator == key) { return true; }
        }

        return false;
    }
}
