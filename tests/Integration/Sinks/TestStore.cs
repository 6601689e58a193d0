using Sluice.Sinks;
using Sluice.Sinks.Embedded;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>The engine knows one store a process, hence one collection for all tests that open one; others run beside it.</summary>
[CollectionDefinition(Collection)]
public sealed class TestStore
{
    public const string Collection = "embedded engine";
}

/// <summary>Tests beside which nothing else of the process may run; they may open a store too.</summary>
[CollectionDefinition(Collection, DisableParallelization = true)]
public sealed class NothingBeside
{
    public const string Collection = "nothing beside";
}

/// <summary>One store for all tests of a process that need no folder of their own; each test takes a database.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("sluice-test-").FullName;

    public static implicit operator string(TemporaryFolder folder) => folder.Path;

    public string Sub(string name) => System.IO.Path.Combine(Path, name);

    public Task<EmbeddedClickHouse> OpenAsync(string database = "sluice") =>
        EmbeddedClickHouse.OpenAsync(new EmbeddedOptions { Path = Sub("store"), Database = database });

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

internal static class ClickHouseExtensions
{
    /// <summary>One value or table as tab-separated text without the last line break.</summary>
    public static async Task<string> TextAsync(this IClickHouse store, string sql) =>
        (await store.QueryAsync(new ClickHouseQuery(sql) { Format = "TSV" })).Text.TrimEnd('\n');
}
