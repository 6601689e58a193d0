namespace Sluice.Lab.Cluster;

/// <summary>What the validators of the simulated chain are like, and how long an epoch is.</summary>
/// <remarks>
/// Measured on mainnet as it was on 2 November 2025 (895 validators, 413.5 million SOL of active stake:
/// iGroza/Solana-Validator-IP-Geolocation) where nothing else is said; <see cref="StakeDistribution"/> has the stakes.
/// </remarks>
public sealed class ClusterOptions
{
    /// <summary>Validators with a vote account.</summary>
    public int Validators { get; init; } = 895;

    /// <summary>
    /// Slots of an epoch: mainnet's 432,000. Shorter ones, down to the 32 slots that the protocol allows, bring epoch
    /// boundaries into short runs. A multiple of the leader's turn of four slots.
    /// </summary>
    public ulong EpochSlots { get; init; } = 432_000;

    /// <summary>Validators that run a Jito client: 853 of 895, which had 97.9 % of the stake.</summary>
    public int JitoPerMille { get; init; } = 953;

    /// <summary>
    /// Validators that do not vote and miss their slots, drawn from the lower half by stake. Chosen: a handful of 895.
    /// </summary>
    public int DelinquentPerMille { get; init; } = 8;

    /// <summary>
    /// Stake accounts of a validator. Chosen small: mainnet has about 1.2 million in all, whose rewards would fill hundreds of blocks.
    /// </summary>
    public int StakeAccountsPerValidator { get; init; } = 2;

    /// <summary>
    /// Stake accounts that one block rewards after an epoch boundary. Mainnet's is 4,096 (Agave, STAKE_ACCOUNT_STORES_PER_BLOCK); smaller
    /// here, so that the few stake accounts need several blocks too.
    /// </summary>
    public int StakeRewardsPerBlock { get; init; } = 512;

    /// <summary>Share of the tips that the block builder gets, in percent: Jito's block engine took 5.</summary>
    public int BlockBuilderCommissionPercent { get; init; } = 5;

    /// <summary>
    /// Lamports in existence when the simulation starts: those at the end of epoch 796 (June 2025, snapshot in marinade-finance/ds-sam).
    /// </summary>
    public ulong CapitalizationLamports { get; init; } = 602_119_218_089_412_812;

    /// <summary>Throws when an option is out of its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Named after the option.</exception>
    public void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Validators, 4);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Validators, 10_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(EpochSlots, 32UL);
        ArgumentOutOfRangeException.ThrowIfNotEqual(EpochSlots % 4, 0UL, nameof(EpochSlots));
        ArgumentOutOfRangeException.ThrowIfNegative(JitoPerMille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(JitoPerMille, 1_000);
        ArgumentOutOfRangeException.ThrowIfNegative(DelinquentPerMille);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(DelinquentPerMille, 300);
        ArgumentOutOfRangeException.ThrowIfLessThan(StakeAccountsPerValidator, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StakeAccountsPerValidator, 1_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(StakeRewardsPerBlock, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(BlockBuilderCommissionPercent);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(BlockBuilderCommissionPercent, 100);
    }
}
