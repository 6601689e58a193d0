using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Lab.Evaluation;

/// <summary>Brings the records of the topics to what the evaluation compares. Nothing of a record is kept.</summary>
public static class FindingOf
{
    public static Finding From(in Arbitrage found) => new()
    {
        Kind = TruthKind.Arbitrage,
        Class = ArbitrageClassNames.Snake[(int)found.Class],
        Slot = (ulong)found.Slot,
        Signature = found.Signature,
        Actor = found.Signer,
        Transactions = [found.Signature],
        ProfitMint = found.ProfitMint,
        Gross = found.Gross,
        Net = found.Net,
        Cause = found.CausedBySignature,
    };

    public static Finding From(in Sandwich found)
    {
        var victims = new FindingVictim[found.Victims.Count];
        for (var i = 0; i < victims.Length; i++)
        {
            ref readonly var victim = ref found.Victims[i];
            victims[i] = new FindingVictim(victim.Signature, victim.LossLow, victim.LossHigh);
        }

        var legs = new Signature[found.Legs.Count];
        for (var i = 0; i < legs.Length; i++) { legs[i] = found.Legs[i].Signature; }
        return new Finding
        {
            Kind = TruthKind.Sandwich,
            Class = SandwichClassNames.Snake[(int)found.Class],
            Slot = (ulong)found.Slot,
            Signature = victims.Length > 0 ? victims[0].Signature : default,
            Actor = found.Attacker,
            Victims = victims,
            Transactions = legs,
            ProfitMint = found.MintIn,
            Gross = found.Gross,
            Net = found.Net,
        };
    }

    public static Finding From(in JitLiquidity found)
    {
        var trades = new FindingVictim[found.Victims.Count];
        for (var i = 0; i < trades.Length; i++) { trades[i] = new FindingVictim(found.Victims[i].Signature); }
        var changes = new Signature[found.Changes.Count];
        for (var i = 0; i < changes.Length; i++) { changes[i] = found.Changes[i].Signature; }
        return new Finding
        {
            Kind = TruthKind.Jit,
            Class = found.Venue,
            Slot = (ulong)found.Slot,
            Signature = trades.Length > 0 ? trades[0].Signature : default,
            Actor = found.Provider,
            Victims = trades,
            Transactions = changes,
            ProfitMint = found.ProfitMint,
            Gross = found.Gross,
            Net = found.Net,
        };
    }

    public static Finding From(in Liquidation found) => new()
    {
        Kind = TruthKind.Liquidation,
        Class = found.Protocol,
        Slot = (ulong)found.Slot,
        Signature = found.Signature,
        Actor = found.Signer,
        Obligation = found.Obligation,
        Transactions = [found.Signature],
        ProfitMint = found.ProfitMint,
        Gross = found.Gross,
        Net = found.Net,
    };

    public static Finding From(in FailedAttempt found) => new()
    {
        Kind = TruthKind.FailedAttempt,
        Class = AttemptClassNames.Snake[(int)found.Class],
        Slot = (ulong)found.Slot,
        Signature = found.Signature,
        Actor = found.Signer,
        Transactions = [found.Signature],
    };

    public static RoundTripSeen From(in RoundTrip seen) =>
        new(RoundTripClassNames.Snake[(int)seen.Class], seen.FailedRule, seen.Signatures.Span.ToArray());

    public static RejectionsSeen From(in Rejection rejected) => new((ulong)rejected.Slot, rejected.Stage, rejected.Reason, rejected.Count);
}
