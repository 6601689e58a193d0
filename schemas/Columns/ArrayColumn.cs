using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

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

    /// <summary>Where the elements of a row begin.</summary>
    internal int StartOf(int row) => row == 0 ? 0 : (int)_ends[row - 1];

    internal void Truncate(int count)
    {
        if (count >= Count) { return; }
        Count = count;
        _total = (ulong)StartOf(count);
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

    public override void WriteData(IBufferWriter<byte> output, int first, int count)
    {
        var total = offsets.StartOf(offsets.Count);
        if (elements.Count != total)
        {
            throw new InvalidOperationException($"An array column holds {elements.Count} elements, its rows end at {total}.");
        }

        var ends = offsets.Ends.Slice(first, count);
        var start = offsets.StartOf(first);
        if (start == 0) { output.Write(MemoryMarshal.AsBytes(ends)); }
        else { WriteShifted(output, ends, (ulong)start); }
        elements.WriteData(output, start, offsets.StartOf(first + count) - start);
    }

    public override void WriteJson(Utf8JsonWriter json, int index)
    {
        json.WriteStartArray();
        for (var i = offsets.StartOf(index); i < offsets.StartOf(index + 1); i++) { elements.WriteJson(json, i); }
        json.WriteEndArray();
    }

    public override void Clear()
    {
        offsets.Clear();
        elements.Clear();
    }

    internal override void Share(KeyTexts keys) => elements.Share(keys);

    /// <remarks>The columns of one array of records share their ends: the first that is cut cuts them for all.</remarks>
    internal override void Truncate(int count)
    {
        offsets.Truncate(count);
        elements.Truncate(offsets.StartOf(offsets.Count));
    }

    private static void WriteShifted(IBufferWriter<byte> output, ReadOnlySpan<ulong> ends, ulong start)
    {
        foreach (var end in ends)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(sizeof(ulong)), end - start);
            output.Advance(sizeof(ulong));
        }
    }
}
