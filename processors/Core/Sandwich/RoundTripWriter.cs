using System.Globalization;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Writes down what looks like a sandwich and is none.</summary>
internal sealed class RoundTripWriter(GroupFacts facts, PositionBook book, Actors actors)
{
    private const string SoldAll = "sold 1 of what was bought"; // as most do

    private readonly LaneTemplates _templates = new(facts);
    private readonly ValueList<int> _between = new();

    /// <summary>What a failed rule makes of a candidate; null for what is only counted.</summary>
    public static RoundTripClass? ClassOf(SandwichVerdict verdict) => verdict switch
    {
        SandwichVerdict.WashRing => RoundTripClass.WashVolume,
        SandwichVerdict.MarketMaking => RoundTripClass.MarketMaking,
        SandwichVerdict.SelfRotation => RoundTripClass.SelfRotation,
        SandwichVerdict.InventoryExceeded or SandwichVerdict.NoHeadroom or SandwichVerdict.GrossNegative or SandwichVerdict.VictimsAttack
            or SandwichVerdict.PartialAtLoss or SandwichVerdict.Unmarked => RoundTripClass.RoundTrip,
        _ => null,
    };

    /// <summary>Forgets a group: its numbers mean something else in the next.</summary>
    public void Clear() => _templates.Clear();

    public void Write(Judge judge, int candidate, SandwichVerdict verdict, RoundTripClass named, ref RoundTrip record)
    {
        ref readonly var position = ref book.Positions[judge.Candidates[candidate].Position];
        var between = judge.FirstBetween(candidate);
        judge.ListBetween(candidate, _between);
        var first = position.FirstFront;
        ref readonly var block = ref facts.Blocks[facts.TxFacts[facts.Legs[between].Tx].Block];
        ref readonly var swap = ref facts.SwapOf(first);
        record.Id = FindingId.RoundTrip(facts.SignatureOf(facts.Legs[first].Tx), swap.IxIndex, swap.InnerIxIndex, swap.LegIndex);
        record.RuleVersion = RuleVersions.RoundTrip;
        record.Slot = block.Slot;
        record.BlockTimeUnixMs = block.TimeUnixMs;
        record.Leader = block.Leader;
        record.Class = named;
        record.FailedRule = SandwichRuleNames.NameOf(verdict);
        record.Venue = swap.Venue;
        record.Pool = facts.MarketOf(first).Pool;
        record.MintIn = facts.MintInOf(first);
        record.MintOut = facts.MintOutOf(first);
        record.Actor = facts.SignerOf(facts.Legs[first].Tx);
        actors.Read(position);
        for (var leg = position.Fronts; leg >= 0; leg = facts.Legs[leg].NextFront) { AddLeg(leg, ref record); }
        foreach (var leg in _between.Span) { AddSignature(leg, ref record); }
        for (var leg = position.Backs; leg >= 0; leg = facts.Legs[leg].NextBack) { AddLeg(leg, ref record); }
        record.AmountIn = (Int128)position.FrontIn;
        record.AmountOut = (Int128)position.FrontOut;
        record.BackIn = (Int128)position.BackIn;
        record.BackOut = (Int128)position.BackOut;
        record.Gross = record.BackOut - record.AmountIn;
        WriteEvidence(position, verdict, ref record);
    }

    private void AddLeg(int leg, ref RoundTrip record)
    {
        ref readonly var of = ref facts.Legs[leg];
        if (AddSignature(leg, ref record)) { record.FeeLamports += facts.TxFacts[of.Tx].FeeLamports; }
        if (!record.Wallets.Span.Contains(facts.Keys[of.Owner])) { record.Wallets.Add(facts.Keys[of.Owner]); }
    }

    private bool AddSignature(int leg, ref RoundTrip record)
    {
        ref readonly var signature = ref facts.SignatureOf(facts.Legs[leg].Tx);
        if (record.Signatures.Count > 0 && record.Signatures[record.Signatures.Count - 1] == signature) { return false; } // legs of one transaction follow each other
        record.Signatures.Add(signature);
        return true;
    }

    private void WriteEvidence(in Position position, SandwichVerdict verdict, ref RoundTrip record)
    {
        var sold = Rings.RatioPpm(position);
        Add(ref record, sold == 1_000_000 ? SoldAll : string.Create(CultureInfo.InvariantCulture, $"sold {sold / 1_000_000m:0.######} of what was bought"));
        if (verdict == SandwichVerdict.WashRing)
        {
            var template = facts.TxFacts[facts.Legs[position.FirstFront].Tx].Template;
            var fee = facts.TxFacts[facts.Legs[position.FirstFront].Tx].FeeLamports;
            if (book.Rings.TryFind(facts, position, out var ring))
            {
                Add(ref record, string.Create(CultureInfo.InvariantCulture, $"{ring.Wallets} wallets of one transaction template round-trip in the pool in one block, selling {ring.LeastPpm / 1_000_000m:0.######} to {ring.GreatestPpm / 1_000_000m:0.######} of what they bought"));
            }

            Add(ref record, string.Create(CultureInfo.InvariantCulture, $"{_templates.CountOf(position.Lane, template)} of {facts.Markets.Lane(position.Lane).Count} swaps in that direction so far have the template of the first leg: fee {fee} lamports, same instructions, compute budget and program"));
        }
        else if (verdict == SandwichVerdict.MarketMaking)
        {
            Add(ref record, string.Create(CultureInfo.InvariantCulture, $"{position.FrontCount} swaps one way and {position.BackCount} the other without closing"));
        }
        else if (verdict is SandwichVerdict.GrossNegative or SandwichVerdict.PartialAtLoss)
        {
            Add(ref record, string.Create(CultureInfo.InvariantCulture, $"paid {position.FrontIn}, got {position.BackOut}"));
        }
    }

    private static void Add(ref RoundTrip record, string text) => record.Evidence.Add(text);
}
