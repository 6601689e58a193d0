using Sluice.Lab.Chain;

namespace Sluice.Lab.Cluster;

/// <summary>The validators of the cluster, the largest first.</summary>
internal sealed class ValidatorSet
{
    /// <summary>Credits of a vote that lands within two slots (Agave's vote state since epoch 703).</summary>
    public const ulong MaxCreditsPerVote = 16;

    /// <summary>Rent of a vote account (3,762 bytes) and of a stake account (200 bytes) in lamports.</summary>
    private const ulong VoteRent = 27_074_400, StakeRent = 2_282_880;

    public ValidatorSet(World world, ulong seed, ClusterOptions options)
    {
        var random = new Prng(seed, stream: 5);
        All = new Validator[options.Validators];
        for (var i = 0; i < All.Length; i++) { All[i] = Make(world, random, options, i); }
        Voters = [.. All.Where(v => !v.IsDelinquent)];
    }

    public Validator[] All { get; }

    /// <summary>Those that vote.</summary>
    public Validator[] Voters { get; }

    private static Validator Make(World world, Prng random, ClusterOptions options, int rank)
    {
        var stake = StakeDistribution.StakeOf(rank, options.Validators, random);
        var stakes = new StakeAccount[options.StakeAccountsPerValidator];
        for (var i = 0; i < stakes.Length; i++)
        {
            // The first account has half, the next half of what is left, the last the rest.
            var part = i == stakes.Length - 1 ? stake : stake / 2;
            stakes[i] = new StakeAccount(world.NewAccount(part + StakeRent), part);
            stake -= part;
        }

        var commission = StakeDistribution.Commission(random);
        var mevCommission = StakeDistribution.MevCommission(random, commission);
        var isJito = random.PerMille(options.JitoPerMille);
        return new Validator
        {
            Number = rank,
            Identity = world.NewAccount(20_000_000_000 + random.Range(0, 70_000_000_000)),
            VoteAccount = world.NewAccount(VoteRent + (random.Range(0, 12) * 1_000_000)),
            Stakes = stakes,
            Commission = commission,
            MevCommissionBps = isJito ? mevCommission : null,
            Version = StakeDistribution.Version(random),
            IsDelinquent = rank >= options.Validators / 2 && random.PerMille(options.DelinquentPerMille * 2),
            // Epoch 796: the best had 6,899,110 credits, the median 0.8 thousandths less, the lowest tenth 3.6 less.
            CreditsPerMillion = 1_000_000 - (int)random.Magnitude(64, 8_191),
        };
    }
}
