using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>Examples of findings in docs/topics.md: the sandwich of mainnet slot 406751392, a liquidation and a failed one of slot 133447494; what else is shown is made up.</summary>
internal static class MevExamples
{
    private static readonly Pubkey Sol = WellKnown.WrappedSol;
    private static readonly Pubkey Token = Pubkey.Parse("72fpzNnfo7hjvJu8EM79kMXui9WQGUDKe1KbK7qeHsEa");
    private static readonly Pubkey Pool = Pubkey.Parse("5iwcWZzQn1PMxwvbHyiBWFgzdmf8KYvLWtFVHYZxJhq5");
    private static readonly Pubkey Damm = Pubkey.Parse("cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG");
    private static readonly Pubkey Attacker = Pubkey.Parse("KKKzQmS38mSxHu7AaasGghGgVqoEt2DS8M5AcBMVK3j");
    private static readonly Pubkey Victim = Pubkey.Parse("CRFDVv9csRhiA5kec6RS34xaZaTTLCMdy6qq5ZpDQLRa");
    private static readonly Signature Front = Signature.Parse("2sG2gBafWrzqSMAXzEmBUionSXJ4sau9EJHqXks2yhaEvoPRMsbsrfckh6wsF3Y71kdHue3ZhGfymxmpiB9tGYKM");
    private static readonly Signature Middle = Signature.Parse("5MajX2HvcNcpbVTgPgy4BpAysatJnFbxypZaMYxnwp2xmbe9uQq8FcytnpaLdLL4SrrQ4oCDAaHhACnTc5GuyfDL");
    private static readonly Signature Back = Signature.Parse("3a6v1tBN865NxWGdBTDMPXi3hRz3GAZsUuwkE5DhH3e8auzGXby5HyUjBXatEkaiCaqu67AQKgQMAdaCfTwh25Gf");

    public static Sandwich Sandwich()
    {
        Sandwich s = default;
        s.Reset();
        s.Id = FindingId.Parse($"sandwich:{Front}:1.2.0");
        s.RuleVersion = 1;
        (s.Slot, s.FirstSlot, s.LastSlot) = (406_751_392, 406_751_392, 406_751_392);
        s.BlockTimeUnixMs = 1_773_647_296_000;
        s.Class = SandwichClass.Classic;
        (s.Venue, s.Program, s.Pool, s.MintIn, s.MintOut, s.Attacker) = ("meteora-damm-v2", Damm, Pool, Sol, Token, Attacker);
        s.Attackers!.Add(Attacker);
        ref var link = ref s.Links!.Add();
        (link.Kind, link.From, link.To, link.Weight) = (LinkKind.Signer, Attacker, Attacker, 1);
        Leg(ref s, LegRole.Front, Front, 0, Sol, Token, 2_203_771_050, 12_886_423_875_139);
        Leg(ref s, LegRole.Back, Back, 2, Token, Sol, 12_886_423_875_139, 2_235_345_940);
        ref var v = ref s.Victims!.Add();
        (v.Slot, v.TxIndex, v.Signature, v.Signer, v.Trader) = (s.Slot, 1, Middle, Victim, Victim);
        (v.AmountIn, v.AmountOut, v.LimitAmount) = (1_179_332_491, 6_705_930_852_648, 6_705_768_207_054);
        (s.FrontIn, s.FrontOut, s.BackIn, s.BackOut) = (2_203_771_050, 12_886_423_875_139, 12_886_423_875_139, 2_235_345_940);
        (s.Closure, s.Gross, s.FeeLamports, s.OtherPaymentsLamports, s.Net) = (1, 31_574_890, 10_000, 25_259_912, 6_304_978);
        (s.GrossLamports, s.NetLamports, s.PriceSource, s.LossMint) = (31_574_890, 6_304_978, "native", Sol);
        return s;
    }

    public static RoundTrip RoundTrip()
    {
        RoundTrip r = default;
        r.Reset();
        r.Id = FindingId.Parse("round_trip:24vMhAVqwKV523xR3JA5eoEtqGUrtEp3AzvR41jp4V19hxSj14oLtwYu3VVA8s9YaS3qcX9SSgbLyx9JLYQh38t8:3.-1.0");
        (r.RuleVersion, r.Slot, r.Class, r.FailedRule, r.Venue) = (1, 285_000_037, RoundTripClass.WashVolume, "no_ring", "raydium-amm-v4");
        (r.MintIn, r.MintOut, r.FeeLamports) = (Sol, Token, 215_338);
        r.Gross = 17_920;
        r.Evidence!.Add("3 wallets, one template, sell/buy 0.99");
        return r;
    }

    public static JitLiquidity Jit()
    {
        JitLiquidity j = default;
        j.Reset();
        j.Id = FindingId.Parse($"jit:{Front}:0.-1");
        (j.RuleVersion, j.Slot, j.FirstSlot, j.LastSlot, j.Venue, j.Pool) = (1, 406_751_392, 406_751_392, 406_751_392, "orca-whirlpool", Pool);
        (j.Provider, j.MintA, j.MintB, j.ProfitMint, j.InRange) = (Attacker, Sol, WellKnown.Usdc, WellKnown.Usdc, RangeCheck.Yes);
        (j.DeltaA, j.DeltaB, j.Gross) = (-1_000_000, 151_200, 1_200);
        return j;
    }

    public static Liquidation Liquidation()
    {
        Liquidation l = default;
        l.Reset();
        l.Signature = Signature.Parse("3ybU9unUU8faoRaiFUTU267o9iizdRmGtLDN8SV8LijnEKALq2BvrtG28DTV9QLrSFXFDPFVnsgG5mZWu85AyMCd");
        l.Id = FindingId.Parse($"liquidation:{l.Signature}:0.-1");
        (l.RuleVersion, l.Slot, l.Protocol, l.RepayMint, l.RepaidAmount, l.SeizedAmount) = (1, 133_447_494, "solend", WellKnown.Usdc, 23_126_329, 8_695_600_817);
        return l;
    }

    public static FailedAttempt Attempt()
    {
        FailedAttempt a = default;
        a.Reset();
        a.Signature = Middle;
        a.Id = FindingId.Parse($"attempt:{Middle}");
        (a.RuleVersion, a.Slot, a.Class, a.Evidence, a.Protocol) = (1, 133_447_494, AttemptClass.Liquidation, AttemptEvidence.Instruction, "solend");
        (a.FeeLamports, a.Confidence, a.Error) = (5_000, 1, "{\"InstructionError\":[5,{\"Custom\":28}]}");
        return a;
    }

    public static Bundle Bundle()
    {
        Bundle b = default;
        b.Reset();
        b.Id = FindingId.Parse($"bundle:{Front}");
        (b.RuleVersion, b.Slot, b.TransactionCount, b.TipIndex, b.TipLamports, b.Confidence) = (1, 406_751_392, 3, 2, 1_000_000, 0.7);
        foreach (var signature in new[] { Front, Middle, Back }) { b.Signatures!.Add(signature); }
        foreach (var signer in new[] { Attacker, Victim, Attacker }) { b.Signers!.Add(signer); }
        b.Links!.Add("signer");
        b.Links.Add("pool");
        return b;
    }

    private static void Leg(ref Sandwich s, LegRole role, Signature signature, int index, Pubkey from, Pubkey to, ulong paid, ulong received)
    {
        ref var leg = ref s.Legs!.Add();
        (leg.Role, leg.Slot, leg.TxIndex, leg.Signature, leg.Signer, leg.Trader) = (role, s.Slot, index, signature, Attacker, Attacker);
        (leg.Venue, leg.Pool, leg.MintIn, leg.MintOut, leg.AmountIn, leg.AmountOut, leg.FeeLamports) = (s.Venue, s.Pool, from, to, paid, received, 5_000);
    }
}
