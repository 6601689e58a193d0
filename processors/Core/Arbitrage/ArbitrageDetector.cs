using Sluice.Processors.Core.Composition;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Says whether a transaction is an atomic arbitrage: several swaps in several pools that leave the actor with more than before.</summary>
/// <remarks>
/// A verdict follows from the transaction and the block's prices alone. Steps:
/// <list type="number">
/// <item>Quick rules: it succeeded, it swaps at least twice.</item>
/// <item><see cref="ActorFlow"/>: which legs are the actor's, and by mint what the legs moved (flow) and what the balances say (delta).</item>
/// <item>Losses: a mint of which the actor has less is a trade, unless it is rounding or a change within one unit.</item>
/// <item>Gains: at least one mint of which the actor has more, and the legs' own flow explains it.</item>
/// <item>Class by the order of the legs; profit, costs, and what the class asks for.</item>
/// </list>
/// What each rule asks, with cases, stands in docs/detections.md. Allocates nothing once buffers have grown. Not thread-safe.
/// </remarks>
public sealed class ArbitrageDetector
{
    private readonly ActorFlow _flow = new();

    /// <summary>Judges a transaction and fills <paramref name="finding"/> when it is an arbitrage; else the finding stays as it is.</summary>
    public ArbitrageVerdict Judge(in Transaction tx, BlockContext block, ref Schemas.Records.Arbitrage finding)
    {
        var verdict = Judge(tx, block, out var outcome);
        if (verdict == ArbitrageVerdict.Arbitrage) { FindingWriter.Write(tx, block, _flow, outcome, ref finding); }
        return verdict;
    }

    /// <summary>Judges a transaction and writes nothing.</summary>
    public ArbitrageVerdict Judge(in Transaction tx, BlockContext block) => Judge(tx, block, out _);

    private ArbitrageVerdict Judge(in Transaction tx, BlockContext block, out Outcome outcome)
    {
        outcome = default;
        if (tx.Status != TransactionStatus.Success) { return ArbitrageVerdict.FailedTransaction; }
        if (tx.Swaps.Count < 2) { return tx.Swaps.Count == 0 ? ArbitrageVerdict.NoSwap : ArbitrageVerdict.FewerThanTwoSwaps; }
        if (Precedence.IsLiquidation(tx)) { return ArbitrageVerdict.Liquidation; }
        _flow.Read(tx);
        if (_flow.LegCount < 2) { return ArbitrageVerdict.FewerThanTwoSwaps; }
        if (_flow.PoolCount < 2) { return ArbitrageVerdict.SinglePool; }

        var shape = new RouteShape(tx.Swaps.Span, _flow.Legs);
        outcome = new Outcome(shape.Class);
        var verdict = FindLosses(tx, shape, ref outcome);
        if (verdict == ArbitrageVerdict.Arbitrage) { verdict = FindGain(tx, shape, ref outcome); }
        if (verdict == ArbitrageVerdict.Arbitrage) { verdict = Settle(tx, block, ref outcome); }
        return verdict;
    }

    /// <summary>Passes when nothing was given up, but crumbs, SOL beside the swaps, or a coin for another of its unit.</summary>
    private ArbitrageVerdict FindLosses(in Transaction tx, in RouteShape shape, ref Outcome outcome)
    {
        var flows = _flow.Flows;
        for (var i = 0; i < flows.Length; i++)
        {
            ref readonly var of = ref flows[i];
            if (of.Delta >= -Rounding(of)) { continue; }
            ref readonly var mint = ref _flow.MintAt(i);
            var isSol = mint == WellKnown.WrappedSol;
            if (of.Flow < -Rounding(of))
            {
                if (shape.Returns && mint == shape.Start)
                {
                    return tx.UsesAggregator ? ArbitrageVerdict.AggregatorRoundTripAtLoss : ArbitrageVerdict.VolumeBotAtLoss;
                }

                if (tx.UsesAggregator) { return ArbitrageVerdict.AggregatorRoute; }
                if (mint == shape.Start && KnownMints.AreAtPar(shape.Start, shape.End))
                {
                    outcome.Class = ArbitrageClass.Stable;
                    outcome.Paid = i;
                    continue;
                }

                if (IsSplit(shape)) { return ArbitrageVerdict.SplitRoute; }
                return isSol ? ArbitrageVerdict.PaidWithNativeSol : ArbitrageVerdict.StartDiffersFromEnd;
            }

            if (isSol) { outcome.SolSpent = (UInt128)(-of.Delta); }
            else { return tx.MintsOrBurnsShares && !of.IsTraded ? ArbitrageVerdict.ReceiptExchanged : ArbitrageVerdict.ActorLostToken; }
        }

        return ArbitrageVerdict.Arbitrage;
    }

    /// <summary>Passes when the actor gained something, and from the swaps.</summary>
    private ArbitrageVerdict FindGain(in Transaction tx, in RouteShape shape, ref Outcome outcome)
    {
        var flows = _flow.Flows;
        var hasForeignGain = false;
        var isShort = false; // a traded mint came from elsewhere
        for (var i = 0; i < flows.Length; i++)
        {
            ref readonly var of = ref flows[i];
            if (!of.IsTraded) { hasForeignGain |= of.Delta > 0; }
            else if (i != outcome.Paid) { isShort |= of.Flow < -Rounding(of); }
        }

        if (hasForeignGain && tx.MintsOrBurnsShares) { return ArbitrageVerdict.ReceiptExchanged; }
        if (isShort && tx.MintsOrBurnsShares) { return ArbitrageVerdict.LiquidityChange; }
        for (var i = 0; i < flows.Length; i++)
        {
            ref readonly var of = ref flows[i];
            if (!of.IsTraded || of.Delta <= 0) { continue; }
            var verdict = isShort ? ExplainByUnseenLeg(tx, of) : ExplainByLegs(tx, i, of, ref outcome);
            if (verdict != ArbitrageVerdict.Arbitrage) { return verdict; }
            if (outcome.Profit < 0 || IsBetterProfit(i, outcome.Profit, shape)) { outcome.Profit = i; }
        }

        if (outcome.Profit >= 0)
        {
            outcome.IsOpen = isShort;
            return ArbitrageVerdict.Arbitrage;
        }

        return WhyNoGain(tx, shape, hasForeignGain);
    }

    /// <summary>A gain in a mint that the legs had to be fed with: the leg that brought it back was not seen.</summary>
    private ArbitrageVerdict ExplainByUnseenLeg(in Transaction tx, in MintFlow gained)
    {
        if (gained.Flow < -Rounding(gained))
        {
            // What the seen legs won of other mints must have gone into the unseen one; where they won nothing there was none.
            var fed = false;
            foreach (ref readonly var of in _flow.Flows)
            {
                if (of.Flow <= Rounding(of)) { continue; }
                if (of.Delta > Rounding(of)) { return ArbitrageVerdict.OutsideIncome; }
                fed = true;
            }

            return fed ? ArbitrageVerdict.Arbitrage : ArbitrageVerdict.OutsideIncome;
        }

        // Kept what the legs paid, while somebody else paid for them: a trade for another's account.
        return tx.UsesAggregator ? ArbitrageVerdict.AggregatorRoute : ArbitrageVerdict.StartDiffersFromEnd;
    }

    private ArbitrageVerdict ExplainByLegs(in Transaction tx, int index, in MintFlow gained, ref Outcome outcome)
    {
        var excess = gained.Delta - gained.Flow;
        if (excess <= Rounding(gained) || (gained.IsSoft && excess <= (Int128)(gained.Volume / ArbitrageRules.SettlementPart)))
        {
            return ArbitrageVerdict.Arbitrage;
        }

        // Closing an account of a program gives its rent back; the legs' own flow is then the gain.
        if (gained.Flow > 0 && _flow.MintAt(index) == WellKnown.WrappedSol)
        {
            outcome.HasRefund = true;
            return ArbitrageVerdict.Arbitrage;
        }

        return tx.MintsOrBurnsShares ? ArbitrageVerdict.LiquidityChange : ArbitrageVerdict.OutsideIncome;
    }

    private ArbitrageVerdict WhyNoGain(in Transaction tx, in RouteShape shape, bool hasForeignGain)
    {
        var (wins, loses) = (false, false);
        var flows = _flow.Flows;
        for (var i = 0; i < flows.Length; i++)
        {
            ref readonly var of = ref flows[i];
            if (of.Flow > Rounding(of))
            {
                wins = true;
                if (_flow.OutsiderReceived(tx, _flow.MintAt(i), of.Flow / 2)) { return ArbitrageVerdict.ProfitToThirdParty; }
            }

            loses |= of.Flow < -Rounding(of);
        }

        if (loses && shape.Returns && !wins)
        {
            return tx.UsesAggregator ? ArbitrageVerdict.AggregatorRoundTripAtLoss : ArbitrageVerdict.VolumeBotAtLoss;
        }

        if (loses && wins) { return tx.UsesAggregator ? ArbitrageVerdict.AggregatorRoute : ArbitrageVerdict.StartDiffersFromEnd; }
        return hasForeignGain ? ArbitrageVerdict.OutsideIncome : ArbitrageVerdict.GrossNotPositive;
    }

    /// <summary>Works out profit and costs, and asks what the class asks.</summary>
    private ArbitrageVerdict Settle(in Transaction tx, BlockContext block, ref Outcome outcome)
    {
        ref readonly var gained = ref _flow.Flows[outcome.Profit];
        ref readonly var mint = ref _flow.MintAt(outcome.Profit);
        outcome.Gross = outcome.HasRefund && mint == WellKnown.WrappedSol ? Int128.Min(gained.Delta, gained.Flow) : gained.Delta;
        if (outcome.Class == ArbitrageClass.Stable)
        {
            ref readonly var paid = ref _flow.Flows[outcome.Paid];
            outcome.Gross = AtPar(gained.Delta, mint, paid.Delta, _flow.MintAt(outcome.Paid));
            if (outcome.Gross <= 0) { return ArbitrageVerdict.StableBelowPar; }
        }

        Price(tx, block, mint, ref outcome);
        if (SpentMoreSolThanGained(outcome)) { return ArbitrageVerdict.PaidWithNativeSol; }
        if (IsImplausible(block, mint, outcome.Gross)) { return ArbitrageVerdict.PricingBug; }

        // A tip, a flash loan, a program of its own: what users' wallets do not do.
        var isOwnProgram = tx.Wrapper is not null && tx.WrapperName is null && !tx.UsesAggregator;
        outcome.HasSearcherMark = tx.TipLamports > 0 || tx.UsesFlashLoan || isOwnProgram;

        // Seen whole and ending where it began, an arbitrage stays one when its costs were higher: searchers misjudge fees, and real
        // blocks are labelled by the gain. The other classes rest on less, so there the costs count.
        var needsNet = outcome.IsOpen || outcome.Class is ArbitrageClass.LongTail or ArbitrageClass.Stable;
        if (needsNet && outcome.Net <= Int128.Zero) { return ArbitrageVerdict.NetNotPositive; }
        if (outcome.Class == ArbitrageClass.Stable && outcome.Net is null && !outcome.HasSearcherMark) { return ArbitrageVerdict.StableWithoutTip; }
        if (outcome.Class == ArbitrageClass.LongTail && outcome.IsOpen && !outcome.HasSearcherMark) { return ArbitrageVerdict.LongTailWithoutTip; }
        return ArbitrageVerdict.Arbitrage;
    }

    /// <summary>Fee and tip in the profit's mint: at the price of the transaction's own legs, else of the block's swaps.</summary>
    private void Price(in Transaction tx, BlockContext block, in Pubkey mint, ref Outcome outcome)
    {
        var lamports = (ulong)UInt128.Min((UInt128)tx.FeeLamports + tx.TipLamports, ulong.MaxValue);
        if (mint == WellKnown.WrappedSol) { outcome.Cost = lamports; }
        else
        {
            var own = default(Price);
            var swaps = tx.Swaps.Span;
            foreach (var leg in _flow.Legs)
            {
                ref readonly var swap = ref swaps[leg];
                if (swap.MintIn == WellKnown.WrappedSol && KnownMints.AreEqual(swap.MintOut, mint)) { own.Add(swap.AmountIn, swap.AmountOut); }
                else if (swap.MintOut == WellKnown.WrappedSol && KnownMints.AreEqual(swap.MintIn, mint)) { own.Add(swap.AmountOut, swap.AmountIn); }
            }

            outcome.SolPrice = own.IsKnown ? own : block.PriceOf(mint);
            outcome.Cost = outcome.SolPrice.ToTokens(lamports);
        }

        outcome.Net = outcome.Gross - outcome.Cost;
    }

    private static bool SpentMoreSolThanGained(in Outcome outcome)
    {
        if (outcome.SolSpent == 0) { return false; }
        var gained = outcome.SolPrice.ToLamports((UInt128)outcome.Gross);
        return outcome.SolSpent > (gained ?? ArbitrageRules.MaxSolSpentUnpriced);
    }

    private static bool IsImplausible(BlockContext block, in Pubkey mint, Int128 gross)
    {
        if (KnownMints.UnitOf(mint) == MintUnit.Dollar)
        {
            return gross * KnownMints.Scale(mint) > ArbitrageRules.MaxProfitDollars * (Int128)1_000_000_000;
        }

        var usdc = block.PriceOf(WellKnown.Usdc);
        Int128 limit = usdc.ToLamports((UInt128)ArbitrageRules.MaxProfitDollars * 1_000_000) is { } lamports
            ? (Int128)lamports : ArbitrageRules.MaxProfitLamports;
        if (mint == WellKnown.WrappedSol || KnownMints.UnitOf(mint) == MintUnit.StakedSol) { return gross > limit; }
        var price = block.PriceOf(mint);
        return price.IsKnown && (price.ToLamports((UInt128)gross) is not { } worth || (Int128)worth > limit);
    }

    /// <summary>What was gained beyond what was paid, in base units of the gained mint, rounded down.</summary>
    private static Int128 AtPar(Int128 gained, in Pubkey gainedMint, Int128 paid, in Pubkey paidMint)
    {
        var scale = KnownMints.Scale(gainedMint);
        var surplus = (gained * scale) + (paid * KnownMints.Scale(paidMint));
        return surplus / scale;
    }

    /// <summary>The start's mint first, then SOL, then dollars; among equals the one traded first.</summary>
    private bool IsBetterProfit(int index, int than, in RouteShape shape) => Rank(index, shape) > Rank(than, shape);

    private int Rank(int index, in RouteShape shape)
    {
        ref readonly var mint = ref _flow.MintAt(index);
        if (mint == (shape.Returns ? shape.Start : shape.End)) { return 3; }
        return mint == WellKnown.WrappedSol ? 2 : KnownMints.UnitOf(mint) == MintUnit.Dollar ? 1 : 0;
    }

    private bool IsSplit(in RouteShape shape) =>
        _flow.Flows[_flow.IndexOf(shape.Start)].Takes > 1 || _flow.Flows[_flow.IndexOf(shape.End)].Pays > 1;

    private static Int128 Rounding(in MintFlow of) =>
        of.IsTraded ? Int128.Max(of.Takes + of.Pays, (Int128)(of.Volume / ArbitrageRules.RoundingPart)) : 0;
}
