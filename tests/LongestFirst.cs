using Xunit.Abstractions;

[assembly: TestCollectionOrderer("Sluice.Tests.LongestFirst", "Sluice.Tests")]

namespace Sluice.Tests;

/// <summary>Starts what takes longest first, so that no long test is left for the end, when others have nothing to do.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderBy(Rank);

    private static int Rank(ITestCollection collection) =>
        collection.DisplayName == Integration.Sinks.TestStore.Collection ? 0
        : collection.DisplayName.Contains("Tests.Integration.Live.", StringComparison.Ordinal) || collection.DisplayName.Contains("Tests.Integration.Cli.", StringComparison.Ordinal) ? 1
        : 2;
}
