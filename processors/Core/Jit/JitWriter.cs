using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Jit;

/// <summary>Writes a verdict down as a record.</summary>
internal readonly ref struct JitWriter(ReadOnlySpan<ChangeFact> changes, ReadOnlySpan<SwapFact> swaps, ReadOnlySpan<int> nextSwap)
{
    private readonly ReadOnlySpan<ChangeFact> _changes = changes;
    private readonly ReadOnlySpan<SwapFact> _swaps = swaps;
    private readonly ReadOnlySpan<int> _nextSwap = nextSwap;

    /// <summary>True for a swap of the provider himself.</summary>
    public static bool IsOwn(in Episode episode, in SwapFact swap) =>
        swap.Signer == episode.Signer || swap.Trader == episode.Signer || swap.Trader == episode.Provider;

    public void Write(
        in Episode episode, in JitMoney money, RangeCheck range, int firstSwap, bool isClosed, bool hasOwnSwaps, PriceBook prices, ref JitLiquidity finding)
    {
        ref readonly var first = ref _changes[episode.FirstChange];
        finding.Id = FindingId.Jit(first.Signature, first.Change.IxIndex, first.Change.InnerIxIndex);
        finding.RuleVersion = RuleVersions.Jit;
        finding.FirstSlot = episode.FirstSlot;
        finding.LastSlot = episode.LastSlot;
        finding.Venue = first.Change.Venue;
        finding.Program = first.Change.Program;
        finding.Provider = episode.Signer;
        finding.Wrapper = episode.Wrapper;
        (finding.MintA, finding.MintB) = (money.MintA, money.MintB);
        (finding.DeltaA, finding.DeltaB) = (money.DeltaA, money.DeltaB);
        finding.InRange = range;
        WriteChanges(episode, ref finding);
        WriteVictims(episode, firstSwap, ref finding);
        WriteGain(money, prices, ref finding);
        WriteTags(episode, hasOwnSwaps, ref finding);
        finding.RulesPassed.AddRange(JitRules.Passed);
        if (range == RangeCheck.Yes) { finding.RulesPassed.Add(JitRules.InRange); }
        Add(ref finding, "shape", 0.40);
        if (isClosed) { Add(ref finding, "all_removed", 0.20); }
        if (range == RangeCheck.Yes) { Add(ref finding, JitRules.InRange, 0.15); }
        if (episode.FirstSlot == episode.LastSlot) { Add(ref finding, "one_slot", 0.10); }
        if (finding.Gross > Int128.Zero) { Add(ref finding, "gain", 0.10); }
    }

    private void WriteChanges(in Episode episode, ref JitLiquidity finding)
    {
        var paid = default(Signature);
        for (var i = episode.FirstChange; i >= 0; i = _changes[i].Next)
        {
            ref readonly var fact = ref _changes[i];
            ref readonly var change = ref fact.Change;
            ref var row = ref finding.Changes.Add();
            row.IsAdd = change.Kind == LiquidityChangeKind.Add;
            row.Slot = fact.Slot;
            row.TxIndex = fact.TxIndex;
            row.Signature = fact.Signature;
            row.IxIndex = change.IxIndex;
            row.InnerIxIndex = change.InnerIxIndex;
            row.Position = change.Position;
            row.AmountA = change.MintA == finding.MintA ? change.AmountA : change.MintB == finding.MintA ? change.AmountB : 0;
            row.AmountB = change.MintB == finding.MintB ? change.AmountB : change.MintA == finding.MintB ? change.AmountA : 0;
            row.LowerTick = change.LowerTick;
            row.UpperTick = change.UpperTick;
            row.FeeLamports = fact.Fee;
            row.TipLamports = fact.Tip;

            // Changes of one transaction stand together; it pays once.
            if (fact.Signature == paid) { continue; }
            paid = fact.Signature;
            finding.FeeLamports += fact.Fee;
            finding.TipLamports += fact.Tip;
        }
    }

    private void WriteVictims(in Episode episode, int firstSwap, ref JitLiquidity finding)
    {
        for (var i = firstSwap; i >= 0; i = i == episode.SwapAtEnd ? -1 : _nextSwap[i])
        {
            ref readonly var swap = ref _swaps[i];
            if (IsOwn(episode, swap)) { continue; }
            ref var row = ref finding.Victims.Add();
            row.Slot = swap.Slot;
            row.TxIndex = swap.TxIndex;
            row.Signature = swap.Signature;
            row.Signer = swap.Signer;
            row.Trader = swap.Trader;
            row.IxIndex = swap.IxIndex;
            row.InnerIxIndex = swap.InnerIxIndex;
            row.LegIndex = swap.LegIndex;
            row.MintIn = swap.MintIn;
            row.MintOut = swap.MintOut;
            row.AmountIn = swap.AmountIn;
            row.AmountOut = swap.AmountOut;
        }
    }

    private static void WriteGain(in JitMoney money, PriceBook prices, ref JitLiquidity finding)
    {
        var cost = (Int128)finding.FeeLamports + finding.TipLamports;
        var slot = finding.Victims[0].Slot;
        finding.ProfitMint = money.Quote;
        finding.Gross = money.Gross;
        finding.Net = money.Gross - CostInTokens.Of(cost, money.Quote, prices, slot);
        if (money.Gross is not { } gross) { return; }
        var value = prices.Value(money.Quote, gross, slot);
        finding.GrossLamports = value.Lamports;
        finding.NetLamports = value.Lamports - cost;
        finding.GrossUsdMicros = value.UsdMicros;
        finding.NetUsdMicros = value.UsdMicros - prices.Value(WellKnown.WrappedSol, cost, slot).UsdMicros;
        (finding.PriceSource, finding.PricePools, finding.PriceAgeSlots) = (value.Source, value.Pools, value.AgeSlots);
    }

    private static void WriteTags(in Episode episode, bool hasOwnSwaps, ref JitLiquidity finding)
    {
        if (finding.Victims.Count > 1) { finding.Tags.Add(JitRules.MultiVictim); }
        if (episode.FirstSlot != episode.LastSlot) { finding.Tags.Add(JitRules.MultiSlot); }
        if (episode.Adds > 1 || episode.Removes > 1) { finding.Tags.Add(JitRules.MultiChange); }
        if (hasOwnSwaps) { finding.Tags.Add(JitRules.WithSandwich); }
        if (finding.Net < Int128.Zero) { finding.Tags.Add(JitRules.Failed); }
    }

    private static void Add(ref JitLiquidity finding, string name, double weight)
    {
        ref var part = ref finding.ConfidenceParts.Add();
        part.Name = name;
        part.Weight = weight;
        finding.Confidence = Math.Round(finding.Confidence + weight, 2);
    }
}
