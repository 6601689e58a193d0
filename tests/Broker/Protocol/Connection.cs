using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Sluice.Tests.Broker.Admin;
using Sluice.Tests.Broker.Core;

namespace Sluice.Tests.Broker.Protocol;

/// <summary>One client's connection: requests are read, carried out and answered one after the other, as Kafka does.</summary>
internal sealed class Connection(Cluster cluster, Faults faults, Socket socket)
{
    private readonly CancellationTokenSource _closing = new();
    private readonly string _clientHost = "/" + ((IPEndPoint?)socket.RemoteEndPoint)?.Address;

    /// <summary>Serves until the client or the broker closes the connection. Does not throw.</summary>
    public async Task ServeAsync()
    {
        var what = "nothing yet";
        try
        {
            socket.NoDelay = true;
            using var stream = new NetworkStream(socket, ownsSocket: false);
            var size = new byte[4];
            while (true)
            {
                if (await stream.ReadAtLeastAsync(size, size.Length, throwOnEndOfStream: false, _closing.Token) < size.Length) { return; }
                var length = BinaryPrimitives.ReadInt32BigEndian(size);
                if (length < 8 || length > cluster.Options.MaxRequestBytes) { throw new InvalidDataException($"A request claims {length} bytes."); }
                var frame = new byte[length];
                await stream.ReadExactlyAsync(frame, _closing.Token);
                await faults.WhileResumed(_closing.Token);
                var request = Request.Parse(frame, _clientHost);
                what = $"{request.Key} v{request.Version} of {request.ClientId}";
                cluster.Options.Trace?.Invoke(what);
                if (!await AnswerAsync(stream, request)) { return; }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // The client went away, or the broker closes: nothing is owed to anybody.
        }
        catch (Exception e)
        {
            // A request that cannot be read, or a defect here: the client sees a closed connection, the test the trace.
            cluster.Options.Trace?.Invoke($"Connection closed at {what}: {e}");
        }
        finally
        {
            socket.Dispose();
        }
    }

    public void Close()
    {
        _closing.Cancel();
        socket.Dispose();
    }

    /// <summary>Carries one request out; false when the connection is to be closed.</summary>
    private async Task<bool> AnswerAsync(NetworkStream stream, Request request)
    {
        if (!ApiVersionTable.IsSupported(request.Key, request.Version))
        {
            if (request.Key != ApiKey.ApiVersions) { throw new InvalidDataException("This version of the request is not announced."); }
            using var refusal = ApiVersionsApi.Refuse(request.CorrelationId);
            await stream.WriteAsync(refusal.Finish(), _closing.Token);
            return true;
        }

        request.Injected = faults.TakeError(request.Key);
        using var response = request.Respond();
        var wantsAnswer = await Dispatcher.HandleAsync(cluster, request, response, _closing.Token);
        if (faults.TakeLostAnswer(request.Key)) { return false; }
        if (!wantsAnswer) { return true; }
        await faults.WhileResumed(_closing.Token);
        await stream.WriteAsync(response.Finish(), _closing.Token);
        return true;
    }
}
