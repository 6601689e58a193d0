using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Sluice.Ingest.Buffers;

namespace Sluice.Ingest.Yellowstone.Grpc;

/// <summary>One call with messages both ways, over HTTP/2. One task reads and writes.</summary>
/// <remarks>Source: gRPC over HTTP/2: a POST whose body and response are messages with a prefix each, the status in the trailers.</remarks>
internal sealed class GrpcStream : IDisposable
{
    private static readonly MediaTypeHeaderValue Grpc = new("application/grpc");

    private readonly HttpResponseMessage _response;
    private readonly RequestContent _request;
    private readonly GrpcMessageReader _messages;
    private readonly string? _token;

    private GrpcStream(HttpResponseMessage response, Stream body, RequestContent request, int maxBytes, string? token)
    {
        (_response, _request, _token) = (response, request, token);
        _messages = new GrpcMessageReader(body, maxBytes);
    }

    /// <summary>Calls, and waits until the node takes the call.</summary>
    /// <param name="http">Sends it; not disposed of.</param>
    /// <param name="method">The method's address.</param>
    /// <param name="token">Sent as x-token; null sends none.</param>
    /// <param name="first">The first message.</param>
    /// <param name="maxBytes">Largest message that is taken.</param>
    /// <exception cref="GrpcException">The node does not take it.</exception>
    public static async Task<GrpcStream> CallAsync(HttpMessageInvoker http, Uri method, string? token, IMessage first, int maxBytes, CancellationToken cancel)
    {
        var content = new RequestContent(Frame(first));
        using var message = new HttpRequestMessage(HttpMethod.Post, method) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = content };
        message.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        message.Headers.Add("grpc-accept-encoding", "identity");
        message.Headers.UserAgent.ParseAdd("sluice");
        if (token is not null) { message.Headers.TryAddWithoutValidation("x-token", token); }
        HttpResponseMessage? response = null;
        try
        {
            response = await http.SendAsync(message, cancel).ConfigureAwait(false);
            if (response.Headers.TryGetValues("grpc-status", out var status)) { throw GrpcException.Of(status.First(), First(response.Headers, "grpc-message"), token); }
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType?.StartsWith(Grpc.MediaType!, StringComparison.OrdinalIgnoreCase) != true)
            {
                throw GrpcException.Of(response.StatusCode, token);
            }

            return new GrpcStream(response, await response.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false), content, maxBytes, token);
        }
        catch
        {
            content.End();
            response?.Dispose();
            throw;
        }
    }

    /// <summary>The next message.</summary>
    /// <exception cref="GrpcException">The stream is at its end, for the reason that the node gave.</exception>
    public async ValueTask<MessageBuffer> ReadAsync(CancellationToken cancel) => await _messages.ReadAsync(cancel).ConfigureAwait(false)
        ?? throw (First(_response.TrailingHeaders, "grpc-status") is { } status
            ? GrpcException.Of(status, First(_response.TrailingHeaders, "grpc-message"), _token)
            : new GrpcException("the node ended the stream without a status"));

    /// <summary>Sends a message.</summary>
    public async Task SendAsync(IMessage message, CancellationToken cancel)
    {
        var stream = await _request.Stream.WaitAsync(cancel).ConfigureAwait(false);
        await stream.WriteAsync(Frame(message), cancel).ConfigureAwait(false);
        await stream.FlushAsync(cancel).ConfigureAwait(false);
    }

    public void Dispose()
    {
        _request.End();
        _response.Dispose();
    }

    private static byte[] Frame(IMessage message)
    {
        const int Prefix = 5;
        var size = message.CalculateSize();
        var frame = new byte[Prefix + size];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)size);
        message.WriteTo(frame.AsSpan(Prefix));
        return frame;
    }

    private static string? First(HttpHeaders headers, string name) => headers.TryGetValues(name, out var values) ? values.First() : null;

    /// <summary>The body of the request: its first message at once, the others as they are sent, until the call ends.</summary>
    private sealed class RequestContent : HttpContent
    {
        private readonly byte[] _first;
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public RequestContent(byte[] first)
        {
            _first = first;
            Headers.ContentType = Grpc;
        }

        public Task<Stream> Stream => _stream.Task;

        public void End()
        {
            _ended.TrySetResult();
            _stream.TrySetCanceled();
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(_first, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            _stream.TrySetResult(stream);
            await _ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
