using Sluice.Lab;
using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Evaluation;

/// <summary>Truth and findings by hand; keys and signatures are made of a number.</summary>
internal static class EvaluationCase
{
    public static Signature Sig(int number)
    {
        Span<byte> bytes = stackalloc byte[Signature.Size];
        bytes[0] = 1;
        BitConverter.TryWriteBytes(bytes[4..], number);
        return new Signature(bytes);
    }

    public static Pubkey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes[0] = 2;
        BitConverter.TryWriteBytes(bytes[4..], number);
        return new Pubkey(bytes);
    }

    public static TruthEntry Arbitrage(int signature, Int128? gross = null, string of = "cyclic") => new()
    {
        Id = $"arbitrage-{signature}",
        Kind = TruthKind.Arbitrage,
        Class = of,
        Slot = 100,
        Index = signature,
        Signature = Sig(signature),
        Signer = Key(1),
        ProfitMint = WellKnown.WrappedSol,
        Gross = gross ?? 1_000,
    };

    public static Finding FoundArbitrage(int signature, Int128? gross = null, string of = "cyclic") => new()
    {
        Kind = TruthKind.Arbitrage,
        Class = of,
        Slot = 100,
        Signature = Sig(signature),
        Actor = Key(1),
        Transactions = [Sig(signature)],
        ProfitMint = WellKnown.WrappedSol,
        Gross = gross ?? 1_000,
    };

    /// <summary>A sandwich of attacker 1 whose legs are signatures 1000 × number and one after it; each victim lost 10.</summary>
    public static TruthEntry Sandwich(int number, int[] victims, Int128? gross = null, string of = "classic", params string[] evasions) => new()
    {
        Id = $"sandwich-{number}",
        Kind = TruthKind.Sandwich,
        Class = of,
        Evasions = evasions,
        Slot = 100,
        Index = 5,
        Signature = Sig(victims[0]),
        Signer = Key(1),
        Legs = [Leg(TruthRole.Front, 1_000 * number), .. victims.Select(v => Leg(TruthRole.Victim, v)), Leg(TruthRole.Back, (1_000 * number) + 1)],
        Victims = [.. victims.Select(v => new TruthVictim(Sig(v), Key(v), Key(9_999), 90, 100))],
        ProfitMint = WellKnown.WrappedSol,
        Gross = gross ?? 1_000,
        Net = (gross ?? 1_000) - 10,
    };

    public static Finding FoundSandwich(int number, int[] victims, Int128? gross = null, string of = "classic", Int128? low = null, Int128? high = null) => new()
    {
        Kind = TruthKind.Sandwich,
        Class = of,
        Slot = 100,
        Signature = Sig(victims[0]),
        Actor = Key(1),
        Victims = [.. victims.Select(v => new FindingVictim(Sig(v), low ?? 10, high ?? 10))],
        Transactions = [Sig(1_000 * number), Sig((1_000 * number) + 1)],
        ProfitMint = WellKnown.WrappedSol,
        Gross = gross ?? 1_000,
        Net = (gross ?? 1_000) - 10,
    };

    public static TruthLeg Leg(TruthRole role, int signature, int signer = 1) =>
        new(role, 100, signature, Sig(signature), Key(signer), null, null, 0, null, 0);

    public static Evaluator Score(TruthEntry[] truth, params Finding[] findings)
    {
        var output = new DetectorOutput();
        output.Findings.AddRange(findings);
        return Score(truth, output);
    }

    public static Evaluator Score(TruthEntry[] truth, DetectorOutput output)
    {
        var evaluator = new Evaluator();
        evaluator.Add("hand", truth, output);
        return evaluator;
    }
}
