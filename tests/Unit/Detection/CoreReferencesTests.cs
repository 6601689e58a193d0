using Sluice.Processors.Core.Arbitrage;

namespace Sluice.Tests.Unit.Detection;

public class CoreReferencesTests
{
    /// <summary>Parts of the base library without files, network, clock of its own, or logging.</summary>
    private static readonly string[] Allowed =
        ["Sluice.Schemas", "System.Runtime", "System.Collections", "System.Linq", "System.Memory", "System.Runtime.InteropServices", "System.Runtime.Intrinsics"];

    [Fact]
    public void The_core_references_nothing_but_the_base_library_and_the_schemas()
    {
        var references = typeof(ArbitrageDetector).Assembly.GetReferencedAssemblies().Select(a => a.Name!);
        Assert.Empty(references.Except(Allowed));
    }
}
