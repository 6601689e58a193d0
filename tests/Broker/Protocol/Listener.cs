using System.Net;
using System.Net.Sockets;
using Sluice.Tests.Broker.Core;

namespace Sluice.Tests.Broker.Protocol;

/// <summary>Accepts connections on one port of 127.0.0.1, and can leave it and come back to the very same.</summary>
/// <remarks>
/// While it is closed the port stays bound but not listened to: clients are refused, and nobody else can take the port.
/// </remarks>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 512;

    private readonly Cluster _cluster;
    private readonly Faults _faults;
    private readonly Lock _gate = new();
    private readonly HashSet<Connection> _connections = [];
    private Socket _socket;
    private bool _isDisposed;

    public Listener(Cluster cluster, Faults faults, int port)
    {
        (_cluster, _faults) = (cluster, faults);
        _socket = Bind(port);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Port { get; }

    public int ConnectionCount
    {
        get
        {
            lock (_gate) { return _connections.Count; }
        }
    }

    public void Open()
    {
        _socket.Listen(Backlog);
        _ = AcceptAsync(_socket);
    }

    public void Close()
    {
        lock (_gate)
        {
            _socket.Dispose();
            _socket = Bind(Port);
        }

        KillConnections();
    }

    public void KillConnections()
    {
        Connection[] all;
        lock (_gate)
        {
            all = [.. _connections];
            _connections.Clear();
        }

        foreach (var connection in all) { connection.Close(); }
    }

    public void Dispose()
    {
        lock (_gate) { _isDisposed = true; }
        _socket.Dispose();
        KillConnections();
    }

    private static Socket Bind(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        // Connections of before may still be in TIME_WAIT; Unix lets a listener have the port in spite of them.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }

    private async Task AcceptAsync(Socket listening)
    {
        try
        {
            while (true) { _ = ServeAsync(await listening.AcceptAsync(), listening); }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed: by Close or by Dispose.
        }
    }

    private async Task ServeAsync(Socket socket, Socket acceptedBy)
    {
        var connection = new Connection(_cluster, _faults, socket);
        lock (_gate)
        {
            if (_isDisposed || acceptedBy != _socket)
            {
                socket.Dispose();
                return;
            }

            _connections.Add(connection);
        }

        try { await connection.ServeAsync(); }
        finally
        {
            lock (_gate) { _connections.Remove(connection); }
        }
    }
}
