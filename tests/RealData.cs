namespace Sluice.Tests;

/// <summary>Where real chain data lies, when it is present: <c>SLUICE_DATA</c>, or <c>../shared/data</c> beside the repository.</summary>
internal static class RealData
{
    /// <summary>Why tests on real data skip.</summary>
    public const string Absent = "real chain data is not present: set SLUICE_DATA to its folder";

    /// <summary>The repository's root, from the place of the test assembly.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Folder of the Solana data, or null.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>Path of a file below the Solana data folder.</summary>
    public static string PathOf(params string[] parts) =>
        Path.Combine([Folder ?? throw new InvalidOperationException(Absent), .. parts]);

    private static string? Find()
    {
        var root = Environment.GetEnvironmentVariable("SLUICE_DATA") is { Length: > 0 } named
            ? Path.GetFullPath(named, RepositoryRoot)
            : Path.Combine(RepositoryRoot, "..", "shared", "data");
        var solana = Path.Combine(root, "solana");
        return Directory.Exists(solana) ? Path.GetFullPath(solana) : null;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Pipeline.sln"))) { folder = folder.Parent; }
        return folder?.FullName ?? throw new InvalidOperationException("Pipeline.sln was not found above the test assembly.");
    }
}

/// <summary>A test on real chain data; skipped, and saying so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealDataFactAttribute : FactAttribute
{
    public RealDataFactAttribute() => Skip = RealData.Folder is null ? RealData.Absent : null!;
}

/// <summary>A theory on real chain data; skipped, and saying so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RealDataTheoryAttribute : TheoryAttribute
{
    public RealDataTheoryAttribute() => Skip = RealData.Folder is null ? RealData.Absent : null!;
}
