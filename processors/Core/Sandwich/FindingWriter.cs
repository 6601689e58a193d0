using Sluice.Processors.Core.Pools;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Writes a sandwich down as a record.</summary>
internal sealed class FindingWriter(GroupFacts facts, PositionBook book, Actors actors, PriceBook prices)
{
    private readonly VictimLosses _losses = new(facts, actors);
    private readonly ValueList<int> _legs = new();

    /// <summary>Begins the findings of a block, which share the work that losses may take.</summary>
    public void BeginBlock() => _losses.BeginBlock();

    public void Write(in Position position, ReadOnlySpan<int> victims, ref Schemas.Records.Sandwich finding)
    {
        actors.Read(position);
        var first = position.FirstFront;
        ref readonly var swap = ref facts.SwapOf(first);
        var firstTx = facts.Legs[first].Tx;
        ref readonly var block = ref facts.Blocks[facts.TxFacts[facts.Legs[victims[0]].Tx].Block];
        finding.Id = FindingId.Sandwich(facts.SignatureOf(firstTx), swap.IxIndex, swap.InnerIxIndex, swap.LegIndex);
        finding.RuleVersion = RuleVersions.Sandwich;
        finding.Slot = block.Slot;
        finding.BlockTimeUnixMs = block.TimeUnixMs;
        finding.Leader = block.Leader;
        finding.FirstSlot = facts.SlotOf(position.FirstFront);
        finding.LastSlot = facts.SlotOf(position.LastBack);
        finding.Venue = swap.Venue;
        finding.Program = swap.Program;
        finding.Pool = facts.MarketOf(first).Pool;
        finding.MintIn = facts.MintInOf(first);
        finding.MintOut = facts.MintOutOf(first);
        finding.Attacker = facts.SignerOf(firstTx);
        finding.Wrapper = facts.WrapperOf(firstTx);
        finding.WrapperName = facts.TransactionOf(firstTx).WrapperName;
        WriteAttackers(position, ref finding);
        WriteLinks(position, ref finding);
        WriteLegs(position, ref finding);
        _losses.Write(position, victims, ref finding);
        WriteMoney(position, ref finding);
        WriteShape(position, victims, ref finding);
        ConfidenceWriter.Write(facts, position, ref finding);
    }

    private void WriteAttackers(in Position position, ref Schemas.Records.Sandwich finding)
    {
        for (var leg = position.Fronts; leg >= 0; leg = facts.Legs[leg].NextFront) { AddAttackers(leg, ref finding); }
        for (var leg = position.Backs; leg >= 0; leg = facts.Legs[leg].NextBack) { AddAttackers(leg, ref finding); }
        for (var link = position.Links; link >= 0; link = book.Links[link].Next)
        {
            if (book.Links[link].Kind == LinkKind.Wrapper) { continue; }
            AddAttacker(book.Links[link].From, ref finding);
            AddAttacker(book.Links[link].To, ref finding);
        }
    }

    private void AddAttackers(int leg, ref Schemas.Records.Sandwich finding)
    {
        if (!facts.Legs[leg].HasSponsor) { AddAttacker(facts.Legs[leg].Signer, ref finding); }
        AddAttacker(facts.Legs[leg].Owner, ref finding);
    }

    private void AddAttacker(int key, ref Schemas.Records.Sandwich finding)
    {
        if (!finding.Attackers.Span.Contains(facts.Keys[key])) { finding.Attackers.Add(facts.Keys[key]); }
    }

    private void WriteLinks(in Position position, ref Schemas.Records.Sandwich finding)
    {
        _legs.Clear();
        for (var link = position.Links; link >= 0; link = book.Links[link].Next) { _legs.Add(link); }
        for (var i = _legs.Count - 1; i >= 0; i--)
        {
            ref readonly var known = ref book.Links[_legs[i]];
            ref var link = ref finding.Links.Add();
            link.Kind = known.Kind;
            link.From = facts.Keys[known.From];
            link.To = facts.Keys[known.To];
            link.Weight = known.Weight;
            link.Signature = known.Signature;
        }
    }

    private void WriteLegs(in Position position, ref Schemas.Records.Sandwich finding)
    {
        // A leg's number and, in the last bit, its part.
        _legs.Clear();
        for (var leg = position.Fronts; leg >= 0; leg = facts.Legs[leg].NextFront) { _legs.Add(leg * 2); }
        for (var leg = position.Backs; leg >= 0; leg = facts.Legs[leg].NextBack) { _legs.Add((leg * 2) + 1); }
        _legs.Span.Sort();
        foreach (var entry in _legs.Span)
        {
            ref readonly var of = ref facts.Legs[entry / 2];
            ref readonly var swap = ref facts.SwapOf(entry / 2);
            ref readonly var tx = ref facts.TxFacts[of.Tx];
            ref var leg = ref finding.Legs.Add();
            leg.Role = entry % 2 == 0 ? LegRole.Front : LegRole.Back;
            leg.Slot = facts.TxFacts[of.Tx].Slot;
            leg.TxIndex = tx.Index;
            leg.Signature = facts.SignatureOf(of.Tx);
            leg.Signer = facts.Keys[tx.Signer];
            leg.Trader = swap.Trader;
            leg.IxIndex = swap.IxIndex;
            leg.InnerIxIndex = swap.InnerIxIndex;
            leg.LegIndex = swap.LegIndex;
            leg.Venue = swap.Venue;
            leg.Pool = facts.MarketOf(entry / 2).Pool;
            leg.MintIn = facts.MintInOf(entry / 2);
            leg.MintOut = facts.MintOutOf(entry / 2);
            leg.AmountIn = of.Paid;
            leg.AmountOut = of.Received;
            leg.FeeLamports = tx.FeeLamports;
            leg.TipLamports = tx.TipLamports;
            leg.Wrapper = facts.WrapperOf(of.Tx);
        }
    }

    private void WriteMoney(in Position position, ref Schemas.Records.Sandwich finding)
    {
        finding.FrontIn = (Int128)position.FrontIn;
        finding.FrontOut = (Int128)position.FrontOut;
        finding.BackIn = (Int128)position.BackIn;
        finding.BackOut = (Int128)position.BackOut;
        finding.Closure = Math.Round((double)position.BackIn / (double)position.Inventory, 6);
        finding.Remainder = (Int128)position.Inventory - (Int128)position.BackIn;
        finding.Gross = Money.Gross(facts, position, out var remainderValue);
        finding.RemainderValue = remainderValue;
        var costs = Money.Take(facts, actors, position);
        finding.FeeLamports = costs.Fees;
        finding.TipLamports = costs.Tips;
        finding.OtherPaymentsLamports = costs.Other;
        Money.Value(prices, finding.MintIn, finding.FrontIn, finding.Slot, ref finding, costs);
        finding.LossMint = LossMoney.QuoteOf(finding.MintIn, finding.MintOut);
        if (finding.VictimLoss is not { } loss) { return; }
        var worth = prices.Value(finding.LossMint, loss, finding.Slot);
        finding.VictimLossLamports = worth.Lamports;
        finding.VictimLossUsdMicros = worth.UsdMicros;
    }

    private void WriteShape(in Position position, ReadOnlySpan<int> victims, ref Schemas.Records.Sandwich finding)
    {
        var isOneBlock = finding.FirstSlot == finding.LastSlot;
        var transactions = CountTransactions(victims);
        var reach = facts.TxFacts[facts.Legs[position.LastBack].Tx].Index - facts.TxFacts[facts.Legs[position.FirstFront].Tx].Index + 1;
        finding.Class = !isOneBlock ? SandwichClass.MultiSlot : reach == transactions ? SandwichClass.Classic : SandwichClass.WideBlock;
        (finding.Landing, finding.BundleConfidence) = LandingOf();
        if (victims.Length > 1) { finding.Tags.Add("multi_victim"); }
        if (position.FrontCount + position.BackCount > 2) { finding.Tags.Add("multi_leg"); }
        if (position.CrossesPools) { finding.Tags.Add("cross_pool"); }
        if (!position.IsClosed) { finding.Tags.Add("partial"); }
        if (position.Exceeds) { finding.Tags.Add("exceeds_inventory"); }
        if (HasLiquidityChange(position)) { finding.Tags.Add("jit"); }
        if ((finding.Net ?? finding.Gross) < 0) { finding.Tags.Add("failed"); }
        if (position.LastFront > victims[0] || position.FirstBack < victims[^1]) { finding.Tags.Add("interleaved"); }
        if (HasMark(victims)) { finding.Tags.Add("dontfront_violated"); }
    }

    /// <summary>Transactions of legs and victims together; both were sorted.</summary>
    private int CountTransactions(ReadOnlySpan<int> victims)
    {
        for (var i = 0; i < _legs.Count; i++) { _legs[i] = facts.Legs[_legs[i] / 2].Tx; }
        foreach (var victim in victims) { _legs.Add(facts.Legs[victim].Tx); }
        _legs.Span.Sort();
        var count = 1;
        for (var i = 1; i < _legs.Count; i++)
        {
            if (_legs[i] != _legs[i - 1]) { count++; }
        }

        return count;
    }

    /// <summary>
    /// Bundles are not on chain: inferred from runs of neighbours. BUNDLE when one run holds every leg and victim, SPANNING when some run holds two of
    /// their transactions, else ORGANIC; UNKNOWN without a run in blocks that are not whole. The transactions were counted.
    /// </summary>
    private (LandingKind Landing, double Confidence) LandingOf()
    {
        var first = facts.RunOf(_legs[0]);
        bool isWhole = facts.Blocks[facts.TxFacts[_legs[0]].Block].IsComplete, isOne = first.IsThere;
        var (shared, before) = (0.0, first);
        for (var i = 1; i < _legs.Count; i++)
        {
            if (_legs[i] == _legs[i - 1]) { continue; }
            var run = facts.RunOf(_legs[i]);
            isWhole &= facts.Blocks[facts.TxFacts[_legs[i]].Block].IsComplete;
            isOne &= run == first;
            if (run.IsThere && run == before) { shared = Math.Max(shared, run.Confidence); }
            before = run;
        }

        return isOne ? (LandingKind.Bundle, first.Confidence)
            : shared > 0 ? (LandingKind.Spanning, shared)
            : isWhole ? (LandingKind.Organic, 0)
            : (LandingKind.Unknown, 0);
    }

    /// <summary>True when the attacker changed the pool's liquidity between first and last leg.</summary>
    private bool HasLiquidityChange(in Position position)
    {
        var pool = facts.MarketOf(position.FirstFront).Pool;
        foreach (ref readonly var change in facts.Liquidity.Span)
        {
            if (change.Pool == pool && change.AtLeg > position.FirstFront && change.AtLeg <= position.LastBack && actors.Has(change.Provider)) { return true; }
        }

        return false;
    }

    private bool HasMark(ReadOnlySpan<int> victims)
    {
        foreach (var victim in victims)
        {
            if (facts.TransactionOf(facts.Legs[victim].Tx).DontFrontMark is not null) { return true; }
        }

        return false;
    }
}
