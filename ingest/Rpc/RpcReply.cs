using Sluice.Ingest.Buffers;

namespace Sluice.Ingest.Rpc;

/// <summary>An error that is an answer, such as "slot was skipped".</summary>
/// <param name="Code">JSON-RPC code: −32007 and −32009 for a slot without a block.</param>
/// <param name="Message">The node's words.</param>
public sealed record RpcError(int Code, string Message)
{
    /// <summary>The node says that the slot has no block: skipped, or missing in its ledger.</summary>
    public bool IsWithoutBlock => Code is -32007 or -32009;
}

/// <summary>The bytes of an answer, in a buffer of <see cref="MessageBuffers"/> that goes back when the reply is disposed of.</summary>
public sealed class RpcReply(byte[] buffer, int length, string endpoint) : IDisposable
{
    private byte[]? _buffer = buffer;

    /// <summary>The JSON-RPC envelope with its result.</summary>
    public ReadOnlyMemory<byte> Body => _buffer is null ? throw new ObjectDisposedException(nameof(RpcReply)) : _buffer.AsMemory(0, length);

    /// <summary>Host and port of who answered.</summary>
    public string Endpoint { get; } = endpoint;

    /// <summary>Set where the answer is an error.</summary>
    public RpcError? Error { get; init; }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } rented) { MessageBuffers.Shared.Return(rented); }
    }
}
