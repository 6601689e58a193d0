using System.Buffers;
using System.Runtime.InteropServices;

namespace Sluice.Schemas.Columns;

/// <summary>Where each row's elements end, counted from the block's start; shared by the columns of one array of records.</summary>
public sealed class ArrayOffsets
{
    private ulong[] _ends = [];
    private ulong _total;

    /// <summary>Rows so far.</summary>
    public int Count { get; private set; }

    internal ReadOnlySpan<ulong> Ends => _ends.AsSpan(0, Count);

    /// <summary>Ends a row of <paramref name="elements"/> elements.</summary>
    public void EndRow(int elements)
    {
        if (Count == _ends.Length) { Array.Resize(ref _ends, Math.Max(64, _ends.Length * 2)); }
        _total += (ulong)elements;
        _ends[Count++] = _total;
    }

    internal void Clear()
    {
        Count = 0;
        _total = 0;
    }
}

/// <summary>Array(T): the ends of the rows, then all elements one after the other.</summary>
public sealed class ArrayColumn(ArrayOffsets offsets, Column elements) : Column
{
    public override int Count => offsets.Count;

    public override long Bytes => elements.Bytes + (offsets.Count * (long)sizeof(ulong));

    public override void WritePrefix(IBufferWriter<byte> output) => elements.WritePrefix(output);

    public override void WriteData(IBufferWriter<byte> output)
    {
        var total = offsets.Count == 0 ? 0 : offsets.Ends[^1];
        if ((ulong)elements.Count != total)
        {
            throw new InvalidOperationException($"An array column holds {elements.Count} elements, its rows end at {total}.");
        }

        output.Write(MemoryMarshal.AsBytes(offsets.Ends));
        elements.WriteData(output);
    }

    public override void Clear()
    {
        offsets.Clear();
        elements.Clear();
    }

    internal override void Share(KeyTexts keys) => elements.Share(keys);
}
