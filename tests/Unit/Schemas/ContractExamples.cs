using System.Text;
using System.Text.Json;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Schemas;

/// <summary>The example of each topic in docs/topics.md: mainnet slot 254170887, transaction 404, unless a value is marked as made up.</summary>
internal static class ContractExamples
{
    private const long Slot = 254_170_887;
    private const long BlockTimeUnixMs = 1_710_441_678_000;
    private const string Usdt = "Es9vMFrzaCERmJfrF4H2FYD4KCoNkY11McCe8BenwNYB";
    private const string Sol = "So11111111111111111111111111111111111111112";

    private static readonly Signature ExampleSignature =
        Signature.Parse("4Q74cKZhr1CjDEEugAzXSF7iPMavTZFqe45tnDMuLoGYDFkSVJYqvnwqD9YVhFu23oKr3e23f835JaJSKWX6ovEa");

    private static readonly Pubkey Signer = Pubkey.Parse("BEmUSjqs7mpgaSXw6QdrePfTsD8aQHbdtnqUxa63La6E");
    private static readonly Pubkey Clmm = Pubkey.Parse("CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK");
    private static readonly Pubkey ClmmPool = Pubkey.Parse("9KVQaeRWhhVvjzCmmgm1AuKV7b9sV2guL81f5p5BHVZK");
    private static readonly Pubkey Whirlpool = Pubkey.Parse("whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc");
    private static readonly Pubkey WhirlpoolPool = Pubkey.Parse("B6LL9aCWVuo1tTcJoYvCTDqYrq1vjMfci8uHxsm4UxTR");

    /// <summary>The example of a topic as indented JSON.</summary>
    public static string Of(string topic)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            switch (topic)
            {
                case "chain.blocks": BlockJson.Write(writer, Block()); break;
                case "chain.swaps": PoolSwapJson.Write(writer, Swap()); break;
                case "chain.validators": ValidatorObservationJson.Write(writer, Validator()); break;
                case "mev.arbitrages": ArbitrageJson.Write(writer, Arbitrage()); break;
                case "mev.sandwiches": SandwichJson.Write(writer, MevExamples.Sandwich()); break;
                case "mev.round-trips": RoundTripJson.Write(writer, MevExamples.RoundTrip()); break;
                case "mev.jit": JitLiquidityJson.Write(writer, MevExamples.Jit()); break;
                case "mev.liquidations": LiquidationJson.Write(writer, MevExamples.Liquidation()); break;
                case "mev.attempts": FailedAttemptJson.Write(writer, MevExamples.Attempt()); break;
                case "mev.bundles": BundleJson.Write(writer, MevExamples.Bundle()); break;
                case "mev.rejections": RejectionJson.Write(writer, Rejection()); break;
                case "*.dead": DeadLetterJson.Write(writer, DeadLetter()); break;
                default: throw new NotSupportedException($"Topic {topic} has no example: add one here.");
            }
        }

        return Encoding.UTF8.GetString(output.ToArray());
    }

    /// <summary>Made up, but for the keys.</summary>
    internal static ValidatorObservation Validator()
    {
        ValidatorObservation v = default;
        v.Reset();
        v.VoteAccount = Pubkey.Parse("3ZT31jkAGhUaw8jsy4bTknwBMP8i4Eueh52By4zXcsVw");
        v.Identity = Pubkey.Parse("B97CCUW3AEZFGy6uUg6zUdnNYvnVq5VG8PUtb2HayTDD");
        (v.Epoch, v.Slot, v.Id) = (588, Slot, $"validator:{v.VoteAccount}:{Slot}");
        (v.ObservedAtUnixMs, v.Source) = (BlockTimeUnixMs, "api.mainnet-beta.solana.com");
        (v.ActivatedStakeLamports, v.IsDelinquent, v.Commission, v.CommissionBps) = (65_136_133_648_061, false, 5, 500);
        (v.LastVoteSlot, v.RootSlot, v.Credits) = (Slot - 1, Slot - 32, 1_800_000);
        ref var epoch = ref v.EpochCredits!.Add();
        (epoch.Epoch, epoch.Credits, epoch.PreviousCredits) = (588, 211_800_000, 210_000_000);
        (v.LeaderSlots, v.LeaderSlotsSoFar, v.ProducedBlocks, v.SkippedSlots) = (76, 24, 23, 1);
        (v.ProductionFirstSlot, v.ProductionLastSlot) = (588 * 432_000, Slot);
        (v.Version, v.FeatureSet, v.GossipAddress, v.TpuAddress) = ("1.17.25", 3_580_551_090, "198.18.0.1:8001", "198.18.0.1:8003");
        (v.RewardEpoch, v.RewardLamports, v.RewardSlot, v.RewardCommissionBps) = (587, 1_758_149_777, 254_016_004, 500);
        (v.IsJito, v.MevCommissionBps, v.TipDistributionLamports) = (true, 800, 3_402_060_160);
        return v;
    }

    private static Block Block()
    {
        Block block = default;
        block.Reset();
        block.Slot = Slot;
        block.ParentSlot = Slot - 1;
        block.Blockhash = Pubkey.Parse("5GG5pzTbH6KgZM54M9XWfBNmBupQuZXdQxoZRRQXHcpM");
        block.BlockHeight = 234_724_352;
        block.BlockTimeUnixMs = BlockTimeUnixMs;
        block.Leader = Pubkey.Parse("Ninja1spj6n9t5hVYgF3PdnYz2PLnkt7rvaw3firmjs");
        block.LeaderRewardLamports = 16_906_623;
        block.IsComplete = true;
        block.Source = "254170887.json.gz";
        (block.TransactionCount, block.VoteCount, block.FailedCount) = (602, 158, 305);
        block.FeesLamports = 33_813_246;
        (block.TipsLamports, block.TippedTransactionCount) = (32_000_000, 6);
        block.ComputeUnits = 44_915_082;

        ref var transaction = ref block.Transactions!.Add();
        transaction.Index = 404;
        transaction.Signature = ExampleSignature;
        transaction.Signer = Signer;
        transaction.SignatureCount = 1;
        transaction.FeeLamports = 25_412;
        transaction.PriorityFeeLamports = 20_412;
        ref var swap = ref transaction.Swaps!.Add();
        swap.Venue = "raydium-clmm";
        swap.Program = Clmm;
        swap.Pool = ClmmPool;
        swap.Trader = Signer;
        (swap.MintIn, swap.AmountIn) = (Pubkey.Parse(Usdt), 53_254_383);
        (swap.MintOut, swap.AmountOut) = (Pubkey.Parse(Sol), 321_437_274);
        swap.VaultIn = Pubkey.Parse("HmRqNEomzzMfcg1bfS4MhWxfsk9ZPS4EmM7FuuxVdZEH");
        swap.VaultOut = Pubkey.Parse("C5roDgH5cb2hMxdKUyRPUjrabCZAR5c8DkEKyXnV8j3h");
        swap.Source = SwapSource.Both;
        ref var change = ref transaction.BalanceChanges!.Add();
        (change.Owner, change.Mint, change.Delta, change.IsSigner) = (Signer, Pubkey.Parse(Usdt), 34_756, true);
        return block;
    }

    private static PoolSwap Swap()
    {
        var block = Block();
        ref var swap = ref block.Transactions![0].Swaps![0];
        return new PoolSwap
        {
            Slot = Slot,
            BlockTimeUnixMs = BlockTimeUnixMs,
            TxIndex = 404,
            Signature = ExampleSignature,
            Signer = Signer,
            Venue = swap.Venue,
            Program = swap.Program,
            Pool = swap.Pool,
            Trader = swap.Trader,
            MintIn = swap.MintIn,
            MintOut = swap.MintOut,
            AmountIn = swap.AmountIn,
            AmountOut = swap.AmountOut,
            VaultIn = swap.VaultIn,
            VaultOut = swap.VaultOut,
            Source = swap.Source,
            Version = 1,
        };
    }

    private static Arbitrage Arbitrage()
    {
        Arbitrage finding = default;
        finding.Reset();
        finding.Id = FindingId.Parse($"arbitrage:{ExampleSignature}");
        finding.RuleVersion = 1;
        finding.Slot = Slot;
        finding.BlockTimeUnixMs = BlockTimeUnixMs;
        finding.Leader = Pubkey.Parse("Ninja1spj6n9t5hVYgF3PdnYz2PLnkt7rvaw3firmjs");
        finding.TxIndex = 404;
        finding.Signature = ExampleSignature;
        finding.Signer = Signer;
        finding.Class = ArbitrageClass.Cyclic;
        finding.ProfitMint = Pubkey.Parse(Usdt);
        finding.Gross = 34_756;
        finding.FeeLamports = 25_412;
        Leg(ref finding, "raydium-clmm", Clmm, ClmmPool, (Usdt, 53_254_383), (Sol, 321_437_274));
        Leg(ref finding, "orca-whirlpool", Whirlpool, WhirlpoolPool, (Sol, 321_437_274), (Usdt, 53_289_139));
        finding.Confidence = 1;
        return finding;
    }

    private static void Leg(
        ref Arbitrage finding, string venue, Pubkey program, Pubkey pool, (string Mint, ulong Amount) paid, (string Mint, ulong Amount) received)
    {
        ref var leg = ref finding.Legs!.Add();
        leg.InnerIxIndex = -1;
        leg.IxIndex = finding.Legs.Count; // made up
        (leg.Venue, leg.Program, leg.Pool) = (venue, program, pool);
        (leg.MintIn, leg.AmountIn) = (Pubkey.Parse(paid.Mint), paid.Amount);
        (leg.MintOut, leg.AmountOut) = (Pubkey.Parse(received.Mint), received.Amount);
        finding.Pools!.Add(pool);
    }

    // Made up from here on.
    private static Rejection Rejection() => new() { Slot = Slot, Stage = "arbitrage", Reason = "no-gain", Count = 3, Version = 1 };

    private static DeadLetter DeadLetter() => new()
    {
        Topic = "chain.blocks",
        Source = "254170887.json",
        Slot = Slot,
        Reason = "truncated-json",
        Message = "The file ends inside a transaction; fetch the block again.",
        Offset = 1024,
        Payload = Encoding.UTF8.GetBytes("{\"blockTime\":17"),
        PayloadLength = 1024,
    };
}
