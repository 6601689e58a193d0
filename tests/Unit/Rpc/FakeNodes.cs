using System.Net;
using System.Text;
using System.Text.Json;
using Sluice.Ingest.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Rpc;

/// <summary>Nodes without a network: a function says what each host answers.</summary>
internal sealed class FakeNodes(Func<FakeNodes.Request, FakeNodes.Answer> answer) : HttpMessageHandler
{
    private readonly Lock _gate = new();
    private readonly List<Request> _asked = [];

    /// <summary>A call that reached a host.</summary>
    internal sealed record Request(Uri Url, string Method, JsonElement Parameters, int Number)
    {
        public string Host => Url.Host;
    }

    /// <summary>What a host does with a call.</summary>
    internal sealed record Answer(HttpStatusCode Status, string Body)
    {
        /// <summary>Seconds of a Retry-After header; null for none.</summary>
        public int? RetryAfter { get; init; }

        /// <summary>The host takes the call and says nothing.</summary>
        public bool IsSilent { get; init; }

        /// <summary>The connection breaks.</summary>
        public bool IsBroken { get; init; }

        public static Answer Result(string json) => new(HttpStatusCode.OK, $$"""{"jsonrpc":"2.0","result":{{json}},"id":1}""");

        public static Answer Error(int code, string message) => new(HttpStatusCode.OK, $$$"""{"jsonrpc":"2.0","error":{"code":{{{code}}},"message":"{{{message}}}"},"id":1}""");
    }

    public static Answer Silent { get; } = new(HttpStatusCode.OK, "") { IsSilent = true };

    public static Answer Broken { get; } = new(HttpStatusCode.OK, "") { IsBroken = true };

    public IReadOnlyList<Request> Asked
    {
        get { lock (_gate) { return [.. _asked]; } }
    }

    public int CountOf(string host) => Asked.Count(r => r.Host == host);

    public RpcClient Client(RpcOptions options) => new(options, handler: this);

    /// <summary>Longer than any wait that a test means: time does not go on towards it.</summary>
    private static readonly TimeSpan Never = TimeSpan.FromHours(12);

    /// <summary>Moves time on until a task is done, but not while it only waits for answers: those come when the machine gets to them.</summary>
    public static async Task<T> DoneAsync<T>(Task<T> task, ManualTime time)
    {
        while (!task.IsCompleted)
        {
            await Task.Yield();
            if (time.Next < Never / 2) { time.Advance(TimeSpan.FromMilliseconds(20)); }
        }

        return await task;
    }

    public static RpcOptions Options(ManualTime time, params string[] urls) => new()
    {
        Endpoints = [.. urls.Select(u => RpcEndpointAddress.TryParse(u, out var address, out var wrong) ? address! : throw new ArgumentException(wrong))],
        Time = time,
        RequestTimeout = Never,
        HedgeAfter = Never,
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var body = JsonDocument.Parse(await request.Content!.ReadAsStringAsync(cancellationToken));
        Request made;
        lock (_gate)
        {
            var number = _asked.Count(r => r.Host == request.RequestUri!.Host) + 1;
            made = new Request(request.RequestUri!, body.RootElement.GetProperty("method").GetString()!, body.RootElement.GetProperty("params").Clone(), number);
            _asked.Add(made);
        }

        var given = answer(made);
        if (given.IsBroken) { throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"); }
        if (given.IsSilent) { await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken); }
        var reply = new HttpResponseMessage(given.Status) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(given.Body)) };
        if (given.RetryAfter is { } seconds) { reply.Headers.RetryAfter = new(TimeSpan.FromSeconds(seconds)); }
        return reply;
    }
}
