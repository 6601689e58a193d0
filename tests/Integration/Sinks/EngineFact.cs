using Sluice.Sinks.Embedded;

namespace Sluice.Tests.Integration.Sinks;

/// <summary>A test of the embedded engine; skipped, with the reason, where set-up has not fetched it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineFactAttribute : FactAttribute
{
    public EngineFactAttribute()
    {
        if (!EngineLibrary.IsPresent) { Skip = Absent; }
    }

    /// <summary>Why tests of the engine skip.</summary>
    internal static string Absent => $"{EngineLibrary.Path} is absent: run 'make setup'.";
}

/// <summary>A theory on the embedded engine; skipped, with the reason, where set-up has not fetched it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineTheoryAttribute : TheoryAttribute
{
    public EngineTheoryAttribute()
    {
        if (!EngineLibrary.IsPresent) { Skip = EngineFactAttribute.Absent; }
    }
}
