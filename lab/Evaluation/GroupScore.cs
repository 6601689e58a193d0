namespace Sluice.Lab.Evaluation;

/// <summary>Figures of planted entries that have something in common: a class, an evasion, a tag, or their kind alone.</summary>
/// <remarks>A <em>row</em> is what is counted one by one: a victim of a sandwich; of every other kind the entry itself.</remarks>
public sealed class GroupScore
{
    /// <summary>Entries planted, and those of them with at least one row found.</summary>
    public int Planted { get; internal set; }

    public int Found { get; internal set; }

    public int RowsPlanted { get; internal set; }

    public int RowsFound { get; internal set; }

    /// <summary>Rows of the findings that belong to these entries, planted or not.</summary>
    public int RowsStated { get; internal set; }

    /// <summary>Entries that were found as several findings.</summary>
    public int Split { get; internal set; }

    /// <summary>Found entries of which a finding has another class than was planted.</summary>
    public int OtherClass { get; internal set; }

    /// <summary>Found entries whose finding names an actor that is none of the planted wallets.</summary>
    public int OtherActor { get; internal set; }

    /// <summary>Found entries whose profit is stated in another token than the planted one.</summary>
    public int OtherProfitMint { get; internal set; }

    /// <summary>Found entries for which the detector states no gross, though the truth has one.</summary>
    public int GrossUnknown { get; internal set; }

    public ErrorSpread Gross { get; } = new();

    public ErrorSpread Net { get; } = new();

    /// <summary>Losses of victims that were stated as a point.</summary>
    public ErrorSpread Loss { get; } = new();

    /// <summary>Victims whose loss was stated as bounds, and those of them whose bounds hold the true loss.</summary>
    public int LossBounds { get; internal set; }

    public int LossBoundsHold { get; internal set; }

    /// <summary>Found victims whose loss the truth knows and the detector does not state.</summary>
    public int LossUnknown { get; internal set; }

    /// <summary>Found entries by planted entries; null without any.</summary>
    public double? Recall => Planted == 0 ? null : (double)Found / Planted;

    /// <summary>Found rows by planted rows.</summary>
    public double? RowRecall => RowsPlanted == 0 ? null : (double)RowsFound / RowsPlanted;

    /// <summary>Planted rows by rows of the findings that belong to these entries; inventions that belong to none are not in it.</summary>
    public double? RowPrecision => RowsStated == 0 ? null : (double)RowsFound / RowsStated;

    /// <summary>The same with rows that belong to no planted entry counted against it: what a group can be said to reach at least.</summary>
    public double? PrecisionWith(int inventedRows) => RowsStated + inventedRows == 0 ? null : (double)RowsFound / (RowsStated + inventedRows);
}
