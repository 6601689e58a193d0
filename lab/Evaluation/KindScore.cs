namespace Sluice.Lab.Evaluation;

/// <summary>A planted entry that no finding names.</summary>
/// <param name="Run">Which chain: a seed, a file.</param>
/// <param name="Reason">Why, as far as the detector says.</param>
public sealed record MissedCase(string Run, TruthEntry Entry, string Reason);

/// <summary>A finding, or a row of one, that was not planted.</summary>
/// <param name="Run">Which chain.</param>
/// <param name="Label">The look-alike or other planted thing that it was taken from; <see cref="KindScore.Chance"/> where nothing was planted.</param>
/// <param name="Rows">How many rows it stands for.</param>
public sealed record InventedCase(string Run, Finding Finding, Schemas.Chain.Signature Signature, string Label, int Rows);

/// <summary>A look-alike and how often it deceived.</summary>
public sealed class LookAlikeScore
{
    public int Planted { get; internal set; }

    /// <summary>Those that a finding of the kind was made of.</summary>
    public int Taken { get; internal set; }
}

/// <summary>Figures of one kind of finding.</summary>
public sealed class KindScore(TruthKind kind)
{
    /// <summary>Label of an invented finding that is nothing planted: ordinary traffic that happens to have the shape.</summary>
    public const string Chance = "chance";

    /// <summary>Label of a finding that repeats another.</summary>
    public const string Repeated = "repeated";

    /// <summary>Cases that are kept by name; further ones are only counted.</summary>
    public const int MostCases = 500;

    public TruthKind Kind => kind;

    /// <summary>All planted entries of the kind.</summary>
    public GroupScore All { get; } = new();

    /// <summary>Entries without evasion.</summary>
    public GroupScore Plain { get; } = new();

    /// <summary>Entries with at least one evasion.</summary>
    public GroupScore Evading { get; } = new();

    public SortedDictionary<string, GroupScore> Classes { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, GroupScore> Evasions { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, GroupScore> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>Findings, and those of them that belong to a planted entry.</summary>
    public int Findings { get; internal set; }

    public int TrueFindings { get; internal set; }

    /// <summary>Rows of all findings.</summary>
    public int RowsStated { get; internal set; }

    /// <summary>Rows of findings that belong to no planted entry.</summary>
    public int RowsInvented { get; internal set; }

    /// <summary>Findings by the class that the detector gave, and the true ones of them.</summary>
    public SortedDictionary<string, (int Stated, int True)> StatedClasses { get; } = new(StringComparer.Ordinal);

    /// <summary>Planted class and found class, where they differ.</summary>
    public SortedDictionary<(string Planted, string Found), int> Confusion { get; } = [];

    /// <summary>Invented rows by label.</summary>
    public SortedDictionary<string, int> InventedByLabel { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, LookAlikeScore> LookAlikes { get; } = new(StringComparer.Ordinal);

    /// <summary>Missed entries by evasions (or class) and reason.</summary>
    public SortedDictionary<(string What, string Reason), int> MissedBy { get; } = [];

    public List<MissedCase> Missed { get; } = [];

    public List<InventedCase> Invented { get; } = [];

    /// <summary>Planted rows by all rows of all findings; null without findings.</summary>
    public double? Precision => RowsStated == 0 ? null : (double)All.RowsFound / RowsStated;

    /// <summary>True findings by all findings.</summary>
    public double? FindingPrecision => Findings == 0 ? null : (double)TrueFindings / Findings;
}

/// <summary>Whether arbitrages that follow another's trade are said to, and of which.</summary>
public sealed class CauseScore
{
    /// <summary>Arbitrages planted with a cause.</summary>
    public int Planted { get; internal set; }

    /// <summary>Of them: found with that cause, with another, without any, and not found at all.</summary>
    public int Right { get; internal set; }

    public int Other { get; internal set; }

    public int None { get; internal set; }

    public int Missed { get; internal set; }

    /// <summary>Causes stated of planted arbitrages that were planted without one: a trade before them may be one by chance.</summary>
    public int Unplanted { get; internal set; }

    /// <summary>Planted ones and those found with their cause, by tag.</summary>
    public SortedDictionary<string, (int Planted, int Right)> Tags { get; } = new(StringComparer.Ordinal);

    public double? Recall => Planted == 0 ? null : (double)Right / Planted;

    /// <summary>Right ones by those stated of arbitrages with a planted cause.</summary>
    public double? Precision => Right + Other == 0 ? null : (double)Right / (Right + Other);
}
