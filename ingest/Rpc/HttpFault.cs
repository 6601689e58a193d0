namespace Sluice.Ingest.Rpc;

/// <summary>Why a node could not be spoken to, in words that a person can act on, without an address, which may hold a key.</summary>
internal static class HttpFault
{
    public static string Reason(Exception e) => e is HttpRequestException { HttpRequestError: var kind }
        ? kind switch
        {
            HttpRequestError.NameResolutionError => "the host's name is not known",
            HttpRequestError.ConnectionError => "no connection",
            HttpRequestError.SecureConnectionError => "TLS could not be agreed on",
            HttpRequestError.VersionNegotiationError => "HTTP/2 is not spoken there",
            _ => "the connection broke",
        }
        : "the connection broke";
}
