namespace Sluice.Lab;

/// <summary>What the simulator makes. The same options give the same bytes on every machine.</summary>
/// <remarks>
/// Proportions are in thousandths. Where a real block is named, the number was counted on it: slot 254170887 (March 2024,
/// 602 transactions, 158 of them votes). Where none could be measured, the comment says what was chosen.
/// </remarks>
public sealed record SimulatorOptions
{
    /// <summary>Seed of all chance.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Slots to simulate, skipped ones included.</summary>
    public int Slots { get; init; } = 100;

    /// <summary>First slot. The default begins epoch 873 (November 2025).</summary>
    public ulong FirstSlot { get; init; } = 377_136_000;

    /// <summary>Unix seconds of the first slot; a slot takes 400 ms.</summary>
    public long FirstBlockTime { get; init; } = 1_761_966_689;

    /// <summary>
    /// Vote transactions of a block, on average. Chosen so that votes and others make the 1,225 a slot of November 2025.
    /// </summary>
    public int VotesPerBlock { get; init; } = 881;

    /// <summary>
    /// Other transactions of a block, on average, failed ones included: 344, of which about 279 succeed, as 121,000 slots
    /// of November 2025 had.
    /// </summary>
    public int NonVotesPerBlock { get; init; } = 344;

    /// <summary>
    /// Failed ones among the non-vote transactions: 20 % of the block of August 2024 that the definitions were checked on
    /// (99 of 495); slot 254170887, in a week of spam, had 69 %.
    /// </summary>
    public int FailedPerMille { get; init; } = 180;

    /// <summary>Leaders' turns in which searchers send more than all others together. Chosen: rare, so that the failures of a long run stay below a fifth.</summary>
    public int SpamTurnsPerMille { get; init; } = 25;

    /// <summary>
    /// Failed ones among the non-vote transactions of such a turn: historic peaks are above 75 % (Helius' MEV report); slot 254170887 had 69 %. Three of
    /// five of them are searchers' attempts, which is chosen.
    /// </summary>
    public int SpamFailedPerMille { get; init; } = 780;

    /// <summary>Versioned messages with lookup tables among non-vote transactions: 255 of 444 in slot 254170887.</summary>
    public int VersionedPerMille { get; init; } = 574;

    /// <summary>
    /// Non-vote transactions that set a compute limit and price: 390 of 444 in slot 254170887 (409 set a price).
    /// </summary>
    public int BudgetPerMille { get; init; } = 880;

    /// <summary>
    /// Swaps of users that pay a Jito tip. The block of August 2024 had 49 tipping transactions among 396 that succeeded;
    /// slot 254170887, before tips were common, 6 among 139.
    /// </summary>
    public int TippedSwapsPerMille { get; init; } = 250;

    /// <summary>
    /// Slots without a block. Chosen; half of them are a leader's whole turn, as all eight of slots 55065100 to 55065152
    /// were.
    /// </summary>
    public int SkippedPerMille { get; init; } = 20;

    /// <summary>
    /// Arbitrages planted in a thousand blocks: the 90.4 million of 2024 (Helius' MEV report) over that year's 78.8 million
    /// slots. Slot 254170887 alone has 15.
    /// </summary>
    public int ArbitragesPerThousandBlocks { get; init; } = 1_150;

    /// <summary>
    /// Sandwiches planted in a thousand blocks: 0.16 a slot were found in slots 318,555,120 to 320,319,077 (February 2025, reports of
    /// sandwich-finder).
    /// </summary>
    public int SandwichesPerThousandBlocks { get; init; } = 160;

    /// <summary>
    /// Sandwiches, in thousandths, that hide: several wallets, transferred positions and so on. Chosen, except that 124 of 3,324 surplus cases of
    /// 113,000 slots of November 2025 had different signers, which is 37.
    /// </summary>
    public int EvasionsPerMille { get; init; } = 100;

    /// <summary>Look-alikes of arbitrages planted in a thousand blocks. Chosen: more than there are arbitrages.</summary>
    public int LookAlikesPerThousandBlocks { get; init; } = 2_000;

    /// <summary>
    /// Look-alikes of sandwiches planted in a thousand blocks. Chosen: more than there are sandwiches. Among 140 swaps of slot 254170887 there are
    /// ten round trips around others' swaps and no sandwich.
    /// </summary>
    public int SandwichLookAlikesPerThousandBlocks { get; init; } = 250;

    /// <summary>Arbitrages planted in a thousand blocks that follow another's swap whose move they close. Chosen.</summary>
    public int BackrunsPerThousandBlocks { get; init; } = 200;

    /// <summary>Just-in-time liquidity around one trade, planted in a thousand blocks. Chosen.</summary>
    public int JitPerThousandBlocks { get; init; } = 20;

    /// <summary>Liquidations planted in a thousand blocks. Chosen.</summary>
    public int LiquidationsPerThousandBlocks { get; init; } = 20;

    /// <summary>Reverted attempts at arbitrages and liquidations planted in a thousand blocks. Chosen.</summary>
    public int AttemptsPerThousandBlocks { get; init; } = 500;

    /// <summary>
    /// Ordinary business of borrowers in a thousand blocks: repayments, withdrawals, positions wound down, losses written off. Chosen.
    /// </summary>
    public int LendingPerThousandBlocks { get; init; } = 300;

    /// <summary>Wallets of ordinary users. Chosen.</summary>
    public int Users { get; init; } = 2_500;

    /// <summary>What ordinary transactions look like.</summary>
    public TrafficOptions Traffic { get; init; } = new();

    /// <summary>Validators, their stakes, and epochs.</summary>
    public Cluster.ClusterOptions Cluster { get; init; } = new();

    /// <summary>
    /// A dense chain for evaluations: small blocks in which every kind, evasion and look-alike is frequent. All else is as in the defaults.
    /// </summary>
    public static SimulatorOptions ForEvaluation(ulong seed, int slots) => new()
    {
        Seed = seed,
        Slots = slots,
        VotesPerBlock = 4,
        NonVotesPerBlock = 60,
        Users = 1_000,
        ArbitragesPerThousandBlocks = 600,
        BackrunsPerThousandBlocks = 250,
        SandwichesPerThousandBlocks = 600,
        EvasionsPerMille = 500,
        JitPerThousandBlocks = 200,
        LiquidationsPerThousandBlocks = 200,
        AttemptsPerThousandBlocks = 300,
        LendingPerThousandBlocks = 300,
        LookAlikesPerThousandBlocks = 800,
        SandwichLookAlikesPerThousandBlocks = 500,
    };

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Named after the option.</exception>
    public void Check()
    {
        Cluster.Check();
        Traffic.Check();
        ArgumentOutOfRangeException.ThrowIfNegative(Slots);
        ArgumentOutOfRangeException.ThrowIfNegative(VotesPerBlock);
        ArgumentOutOfRangeException.ThrowIfNegative(NonVotesPerBlock);
        ArgumentOutOfRangeException.ThrowIfLessThan(Users, 100);
        foreach (var (name, share) in new[]
        {
            (nameof(FailedPerMille), FailedPerMille), (nameof(SpamTurnsPerMille), SpamTurnsPerMille), (nameof(SpamFailedPerMille), SpamFailedPerMille),
            (nameof(VersionedPerMille), VersionedPerMille),
            (nameof(BudgetPerMille), BudgetPerMille), (nameof(TippedSwapsPerMille), TippedSwapsPerMille),
            (nameof(SkippedPerMille), SkippedPerMille), (nameof(EvasionsPerMille), EvasionsPerMille),
        })
        {
            if (share is < 0 or > 1000)
            {
                throw new ArgumentOutOfRangeException(name, share, "A share in thousandths is asked for.");
            }
        }

        ArgumentOutOfRangeException.ThrowIfNegative(ArbitragesPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(BackrunsPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(SandwichesPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(JitPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(LiquidationsPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(AttemptsPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(LendingPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(LookAlikesPerThousandBlocks);
        ArgumentOutOfRangeException.ThrowIfNegative(SandwichLookAlikesPerThousandBlocks);
    }
}
