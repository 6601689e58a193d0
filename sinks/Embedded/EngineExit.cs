using System.Runtime.InteropServices;

namespace Sluice.Sinks.Embedded;

/// <summary>Ends the engine with the process, also when nobody closed the store.</summary>
/// <remarks>
/// The C library's exit handlers take the engine apart while its threads still run, which ends in a segmentation fault when a
/// connection is open. .NET raises ProcessExit before them, so the connections are closed here; where one will not
/// close, the process ends without those handlers. Nothing is lost by that: what an insert has acknowledged is in its files.
/// </remarks>
internal static partial class EngineExit
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    private static int _registered;

    /// <summary>Takes effect once a process.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0) { AppDomain.CurrentDomain.ProcessExit += (_, _) => Stop(); }
    }

    private static void Stop()
    {
        if (EngineHost.StopAll(Limit) && ChDb.Shutdown() == 0) { return; }
        Console.Out.Flush();
        Console.Error.Flush();
        ExitNow(Environment.ExitCode);
    }

    /// <summary>Ends the process at once, without the C library's exit handlers.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    private static partial void ExitNow(int code);
}
