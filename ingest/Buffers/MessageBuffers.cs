using System.Buffers;
using System.Numerics;

namespace Sluice.Ingest.Buffers;

/// <summary>Buffers for messages of nodes and documents of files, which are megabytes long. One list of idle ones a size. Thread-safe.</summary>
/// <remarks>
/// The base library's shared pool keeps one array a size for each thread besides, which other threads cannot have: with the threads that a socket's reads go through, most of what it held lay idle.
/// Here, what nobody needed during the last <see cref="RentsBetweenLooks"/> rents of a size is left to the collector, a quarter of it at a time: a peak is forgotten, but slowly, since what is given up and needed again costs more than what lies idle.
/// </remarks>
internal sealed class MessageBuffers
{
    /// <summary>Smaller ones come from the base library's shared pool.</summary>
    public const int Least = 1 << 16;

    /// <summary>Larger ones are not kept.</summary>
    public const int Most = 1 << 28;

    /// <summary>Rents of a size between two looks at what lies idle.</summary>
    public const int RentsBetweenLooks = 1_024;

    /// <summary>The process's.</summary>
    public static readonly MessageBuffers Shared = new();

    private readonly Size[] _sizes = [.. Enumerable.Range(0, SizeOf(Most) + 1).Select(i => new Size(Least << i))];

    /// <summary>A buffer of at least so many bytes, which hold anything.</summary>
    public byte[] Rent(int bytes) =>
        bytes < Least ? ArrayPool<byte>.Shared.Rent(bytes)
        : bytes > Most ? GC.AllocateUninitializedArray<byte>(bytes)
        : RentOf(SizeOf(bytes));

    /// <summary>Gives one back that was rented here.</summary>
    public void Return(byte[] buffer)
    {
        if (buffer.Length < Least) { ArrayPool<byte>.Shared.Return(buffer); }
        else if (buffer.Length <= Most) { _sizes[SizeOf(buffer.Length)].Return(buffer); }
    }

    /// <summary>An idle one of the size or of one of the next two, else a new one.</summary>
    private byte[] RentOf(int size)
    {
        for (var larger = size; larger < Math.Min(size + 3, _sizes.Length); larger++)
        {
            if (_sizes[larger].TryRent() is { } idle) { return idle; }
        }

        return GC.AllocateUninitializedArray<byte>(_sizes[size].Bytes);
    }

    private static int SizeOf(int bytes) => BitOperations.Log2((uint)(bytes - 1) / Least * 2 + 1);

    private sealed class Size(int bytes)
    {
        private readonly Stack<byte[]> _idle = new();
        private int _least, _rents;

        public int Bytes => bytes;

        /// <summary>An idle one, or null.</summary>
        public byte[]? TryRent()
        {
            lock (_idle)
            {
                if (++_rents >= RentsBetweenLooks) { Look(); }
                if (!_idle.TryPop(out var buffer)) { return null; }
                _least = Math.Min(_least, _idle.Count);
                return buffer;
            }
        }

        public void Return(byte[] buffer)
        {
            lock (_idle) { _idle.Push(buffer); }
        }

        private void Look()
        {
            for (var left = (_least + 3) / 4; left > 0; left--) { _idle.Pop(); }
            (_least, _rents) = (_idle.Count, 0);
        }
    }
}
