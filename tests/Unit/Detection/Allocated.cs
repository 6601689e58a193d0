namespace Sluice.Tests.Unit.Detection;

/// <summary>What a piece of work allocates once it is warm.</summary>
internal static class Allocated
{
    /// <summary>Bytes of the best of a few rounds: the runtime's own work (compiling a method anew) falls into some round, an allocation of the code's into every one.</summary>
    public static long ByRound(Action work)
    {
        for (var i = 0; i < 3; i++) { work(); }
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 20; i++) { work(); }
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
