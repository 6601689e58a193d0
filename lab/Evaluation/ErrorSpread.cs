namespace Sluice.Lab.Evaluation;

/// <summary>How far stated amounts are from the true ones.</summary>
/// <remarks>
/// The relative error is |stated − true| / |true|; where the true amount is 0, it is 0 for an equal one and 1 for any other. The
/// absolute error is summed up in lamports where the amounts are in SOL, since base units of different tokens do not add up.
/// </remarks>
public sealed class ErrorSpread
{
    private readonly List<double> _relative = [];
    private bool _sorted = true;

    /// <summary>Amounts that were compared.</summary>
    public int Count => _relative.Count;

    /// <summary>Of them, those equal to the base unit.</summary>
    public int Exact { get; private set; }

    /// <summary>Sum of the absolute errors of amounts in SOL, lamports.</summary>
    public UInt128 ErrorLamports { get; private set; }

    /// <summary>Sum of the magnitudes of the true amounts in SOL, lamports.</summary>
    public UInt128 TrueLamports { get; private set; }

    /// <summary>Largest absolute error of an amount in SOL, lamports.</summary>
    public UInt128 MaxErrorLamports { get; private set; }

    /// <summary>Share that is exact, 0 to 1; null without amounts.</summary>
    public double? ExactShare => Count == 0 ? null : (double)Exact / Count;

    public double? Median => Quantile(0.5);

    public double? P90 => Quantile(0.9);

    public double? Max => Quantile(1);

    public void Add(Int128 stated, Int128 truth, bool isSol)
    {
        var error = Magnitude(stated - truth);
        var size = Magnitude(truth);
        _relative.Add(error == 0 ? 0 : size == 0 ? 1 : (double)error / (double)size);
        _sorted = false;
        if (error == 0) { Exact++; }
        if (!isSol) { return; }
        ErrorLamports += error;
        TrueLamports += size;
        MaxErrorLamports = error > MaxErrorLamports ? error : MaxErrorLamports;
    }

    /// <summary>The smallest relative error that is not below the share of all; null without amounts.</summary>
    public double? Quantile(double share)
    {
        if (Count == 0) { return null; }
        if (!_sorted)
        {
            _relative.Sort();
            _sorted = true;
        }

        return _relative[Math.Max(0, (int)Math.Ceiling(share * Count) - 1)];
    }

    private static UInt128 Magnitude(Int128 value) => (UInt128)(value < 0 ? -value : value);
}
