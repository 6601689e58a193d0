using System.Buffers;
using System.Text.Json;

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

    /// <summary>Writes <paramref name="count"/> values from <paramref name="first"/> on, as a block of their own.</summary>
    public abstract void WriteData(IBufferWriter<byte> output, int first, int count);

    /// <summary>Writes one value for a person: numbers as texts where JSON's would lose digits, bytes as UTF-8.</summary>
    public abstract void WriteJson(Utf8JsonWriter json, int index);

    /// <summary>Forgets the values.</summary>
    public abstract void Clear();

    /// <summary>Forgets the values from <paramref name="count"/> on; nothing when there are no more than that.</summary>
    internal abstract void Truncate(int count);

    /// <summary>Gives a column of texts what the writer's columns share.</summary>
    internal virtual void Share(KeyTexts keys)
    {
    }
}
