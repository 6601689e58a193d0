using System.Buffers;

namespace Sluice.Schemas.Records;

/// <summary>Columns of one table, filled a record at a time and written as one block of ClickHouse's Native format.</summary>
/// <remarks>Generated for every schema that names a table. Buffers are kept over <see cref="Clear"/>. Not thread-safe.</remarks>
public interface IColumnWriter<T>
    where T : struct, IRecord
{
    /// <summary>Table name, without database.</summary>
    string Table { get; }

    /// <summary>Column names, comma-separated, in the order of the block.</summary>
    string ColumnList { get; }

    /// <summary>Rows so far.</summary>
    int Rows { get; }

    /// <summary>Bytes that the columns hold so far, about the size of the block.</summary>
    long Bytes { get; }

    /// <summary>Appends a row.</summary>
    void Append(in T record);

    /// <summary>Writes one Native block with every row; nothing when there is none.</summary>
    void WriteTo(IBufferWriter<byte> output);

    /// <summary>Forgets the rows and keeps the buffers.</summary>
    void Clear();
}
