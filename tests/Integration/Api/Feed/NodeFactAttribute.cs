using System.Diagnostics;

namespace Sluice.Tests.Integration.Api.Feed;

/// <summary>A test with Node.js and its own WebSocket, which it has from version 20.10 on; skipped, with the reason, where it is absent.</summary>
internal sealed class NodeFactAttribute : FactAttribute
{
    /// <summary>Turns the WebSocket on in Node.js 20, where it is an experiment; later ones take it and have it anyway.</summary>
    public const string WebSocketFlag = "--experimental-websocket";

    public NodeFactAttribute()
    {
        if (!HasNode()) { Skip = "Node.js 20.10 or later is absent: its WebSocket is the client that is not ours"; }
    }

    private static bool HasNode()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", [WebSocketFlag, "-e", "process.exit(typeof WebSocket === 'function' ? 0 : 1)"]))!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such program
        }
    }
}
