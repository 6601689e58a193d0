using System.Buffers.Binary;

namespace Sluice.Streams;

/// <summary>The hash that places a key in a partition: murmur2 with Kafka's seed, so that any Kafka client places it alike.</summary>
/// <remarks>Equal in every process, unlike <see cref="object.GetHashCode"/>. Source: apache/kafka, clients, Utils.murmur2.</remarks>
public static class StableHash
{
    private const uint Seed = 0x9747b28c;
    private const uint Multiplier = 0x5bd1e995;

    /// <summary>murmur2 of the bytes.</summary>
    public static uint Murmur2(ReadOnlySpan<byte> bytes)
    {
        var hash = Seed ^ (uint)bytes.Length;
        while (bytes.Length >= sizeof(uint))
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(bytes) * Multiplier;
            word ^= word >> 24;
            hash = (hash * Multiplier) ^ (word * Multiplier);
            bytes = bytes[sizeof(uint)..];
        }

        if (bytes.Length > 0)
        {
            for (var i = bytes.Length - 1; i >= 0; i--) { hash ^= (uint)bytes[i] << (8 * i); }
            hash *= Multiplier;
        }

        hash ^= hash >> 13;
        hash *= Multiplier;
        return hash ^ (hash >> 15);
    }

    /// <summary>Partition of a key, 0 to <paramref name="partitions"/> − 1.</summary>
    public static int Partition(ReadOnlySpan<byte> key, int partitions) =>
        partitions == 1 ? 0 : (int)((Murmur2(key) & 0x7fffffff) % (uint)partitions);
}
