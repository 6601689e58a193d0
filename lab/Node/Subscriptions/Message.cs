namespace Sluice.Lab.Node.Subscriptions;

/// <summary>A message to a subscriber in three parts, so that the large one in the middle is shared by all.</summary>
public readonly record struct Message(ReadOnlyMemory<byte> Head, ReadOnlyMemory<byte> Body, ReadOnlyMemory<byte> Tail)
{
    public long Length => Head.Length + (long)Body.Length + Tail.Length;
}
