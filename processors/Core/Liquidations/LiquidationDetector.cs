using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Liquidations;

/// <summary>Judges liquidation instructions: what was repaid, what was seized, and whether the bonus is what the protocol allows.</summary>
/// <remarks>
/// Steps: the quick rules; the bonus, seized value over repaid value at the window's prices; dust; what the liquidator gained over the transaction,
/// which the first liquidation of the transaction bears. Allocates nothing once buffers have grown. Not thread-safe.
/// </remarks>
public sealed class LiquidationDetector(BonusLimits? limits = null)
{
    /// <summary>Amounts are scaled up by this before they are valued, so that rounding to a lamport does not decide a small bonus.</summary>
    private const long Fine = 1_000_000;

    private readonly BonusLimits _limits = limits ?? BonusLimits.Default;
    private readonly LiquidatorGain _gain = new();

    /// <summary>Judges one of a transaction's liquidation instructions and fills <paramref name="finding"/> when it is a liquidation.</summary>
    /// <param name="block">Block of the transaction.</param>
    /// <param name="tx">Transaction.</param>
    /// <param name="index">Which of its liquidation instructions.</param>
    /// <param name="prices">Prices of the window up to this block.</param>
    /// <param name="finding">An empty record.</param>
    public LiquidationVerdict Judge(in Block block, in Transaction tx, int index, PriceBook prices, ref Liquidation finding)
    {
        var calls = tx.Liquidations.Span;
        ref readonly var call = ref calls[index];
        var verdict = VerdictOf(tx, call);
        if (verdict != LiquidationVerdict.Liquidation) { return verdict; }

        var first = 0;
        while (VerdictOf(tx, calls[first]) != LiquidationVerdict.Liquidation) { first++; }
        Write(block, tx, call, ref finding);
        WriteBonus(tx, call, prices, block.Slot, ref finding);
        WriteSwaps(tx, index, first, ref finding);
        if (index == first) { _gain.Write(tx, prices, block.Slot, ref finding); }
        WriteConfidence(call, ref finding);
        return verdict;
    }

    /// <summary>The verdict, which prices have no part in.</summary>
    public static LiquidationVerdict VerdictOf(in Transaction tx, in LiquidationCall call)
    {
        if (tx.Status != TransactionStatus.Success) { return LiquidationVerdict.FailedTransaction; }
        if (LiquidationRules.Bankruptcies.AsSpan().Contains(call.Instruction)) { return LiquidationVerdict.BankruptcySettled; }
        if (LiquidationRules.Deleverages.AsSpan().Contains(call.Instruction)) { return LiquidationVerdict.DeleveragedByProtocol; }
        return call.RepaidAmount == 0 && call.SeizedAmount == 0 ? LiquidationVerdict.NothingMoved : LiquidationVerdict.Liquidation;
    }

    private static void Write(in Block block, in Transaction tx, in LiquidationCall call, ref Liquidation finding)
    {
        finding.Id = FindingId.Liquidation(tx.Signature, call.IxIndex, call.InnerIxIndex);
        finding.RuleVersion = RuleVersions.Liquidation;
        finding.Slot = block.Slot;
        finding.BlockTimeUnixMs = block.BlockTimeUnixMs;
        finding.Leader = block.Leader;
        finding.TxIndex = tx.Index;
        finding.Signature = tx.Signature;
        finding.IxIndex = call.IxIndex;
        finding.InnerIxIndex = call.InnerIxIndex;
        finding.Signer = tx.Signer;
        finding.Wrapper = tx.Wrapper;
        finding.WrapperName = tx.WrapperName;
        finding.Protocol = call.Protocol;
        finding.Program = call.Program;
        finding.Instruction = call.Instruction;
        finding.Market = call.Market;
        finding.Liquidator = call.Liquidator;
        finding.Obligation = call.Obligation;
        finding.RepayReserve = call.RepayReserve;
        finding.WithdrawReserve = call.WithdrawReserve;
        finding.RepayMint = call.RepayMint;
        finding.RepaidAmount = call.RepaidAmount;
        finding.SeizedMint = call.SeizedMint;
        finding.SeizedAmount = call.SeizedAmount;
        finding.ProtocolFeeAmount = call.ProtocolFeeAmount;
        finding.UsesFlashLoan = tx.UsesFlashLoan;
    }

    private void WriteBonus(in Transaction tx, in LiquidationCall call, PriceBook prices, long slot, ref Liquidation finding)
    {
        finding.BonusLimitBps = _limits.Of(call);
        finding.IsDust = call.RepaidAmount < LiquidationRules.DustUnits || call.SeizedAmount < LiquidationRules.DustUnits;
        if (call.RepayMint is not { } repayMint || call.SeizedMint is not { } seizedMint || call.RepaidAmount is not > 0 || call.SeizedAmount is null) { return; }
        var repaid = prices.Value(repayMint, (Int128)call.RepaidAmount.Value * Fine, slot);
        var seized = prices.Value(seizedMint, (Int128)call.SeizedAmount.Value * Fine, slot);
        finding.IsDust |= Int128.Max(repaid.Lamports ?? Int128.MaxValue, seized.Lamports ?? Int128.MaxValue) < (Int128)tx.FeeLamports * Fine;
        var ratio = repayMint == seizedMint ? (double)call.SeizedAmount.Value / call.RepaidAmount.Value
            : Ratio(seized.Lamports, repaid.Lamports) ?? Ratio(seized.UsdMicros, repaid.UsdMicros);
        if (ratio is not { } over) { return; }
        finding.BonusBps = Math.Round((over - 1) * 10_000, 1);
        if (finding.IsDust) { return; }

        // The limit bounds what the borrower loses: what the protocol kept counts as well.
        var whole = over * (1 + ((double)(call.ProtocolFeeAmount ?? 0) / Math.Max(1, call.SeizedAmount.Value)));
        finding.BonusCheck = finding.BonusBps < 0 ? BonusCheck.BelowCost
            : finding.BonusLimitBps is not { } limit ? BonusCheck.Unknown
            : (whole - 1) * 10_000 > limit + LiquidationRules.BonusTolerance ? BonusCheck.Above : BonusCheck.Within;
    }

    private static double? Ratio(Int128? seized, Int128? repaid) => seized is { } over && repaid is { } under && under > 0 ? (double)over / (double)under : null;

    /// <summary>A swap serves the liquidation whose collateral it sells, else whose debt's token it buys, else the first.</summary>
    private static void WriteSwaps(in Transaction tx, int index, int first, ref Liquidation finding)
    {
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            if (ServedBy(tx, swap, first) != index) { continue; }
            ref var row = ref finding.Swaps.Add();
            row.IxIndex = swap.IxIndex;
            row.InnerIxIndex = swap.InnerIxIndex;
            row.Venue = swap.Venue;
            row.Pool = swap.Pool;
            row.MintIn = swap.MintIn;
            row.MintOut = swap.MintOut;
            row.AmountIn = swap.AmountIn;
            row.AmountOut = swap.AmountOut;
        }
    }

    private static int ServedBy(in Transaction tx, in Swap swap, int first)
    {
        var calls = tx.Liquidations.Span;
        var buys = -1;
        for (var i = first; i < calls.Length; i++)
        {
            if (VerdictOf(tx, calls[i]) != LiquidationVerdict.Liquidation) { continue; }
            if (swap.MintIn == calls[i].SeizedMint) { return i; }
            if (buys < 0 && swap.MintOut == calls[i].RepayMint) { buys = i; }
        }

        return buys < 0 ? first : buys;
    }

    private static void WriteConfidence(in LiquidationCall call, ref Liquidation finding)
    {
        finding.RulesPassed.Add(LiquidationRuleNames.Successful);
        finding.RulesPassed.Add(LiquidationRuleNames.Decoded);
        Add(ref finding, "instruction", 0.5);
        if (call.RepaidAmount is not null && call.SeizedAmount is not null)
        {
            finding.RulesPassed.Add(LiquidationRuleNames.AmountsKnown);
            Add(ref finding, LiquidationRuleNames.AmountsKnown, 0.25);
        }

        if (finding.BonusCheck == BonusCheck.Within) { finding.RulesPassed.Add(LiquidationRuleNames.BonusWithin); }
        if (!finding.IsDust) { finding.RulesPassed.Add(LiquidationRuleNames.NotDust); }
        if (!finding.IsDust && finding.BonusBps is >= 0 and <= LiquidationRules.PlausibleBonus) { Add(ref finding, "bonus_plausible", 0.15); }
        if (finding.Gross is { } gross && gross > 0) { Add(ref finding, "gain", 0.05); }
    }

    private static void Add(ref Liquidation finding, string name, double weight)
    {
        ref var part = ref finding.ConfidenceParts.Add();
        part.Name = name;
        part.Weight = weight;
        finding.Confidence = Math.Round(finding.Confidence + weight, 2);
    }
}
