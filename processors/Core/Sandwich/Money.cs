using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>What the attacker won and paid.</summary>
internal static class Money
{
    /// <summary>What came back less what was paid, and what is left at the last back leg's price. Base units of the lane's mintIn.</summary>
    /// <param name="remainderValue">Value of what is left; null where that leg tells no price.</param>
    public static Int128 Gross(GroupFacts facts, in Position position, out Int128? remainderValue)
    {
        ref readonly var last = ref facts.Legs[position.LastBack];
        var remainder = (Int128)position.Inventory - (Int128)position.BackIn;
        remainderValue = remainder == 0 ? 0
            : last.Paid == 0 || Int128.Abs(remainder) > ulong.MaxValue ? null
            : remainder > 0 ? (Int128)((UInt128)remainder * last.Received / last.Paid)
            : -(Int128)((UInt128)(-remainder) * last.Received / last.Paid);
        return (Int128)position.BackOut - (Int128)position.FrontIn + (remainderValue ?? 0);
    }

    /// <summary>
    /// Fees, tips and other payments of a position's transactions. A transaction counts once, whatever its legs; where it serves two findings, the one that is given out
    /// first bears its costs. The actor was read.
    /// </summary>
    public static Costs Take(GroupFacts facts, Actors actors, in Position position)
    {
        var costs = new Costs();
        for (var leg = position.Fronts; leg >= 0; leg = facts.Legs[leg].NextFront) { Take(facts, actors, facts.Legs[leg].Tx, ref costs); }
        for (var leg = position.Backs; leg >= 0; leg = facts.Legs[leg].NextBack) { Take(facts, actors, facts.Legs[leg].Tx, ref costs); }
        return costs;
    }

    /// <summary>Gross, costs and net in every unit that the book knows.</summary>
    public static void Value(PriceBook prices, in Pubkey mint, Int128 basis, long slot, ref Schemas.Records.Sandwich finding, in Costs costs)
    {
        var lamports = (Int128)costs.Fees + costs.Tips + costs.Other;
        var isSol = mint == WellKnown.WrappedSol;
        var gross = prices.Value(mint, finding.Gross, slot);
        var cost = prices.Value(WellKnown.WrappedSol, lamports, slot);
        finding.GrossLamports = gross.Lamports;
        finding.GrossUsdMicros = gross.UsdMicros;
        finding.NetLamports = gross.Lamports - lamports;
        finding.NetUsdMicros = gross.UsdMicros - cost.UsdMicros;
        finding.PriceSource = gross.Source;
        finding.PricePools = gross.Pools;
        finding.PriceAgeSlots = gross.AgeSlots;
        finding.Net = isSol ? finding.Gross - lamports : Convert(prices, mint, basis, slot, lamports) is { } inMint ? finding.Gross - inMint : null;
    }

    /// <summary>So many lamports in base units of a mint, rounded up, by the value of an amount of it.</summary>
    private static Int128? Convert(PriceBook prices, in Pubkey mint, Int128 basis, long slot, Int128 lamports)
    {
        if (lamports == 0) { return 0; }
        var worth = basis > 0 ? prices.Value(mint, basis, slot).Lamports ?? 0 : 0;
        if (worth <= 0) { return null; }
        while (basis > long.MaxValue || worth > long.MaxValue) { (basis, worth) = (basis >> 1, worth >> 1); }
        if (worth == 0 || Int128.Abs(lamports) > long.MaxValue) { return null; }
        var product = lamports * basis;
        return (product / worth) + (product % worth > 0 ? 1 : 0);
    }

    private static void Take(GroupFacts facts, Actors actors, int number, ref Costs costs)
    {
        ref var fact = ref facts.TxFacts[number];
        if (fact.IsPaid) { return; }
        fact.IsPaid = true;
        ref readonly var tx = ref facts.TxFacts[number];
        costs.Fees += tx.FeeLamports;
        costs.Tips += tx.TipLamports;
        costs.Other += OtherPayments(facts, actors, number, tx);
    }

    /// <summary>
    /// Lamports that left the actor's addresses beside swaps and Jito tip. Balance changes have the fee added back and rent of token accounts left out.
    /// </summary>
    private static Int128 OtherPayments(GroupFacts facts, Actors actors, int number, in TxFact tx)
    {
        Int128 change = 0, swapped = 0;
        var isKnown = false;
        foreach (ref readonly var balance in facts.TransactionOf(number).BalanceChanges.Span)
        {
            if (balance.Mint != WellKnown.WrappedSol) { continue; }
            isKnown = true;
            if (actors.Has(facts.Keys.Find(balance.Owner))) { change += balance.Delta; }
        }

        if (!isKnown) { return 0; }
        for (var leg = facts.TxFacts[number].FirstLeg; leg < facts.Legs.Count && facts.Legs[leg].Tx == number; leg++)
        {
            ref readonly var of = ref facts.Legs[leg];
            if (!actors.Has(of.Owner)) { continue; }
            if (facts.MintInOf(leg) == WellKnown.WrappedSol) { swapped -= of.Paid; }
            if (facts.MintOutOf(leg) == WellKnown.WrappedSol) { swapped += of.Received; }
        }

        var tip = actors.Has(tx.Signer) ? (Int128)tx.TipLamports : 0;
        return swapped - change - tip;
    }
}

/// <summary>Lamports that the attacker paid.</summary>
internal struct Costs
{
    public ulong Fees, Tips;
    public Int128 Other;
}
