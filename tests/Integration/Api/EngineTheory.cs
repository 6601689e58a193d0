using Sluice.Sinks.Embedded;

namespace Sluice.Tests.Integration.Api;

/// <summary>A theory about the embedded engine; skipped, with the reason, where set-up has not fetched it.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class EngineTheoryAttribute : TheoryAttribute
{
    public EngineTheoryAttribute()
    {
        if (!EngineLibrary.IsPresent) { Skip = $"{EngineLibrary.Path} is absent: run 'make setup'."; }
    }
}
