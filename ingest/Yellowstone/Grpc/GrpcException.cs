using System.Globalization;
using System.Net;

namespace Sluice.Ingest.Yellowstone.Grpc;

/// <summary>A call that failed, or a stream that ended. The message is for a person and holds no key.</summary>
internal sealed class GrpcException(string message, Exception? inner = null) : Exception(message, inner)
{
    private const int MaxDetail = 200;

    /// <summary>Names of the status codes, by number. Source: gRPC's status codes.</summary>
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>What a status says.</summary>
    /// <param name="status">The header grpc-status.</param>
    /// <param name="detail">The header grpc-message, percent-encoded.</param>
    /// <param name="token">Kept out of the text, should the node repeat it.</param>
    public static GrpcException Of(string status, string? detail, string? token)
    {
        var name = int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code < Names.Length ? Names[code] : $"status {Clean(status, token)}";
        var said = Clean(Uri.UnescapeDataString(detail ?? ""), token);
        var text = said.Length == 0 ? name : $"{name} ({said})";
        return new GrpcException(name switch
        {
            "OK" => "the node ended the stream",
            "UNAUTHENTICATED" => $"{text}: the token is missing or wrong; check SLUICE_GRPC_TOKEN",
            "PERMISSION_DENIED" => $"{text}: the token does not allow this stream; check it and what its plan allows",
            "RESOURCE_EXHAUSTED" => $"{text}: too many streams or requests for this token",
            "UNIMPLEMENTED" => $"{text}: there is no Yellowstone gRPC at this address; check host and port",
            _ => text,
        });
    }

    /// <summary>What an HTTP status says where there is no gRPC status. Source: gRPC's mapping of HTTP status codes.</summary>
    public static GrpcException Of(HttpStatusCode status, string? token) => status switch
    {
        HttpStatusCode.Unauthorized => Of("16", null, token),
        HttpStatusCode.Forbidden => Of("7", null, token),
        HttpStatusCode.TooManyRequests => Of("8", null, token),
        HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => Of("14", null, token),
        HttpStatusCode.OK => new GrpcException("no gRPC is answered at this address; check host and port"),
        _ => new GrpcException(string.Create(CultureInfo.InvariantCulture, $"HTTP {(int)status}: no gRPC is answered at this address; check host and port")),
    };

    private static string Clean(string text, string? token)
    {
        if (token is { Length: > 0 }) { text = text.Replace(token, "…", StringComparison.Ordinal); }
        var shown = text.AsSpan(0, Math.Min(text.Length, MaxDetail));
        return string.Create(shown.Length, shown, static (into, from) =>
        {
            for (var i = 0; i < into.Length; i++) { into[i] = char.IsControl(from[i]) ? ' ' : from[i]; }
        });
    }
}
