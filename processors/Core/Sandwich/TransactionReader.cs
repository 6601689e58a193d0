using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Turns transactions into legs, and tells the book of them and of what was handed on, in order of execution.</summary>
internal sealed class TransactionReader(GroupFacts facts, PositionBook book, PriceLinks priceLinks, PriceBook prices)
{
    /// <summary>True for a transaction that did something that is looked at; one that failed did nothing.</summary>
    public static bool IsOfInterest(in Transaction tx) => tx.Status == TransactionStatus.Success
        && (tx.Swaps.Count > 0 || tx.Transfers.Count > 0 || tx.AuthorityChanges.Count > 0 || tx.LiquidityChanges.Count > 0);

    /// <summary>Asks memory for what later transactions' first swaps will be looked up in: first the places in the tables, then the markets that they name.</summary>
    public void Fetch(ReadOnlySpan<Transaction> transactions, int at, MarketHashes hashes)
    {
        const int Found = 2, Written = 6;
        facts.FetchEnds(Written);
        var later = at + MarketHashes.Ahead;
        if (later < transactions.Length && transactions[later].Swaps.Count > 0)
        {
            facts.Keys.Fetch(transactions[later].Signer);
            facts.Markets.FetchPlace(hashes[later]);
        }

        if (at + Found < transactions.Length && transactions[at + Found].Swaps.Count > 0) { facts.Markets.Fetch(hashes[at + Found]); }
    }

    /// <summary>Takes a transaction of interest.</summary>
    /// <param name="tx">Transaction.</param>
    /// <param name="at">Its place in the block's list.</param>
    /// <param name="reading">What it says by itself.</param>
    public void Take(in Transaction tx, int at, TransactionReading reading)
    {
        var swaps = tx.Swaps.Span;
        if (swaps.Length > 0) { facts.AddTransaction(tx, at, reading); }
        var first = facts.Legs.Count;
        int transfer = 0, handOver = 0;
        for (var i = 0; i < swaps.Length; i++)
        {
            HandOn(tx, swaps[i].IxIndex, swaps[i].InnerIxIndex, ref transfer, ref handOver);
            AddSwap(tx, i, reading.Swaps[i]);
        }

        HandOn(tx, int.MaxValue, 0, ref transfer, ref handOver);
        priceLinks.Add(facts, first, facts.Legs.Count);
        foreach (ref readonly var change in tx.LiquidityChanges.Span)
        {
            facts.Liquidity.Add(new LiquidityFact(change.Pool, facts.Keys.Intern(change.Provider), facts.Legs.Count));
        }
    }

    private void AddSwap(in Transaction tx, int at, in SwapReading reading)
    {
        ref readonly var swap = ref tx.Swaps[at];
        ref readonly var of = ref facts.TxFacts[facts.TxFacts.Count - 1];
        var lane = facts.Markets.LaneOf(swap, reading.MarketHash);
        ref var market = ref facts.Markets.Pool(Markets.PoolOf(lane));
        if (market.TellsPriceOf(swap)) { prices.Take(swap, of.Slot, (lane & 1) == 0, ref market.Price); }
        if (reading.IsRepeated) { return; }
        var owner = reading.IsSigner ? of.Signer : facts.Keys.Intern(reading.Holder);
        facts.AddLeg(at, swap, lane, owner, reading);
        if (reading.Counts) { book.Take(facts.Legs.Count - 1, tx, reading.Signs); }
    }

    /// <summary>Tells of transfers and hand-overs before a place of the transaction.</summary>
    private void HandOn(in Transaction tx, int ix, int inner, ref int transfer, ref int handOver)
    {
        for (; transfer < tx.Transfers.Count; transfer++)
        {
            ref readonly var next = ref tx.Transfers[transfer];
            if (!IsBefore(next.IxIndex, next.InnerIxIndex, ix, inner)) { break; }
            book.Transfer(next, tx.Signature);
        }

        for (; handOver < tx.AuthorityChanges.Count; handOver++)
        {
            ref readonly var next = ref tx.AuthorityChanges[handOver];
            if (!IsBefore(next.IxIndex, next.InnerIxIndex, ix, inner)) { break; }
            book.HandOver(next, tx.Signature);
        }
    }

    private static bool IsBefore(int ix, int inner, int otherIx, int otherInner) => ix != otherIx ? ix < otherIx : inner < otherInner;
}
