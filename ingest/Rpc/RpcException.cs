namespace Sluice.Ingest.Rpc;

/// <summary>Why a request has no answer.</summary>
public enum RpcFault
{
    /// <summary>No connection, or one that broke.</summary>
    Unreachable,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>Too many requests (HTTP 429, or the same as a JSON-RPC error).</summary>
    RateLimited,

    /// <summary>The endpoint says that it is at fault: HTTP 5xx, a node that is behind or unhealthy.</summary>
    Unavailable,

    /// <summary>What came is no JSON-RPC answer, or was cut off.</summary>
    BadReply,

    /// <summary>The node does not have the block, yet.</summary>
    NotThere,

    /// <summary>The block is so old that the node has given it up. Of a call: every endpoint has.</summary>
    Gone,

    /// <summary>The endpoint refuses: a key is missing or wrong, or the method is not offered.</summary>
    Refused,
}

/// <summary>A request that no endpoint answered. Messages name endpoints by host only.</summary>
public sealed class RpcException(RpcFault fault, string endpoint, string message, TimeSpan? retryAfter = null, Exception? inner = null)
    : Exception($"{endpoint}: {message}", inner)
{
    public RpcFault Fault { get; } = fault;

    /// <summary>What is wrong, without the endpoint.</summary>
    public string Words { get; } = message;

    /// <summary>Host and port.</summary>
    public string Endpoint { get; } = endpoint;

    /// <summary>How long the endpoint asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True where the endpoint itself is ill, so that it should be spared for a while.</summary>
    public bool IsIllness => Fault is RpcFault.Unreachable or RpcFault.Timeout or RpcFault.Unavailable or RpcFault.BadReply or RpcFault.Refused;
}
