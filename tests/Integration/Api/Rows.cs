using System.Buffers.Binary;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Integration.Api;

/// <summary>Rows to put into a store, with every field set.</summary>
internal static class Rows
{
    /// <summary>2024-03-14T18:41:18Z, the time of slot 1,000 here; a slot takes 400 ms.</summary>
    public const long FirstTimeUnixMs = 1_710_441_678_000;

    public static readonly Pubkey Sol = Pubkey.Parse("So11111111111111111111111111111111111111112");
    public static readonly Pubkey Usdc = Pubkey.Parse("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v");

    public static long TimeOf(long slot) => FirstTimeUnixMs + ((slot - 1_000) * 400);

    public static Pubkey Key(int number)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(7);
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return new Pubkey(bytes);
    }

    public static Signature Signature(long slot, int tx)
    {
        Span<byte> bytes = stackalloc byte[64];
        bytes.Fill(9);
        BinaryPrimitives.WriteInt64BigEndian(bytes, slot);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], tx);
        return new Signature(bytes);
    }

    public static BlockRow Block(long slot) => new()
    {
        Slot = slot,
        ParentSlot = Math.Max(0, slot - 1),
        Blockhash = Key((int)slot),
        PreviousBlockhash = Key((int)slot - 1),
        BlockHeight = slot / 2,
        BlockTimeUnixMs = TimeOf(slot),
        Leader = Key(-1),
        LeaderRewardLamports = 16_906_623,
        IsComplete = true,
        Source = "blocks/slot.json",
        TransactionCount = 602,
        VoteCount = 158,
        FailedCount = 305,
        FailedVoteCount = 2,
        SwapCount = 300,
        FeesLamports = 33_813_246,
        PriorityFeesLamports = 1_234_567,
        TipsLamports = ulong.MaxValue,
        TippedTransactionCount = 6,
        ComputeUnits = 44_915_082,
        Version = 3,
    };

    public static QualityRow Quality(long slot, bool passed = true) => new()
    {
        Slot = slot,
        BlockTimeUnixMs = TimeOf(slot),
        IsComplete = true,
        Parent = ParentCheck.Continuous,
        FeeFormulaChecked = 602,
        FeeFormulaFailed = passed ? 0 : 1,
        LamportsChecked = 600,
        TokensChecked = 1_000,
        RewardChecked = 1,
        DecodeRejected = 4,
        DriftedSwaps = 5,
        Passed = passed,
        Version = 3,
    };

    public static PoolSwap Swap(long slot, int tx = 0, int ix = 0, int inner = -1, int leg = 0) => new()
    {
        Slot = slot,
        BlockTimeUnixMs = TimeOf(slot),
        TxIndex = tx,
        Signature = Signature(slot, tx),
        Signer = Key(1),
        Wrapper = Key(2),
        IxIndex = ix,
        InnerIxIndex = inner,
        LegIndex = leg,
        Venue = "raydium-amm-v4",
        Program = Key(3),
        Pool = Key(4),
        Trader = Key(5),
        MintIn = Sol,
        MintOut = Usdc,
        AmountIn = ulong.MaxValue,
        AmountOut = 1,
        VaultIn = Key(6),
        VaultOut = Key(7),
        ReserveIn = 1UL << 60,
        ReserveOut = 2,
        SqrtPriceX64 = Int128.One << 100,
        Source = SwapSource.Both,
        TipLamports = 1_000,
        Version = 3,
    };

    public static Arbitrage Arbitrage(long slot, int tx = 0)
    {
        var row = new Arbitrage();
        row.Reset();
        row.Signature = Signature(slot, tx);
        row.Id = FindingId.Arbitrage(row.Signature);
        row.RuleVersion = 1;
        row.Slot = slot;
        row.BlockTimeUnixMs = TimeOf(slot);
        row.Leader = Key(-1);
        row.TxIndex = tx;
        row.Signer = Key(1);
        row.Wrapper = Key(2);
        row.WrapperName = "jupiter-v6";
        row.UsesAggregator = true;
        row.Class = ArbitrageClass.CrossPair;
        row.ProfitMint = Sol;
        row.Gross = Int128.Parse("170141183460469231731687303715884105727");
        row.FeeLamports = 5_000;
        row.TipLamports = 10_000;
        row.Net = -5;
        row.CostInProfitMint = 15_000;
        row.Confidence = 0.95;
        ref var other = ref row.OtherProfits!.Add();
        (other.Mint, other.Amount) = (Usdc, 31_007);
        row.LinkedAccounts!.Add(Key(8));
        row.RulesPassed!.Add("closed_cycle");
        for (var i = 0; i < 2; i++)
        {
            row.Pools!.Add(Key(40 + i));
            ref var leg = ref row.Legs!.Add();
            (leg.IxIndex, leg.InnerIxIndex, leg.Venue, leg.Program) = (2, i, i == 0 ? "orca-whirlpool" : "raydium-clmm", Key(30 + i));
            (leg.Pool, leg.MintIn, leg.MintOut) = (Key(40 + i), i == 0 ? Sol : Usdc, i == 0 ? Usdc : Sol);
            (leg.AmountIn, leg.AmountOut) = (100, ulong.MaxValue);
        }

        ref var part = ref row.ConfidenceParts!.Add();
        (part.Name, part.Weight) = ("closed_cycle", 0.95);
        return row;
    }
}
