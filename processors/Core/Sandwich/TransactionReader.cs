using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Turns transactions into legs, and tells the book of them and of what was handed on, in order of execution.</summary>
internal sealed class TransactionReader(GroupFacts facts, PositionBook book, PriceLinks priceLinks, PriceBook prices)
{
    /// <summary>True for a transaction that did something that is looked at; one that failed did nothing.</summary>
    public static bool IsOfInterest(in Transaction tx) => tx.Status == TransactionStatus.Success
        && (tx.Swaps.Count > 0 || tx.Transfers.Count > 0 || tx.AuthorityChanges.Count > 0 || tx.LiquidityChanges.Count > 0);

    /// <summary>Asks memory for what a later transaction's first swap will be looked up in.</summary>
    /// <param name="isNear">False for one whose place in the tables is asked for, true for one whose market is.</param>
    public void Fetch(in Transaction tx, bool isNear)
    {
        if (tx.Swaps.Count == 0) { return; }
        if (isNear) { facts.Markets.Fetch(tx.Swaps[0]); }
        else
        {
            facts.Keys.Fetch(tx.Signer);
            facts.Markets.FetchPlace(tx.Swaps[0]);
        }
    }

    /// <summary>Reads a transaction of interest.</summary>
    /// <param name="isExplained">True when it is a finding of its own, whose swaps serve nothing here.</param>
    public void Read(in Transaction tx, bool isExplained)
    {
        var swaps = tx.Swaps.Span;
        if (swaps.Length > 0) { facts.AddTransaction(tx); }
        var first = facts.Legs.Count;
        int transfer = 0, handOver = 0;
        for (var i = 0; i < swaps.Length; i++)
        {
            HandOn(tx, swaps[i].IxIndex, swaps[i].InnerIxIndex, ref transfer, ref handOver);
            AddSwap(tx, i, isExplained);
        }

        HandOn(tx, int.MaxValue, 0, ref transfer, ref handOver);
        priceLinks.Add(facts, first, facts.Legs.Count);
        foreach (ref readonly var change in tx.LiquidityChanges.Span)
        {
            facts.Liquidity.Add(new LiquidityFact(change.Pool, facts.Keys.Intern(change.Provider), facts.Legs.Count));
        }
    }

    private void AddSwap(in Transaction tx, int index, bool isExplained)
    {
        var swaps = tx.Swaps.Span;
        ref readonly var swap = ref swaps[index];
        ref readonly var of = ref facts.TxFacts[facts.TxFacts.Count - 1];
        var lane = facts.Markets.LaneOf(swap);
        var trader = swap.Trader == tx.Signer ? of.Signer : facts.Keys.Intern(swap.Trader);
        var number = facts.Swaps.Count;
        if (facts.Swaps.Add(swap, lane, trader).TellsPrice) { prices.Take(swap, of.Slot, (lane & 1) == 0, ref facts.Markets.Pool(Markets.PoolOf(lane)).Price); }
        if (index == 0 || !IsSeenTwice(swaps, index)) { AddLeg(tx, swap, number, trader, isExplained); }
    }

    private void AddLeg(in Transaction tx, in Swap swap, int number, int trader, bool isExplained)
    {
        var paid = Sum(swap.AmountIn, swap.TransferFeeIn ?? 0);
        var received = swap.AmountOut - Math.Min(swap.AmountOut, swap.TransferFeeOut ?? 0);
        var holder = Holders.Of(tx, swap, paid, received);
        var counts = paid > 0 && received > 0 && swap.MintIn != swap.MintOut;
        var owner = holder == swap.Trader ? trader : facts.Keys.Intern(holder);
        var signs = Holders.IsSigner(tx, holder);
        ref var leg = ref facts.AddLeg(number, swap, owner, signs, paid, received);
        if (!counts || isExplained) { return; }
        var changesLiquidity = tx.MintsOrBurnsShares || ChangesLiquidity(tx, swap.Pool);
        leg.CanBeVictim = !changesLiquidity || swap.Source != SwapSource.Generic;
        if (changesLiquidity) { return; }
        leg.CanFront = Holders.Keeps(tx, holder, swap, received);
        leg.CanBack = Holders.Gives(tx, holder, swap, paid);
        book.Take(facts.Legs.Count - 1, tx, signs);
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

    /// <summary>
    /// True for a swap that stands in the list already, as where a router's frame and the pool's frame both show it: a pool never gives the same amount for
    /// the same amount twice in one instruction and the same vaults.
    /// </summary>
    private static bool IsSeenTwice(ReadOnlySpan<Swap> swaps, int index)
    {
        ref readonly var swap = ref swaps[index];
        for (var i = index - 1; i >= 0 && swaps[i].IxIndex == swap.IxIndex; i--)
        {
            ref readonly var other = ref swaps[i];
            if (other.AmountIn == swap.AmountIn && other.AmountOut == swap.AmountOut && other.VaultIn == swap.VaultIn && other.VaultOut == swap.VaultOut
                && other.MintIn == swap.MintIn && other.MintOut == swap.MintOut)
            {
                return true;
            }
        }

        return false;
    }

    private static bool ChangesLiquidity(in Transaction tx, in Pubkey pool)
    {
        foreach (ref readonly var change in tx.LiquidityChanges.Span)
        {
            if (change.Pool == pool && change.Kind != LiquidityChangeKind.Collect) { return true; }
        }

        return false;
    }

    private static ulong Sum(ulong left, ulong right) => left + right < left ? ulong.MaxValue : left + right;
}
