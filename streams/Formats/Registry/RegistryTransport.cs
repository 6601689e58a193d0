using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Sluice.Streams.Formats.Registry;

/// <summary>Requests to the registry's addresses, with time limits, repeated while it does not answer.</summary>
internal sealed class RegistryTransport : IDisposable
{
    private const int MaxReplyBytes = 16 << 20;
    private const string MediaType = "application/vnd.schemaregistry.v1+json";

    private readonly SchemaRegistryOptions _options;
    private readonly HttpClient _http;
    private int _current;

    public RegistryTransport(SchemaRegistryOptions options)
    {
        _options = options;
        Address = string.Join(", ", options.Urls.Select(u => u.ToString().TrimEnd('/')));
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false, // credentials go where they were meant to go
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseProxy = !options.Urls.All(u => u.IsLoopback),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan, // each request has its own
            MaxResponseContentBufferSize = MaxReplyBytes,
        };
        _http.DefaultRequestHeaders.Accept.ParseAdd($"{MediaType}, application/json");
        if (options.User is { } user)
        {
            var token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{options.Password}"));
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
        }
    }

    /// <summary>The addresses, without credentials.</summary>
    public string Address { get; }

    public Task<RegistryReply> GetAsync(string path, CancellationToken cancel) => SendAsync(HttpMethod.Get, path, null, cancel);

    public Task<RegistryReply> PostAsync(string path, byte[] body, CancellationToken cancel) => SendAsync(HttpMethod.Post, path, body, cancel);

    public void Dispose() => _http.Dispose();

    private async Task<RegistryReply> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancel)
    {
        var attempts = Math.Max(_options.Attempts, _options.Urls.Count);
        var pause = _options.FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            var current = Volatile.Read(ref _current);
            SchemaRegistryException failure;
            try
            {
                return await SendOnceAsync(_options.Urls[current % _options.Urls.Count], method, path, body, cancel).ConfigureAwait(false);
            }
            catch (SchemaRegistryException e) when (e.Fault == RegistryFault.Unreachable)
            {
                failure = e;
            }

            if (attempt >= attempts) { throw failure; }
            Interlocked.CompareExchange(ref _current, current + 1, current);

            // The other addresses are asked at once; a pause comes when all of them had their turn.
            if (attempt % _options.Urls.Count != 0) { continue; }
            await Task.Delay(pause * (0.75 + (0.5 * Random.Shared.NextDouble())), _options.Time, cancel).ConfigureAwait(false);
            pause = pause * 2 < _options.LongestPause ? pause * 2 : _options.LongestPause;
        }
    }

    private async Task<RegistryReply> SendOnceAsync(Uri url, HttpMethod method, string path, byte[]? body, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_options.RequestTimeout);
        using var request = new HttpRequestMessage(method, new Uri(url, path));
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaType);
        }

        try
        {
            using var response = await _http.SendAsync(request, limit.Token).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(limit.Token).ConfigureAwait(false);
            return Judge(response.StatusCode, bytes);
        }
        catch (HttpRequestException e)
        {
            throw SchemaRegistryException.Unreachable(Address, e.InnerException?.Message ?? e.Message, 0, e);
        }
        catch (OperationCanceledException e) when (!cancel.IsCancellationRequested)
        {
            throw SchemaRegistryException.Unreachable(Address, $"no answer within {_options.RequestTimeout.TotalSeconds:0.#} s", 0, e);
        }
    }

    private RegistryReply Judge(HttpStatusCode status, byte[] bytes)
    {
        if (status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw SchemaRegistryException.Unauthorized(Address, (int)status, _options.User is not null);
        }

        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 128 });
        }
        catch (JsonException)
        {
            // Told by the reply: a page of a proxy, or nothing.
        }

        var reply = new RegistryReply(Address, status, document);
        if ((int)status < 500 && status is not (HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests)) { return reply; }
        using (reply)
        {
            throw SchemaRegistryException.Unreachable(Address, $"{(int)status} {reply.Message}", reply.Code, null);
        }
    }
}
