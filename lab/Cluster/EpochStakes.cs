namespace Sluice.Lab.Cluster;

/// <summary>The stakes that an epoch's leaders are drawn by.</summary>
internal sealed class EpochStakes
{
    private readonly ulong[] _cumulated;

    public EpochStakes(ulong epoch, Validator[] validators)
    {
        Epoch = epoch;
        ByValidator = new ulong[validators.Length];
        _cumulated = new ulong[validators.Length];
        ulong sum = 0;
        for (var i = 0; i < validators.Length; i++)
        {
            ByValidator[i] = validators[i].Delegated;
            sum += ByValidator[i];
            _cumulated[i] = sum;
        }
    }

    public ulong Epoch { get; }

    /// <summary>Lamports by the validator's number.</summary>
    public ulong[] ByValidator { get; }

    public ulong Total => _cumulated[^1];

    /// <summary>Number of the validator that owns a lamport, the first being 1 and the last <see cref="Total"/>.</summary>
    public int OwnerOf(ulong lamport)
    {
        var at = Array.BinarySearch(_cumulated, lamport);
        return at >= 0 ? at : ~at;
    }
}
