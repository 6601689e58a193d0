using Sluice.Lab.Chain;
using Sluice.Lab.Json;

namespace Sluice.Lab.Cluster;

/// <summary>The cluster as epochs go by: stakes, blocks produced, inflation paid.</summary>
/// <remarks>
/// The leaders of an epoch are drawn by the stakes that stood when the epoch before it began, as on mainnet, so those of the
/// running and of the next epoch are always known. One thread makes blocks; readers of stakes and results may be others.
/// </remarks>
internal sealed class ClusterState
{
    /// <summary>Epochs whose stakes and rewards are kept.</summary>
    private const int Kept = 8;

    private readonly ClusterOptions _options;
    private readonly EpochRewards _rewards;
    private volatile EpochStakes[] _stakes;
    private volatile EpochResult[] _results = [];
    private ulong _blocks;

    public ClusterState(World world, ValidatorSet validators, ClusterOptions options, ulong firstSlot, RunTotals totals)
    {
        _options = options;
        Validators = validators;
        Epoch = EpochOf(firstSlot);
        Capitalization = options.CapitalizationLamports;
        _rewards = new EpochRewards(world, validators, options, totals);
        _stakes = [new EpochStakes(Epoch, validators.All), new EpochStakes(Epoch + 1, validators.All)];
    }

    public ValidatorSet Validators { get; }

    /// <summary>Epoch of the last block.</summary>
    public ulong Epoch { get; private set; }

    /// <summary>Lamports in existence: those of the start and what was paid as inflation, without what was burned.</summary>
    public ulong Capitalization { get; private set; }

    /// <summary>Slots of an epoch.</summary>
    public ulong EpochSlots => _options.EpochSlots;

    /// <summary>Epochs that ended, the last one last.</summary>
    public IReadOnlyList<EpochResult> Results => _results;

    public ulong EpochOf(ulong slot) => slot / _options.EpochSlots;

    public ulong FirstSlotOf(ulong epoch) => epoch * _options.EpochSlots;

    /// <summary>Stakes of an epoch; null for those that are not drawn yet or no longer kept.</summary>
    public EpochStakes? StakesOf(ulong epoch) => Array.Find(_stakes, s => s.Epoch == epoch);

    /// <summary>Goes on to a block: ends the epoch where it is the first of a new one, and pays the rewards that are due in it.</summary>
    /// <param name="slot">The block's slot.</param>
    /// <param name="json">Gets the rewards as JSON objects, each followed by a comma.</param>
    /// <returns>Blocks that pay the stakes of the epoch that ended, where this is the first block after it; 0 otherwise.</returns>
    public int StartBlock(ulong slot, Utf8Buffer json)
    {
        var epoch = EpochOf(slot);
        var partitions = 0;
        if (epoch != Epoch)
        {
            _rewards.PayRest(slot, json); // an epoch too short to pay the one before it
            var pool = Inflation.Pool(FirstSlotOf(Epoch), EpochSlots, Capitalization);
            var result = new EpochResult(Epoch, _blocks, pool);
            _results = [.. _results.TakeLast(Kept - 1), result];
            for (var next = Epoch + 2; next <= epoch + 1; next++)
            {
                _stakes = [.. _stakes.TakeLast(Kept - 1), new EpochStakes(next, Validators.All)];
            }

            partitions = _rewards.EndEpoch(result, slot, json);
            Epoch = epoch;
            _blocks = 0;
        }
        else
        {
            _rewards.PayPartition(slot, json);
        }

        Capitalization += _rewards.TakePaid();
        _blocks++;
        return partitions;
    }

    /// <summary>Takes burned fees out of existence.</summary>
    public void Burn(ulong lamports) => Capitalization -= lamports;
}
