using Sluice.Tests.Integration.Sinks;

namespace Sluice.Tests;

/// <summary>The test assembly as a program: what tests run in a process of its own, so that they can kill it.</summary>
internal static class ChildModes
{
    private static async Task<int> Main(string[] args) => args switch
    {
        [KillableWriter.Mode, .. var rest] => await KillableWriter.RunAsync(rest),
        [CarelessProgram.Mode, .. var rest] => await CarelessProgram.RunAsync(rest),
        _ => 2,
    };
}
