using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>Answers every connection with the same bytes and closes it, in the middle of a body if the bytes are so: what ClickHouse does when a query fails late.</summary>
internal sealed class ClosingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    /// <param name="answer">Bytes of every answer.</param>
    /// <param name="reads">False when it closes without reading the request to its end.</param>
    public ClosingServer(string answer, bool reads = true)
    {
        _listener.Start();
        _serving = ServeAsync(Encoding.Latin1.GetBytes(answer), reads);
    }

    public string Authority => _listener.LocalEndpoint.ToString()!;

    /// <summary>Head of a good answer in chunks.</summary>
    public static string Head(string headers = "") => $"HTTP/1.1 200 OK\r\n{headers}Transfer-Encoding: chunked\r\n\r\n";

    public static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ServeAsync(byte[] answer, bool reads)
    {
        var buffer = new byte[64 << 10];
        while (true)
        {
            try
            {
                using var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var stream = client.GetStream();
                await stream.ReadAtLeastAsync(buffer, 1, cancellationToken: _stop.Token);
                await stream.WriteAsync(answer);
                if (!reads) { continue; }
                client.Client.Shutdown(SocketShutdown.Send);

                // What is still being sent is taken, so that the answer is not lost to a reset.
                while (await stream.ReadAsync(buffer, _stop.Token) > 0) { }
            }
            catch (IOException)
            {
                // This client is gone; the next one comes.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
