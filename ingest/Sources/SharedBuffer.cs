using Sluice.Ingest.Buffers;

namespace Sluice.Ingest.Sources;

/// <summary>A pooled buffer that several items look into; it goes back to the pool when the last one is done.</summary>
internal sealed class SharedBuffer
{
    private int _users = 1;

    private SharedBuffer(byte[] bytes) => Bytes = bytes;

    public byte[] Bytes { get; private set; }

    /// <summary>Rents a buffer for one user, the caller.</summary>
    public static SharedBuffer Rent(int size) => new(MessageBuffers.Shared.Rent(size));

    /// <summary>Adds a user.</summary>
    public SharedBuffer Share()
    {
        Interlocked.Increment(ref _users);
        return this;
    }

    /// <summary>Takes a user away.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) != 0) { return; }
        MessageBuffers.Shared.Return(Bytes);
        Bytes = [];
    }

    /// <summary>Moves the first bytes into a larger buffer. Only while the caller is the single user.</summary>
    public void Grow(int size, int keep)
    {
        var larger = MessageBuffers.Shared.Rent(size);
        Bytes.AsSpan(0, keep).CopyTo(larger);
        MessageBuffers.Shared.Return(Bytes);
        Bytes = larger;
    }
}
