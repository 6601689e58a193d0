using System.Buffers;

namespace Sluice.Schemas.Columns;

/// <summary>Values of one column of a block in ClickHouse's Native format. Buffers are kept over <see cref="Clear"/>.</summary>
/// <remarks>
/// The format was written down from ClickHouse's own serialisations (ClickHouse/ClickHouse: src/DataTypes/Serializations)
/// and is checked against the engine. All numbers are little-endian, as on every platform that the engine has.
/// </remarks>
public abstract class Column
{
    /// <summary>Values so far: rows, or elements for what stands inside an array.</summary>
    public abstract int Count { get; }

    /// <summary>Bytes that the values take, about.</summary>
    public abstract long Bytes { get; }

    /// <summary>Writes what the type puts before its data: nothing but for LowCardinality.</summary>
    public virtual void WritePrefix(IBufferWriter<byte> output)
    {
    }

    /// <summary>Writes the values.</summary>
    public abstract void WriteData(IBufferWriter<byte> output);

    /// <summary>Forgets the values.</summary>
    public abstract void Clear();

    /// <summary>Gives a column of texts what the writer's columns share.</summary>
    internal virtual void Share(KeyTexts keys)
    {
    }
}
