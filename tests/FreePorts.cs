using System.Net;
using System.Net.Sockets;

namespace Sluice.Tests;

/// <summary>Ports of 127.0.0.1 where nothing listens, for what cannot choose one by itself.</summary>
/// <remarks>Below those that systems give to connections and to listeners that name none, so that nobody takes one before its owner does.</remarks>
internal static class FreePorts
{
    private const int First = 10_000, Count = 20_000;

    private static int _next = Random.Shared.Next(Count);

    public static int One() => Next(1);

    /// <summary>A port that is free with the one after it.</summary>
    public static int Pair() => Next(2);

    private static int Next(int count)
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Add(ref _next, count) % Count);
            if (Enumerable.Range(port, count).All(IsFree)) { return port; }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
