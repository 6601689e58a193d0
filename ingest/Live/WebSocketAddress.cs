using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>Where a node takes WebSockets.</summary>
public static class WebSocketAddress
{
    /// <summary>Reads <c>ws://…</c>, <c>wss://…</c>, or the same with http and https.</summary>
    /// <param name="text">The address.</param>
    /// <param name="address">Null where the text is no address.</param>
    /// <param name="wrong">What to write, without the text itself, which may hold a key.</param>
    public static bool TryParse(string? text, out RpcEndpointAddress? address, out string wrong)
    {
        (address, wrong) = (null, "an address such as wss://api.mainnet-beta.solana.com or ws://127.0.0.1:8900 is asked for");
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("ws" or "wss" or "http" or "https") || url.Fragment.Length > 0) { return false; }
        address = new RpcEndpointAddress(With(url, url.IsDefaultPort ? -1 : url.Port));
        return true;
    }

    /// <summary>Where the node of an RPC address takes WebSockets by convention: the same place, and the next port where a port is named.</summary>
    public static RpcEndpointAddress Of(RpcEndpointAddress rpc) => new(With(rpc.Url, rpc.Url.IsDefaultPort ? -1 : Math.Min(rpc.Url.Port + 1, 65_535)));

    private static Uri With(Uri url, int port) => new UriBuilder(url) { Scheme = url.Scheme is "https" or "wss" ? "wss" : "ws", Port = port }.Uri;
}
