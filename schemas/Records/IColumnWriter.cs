using System.Buffers;
using System.Text.Json;

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

    /// <summary>Appends a row. A value that its column cannot hold (a negative slot) throws and leaves the rows as they were.</summary>
    void Append(in T record);

    /// <summary>Writes one Native block with every row; nothing when there is none.</summary>
    void WriteTo(IBufferWriter<byte> output);

    /// <summary>Writes one Native block with <paramref name="count"/> rows from <paramref name="first"/> on.</summary>
    void WriteTo(IBufferWriter<byte> output, int first, int count);

    /// <summary>Writes one row for a person, an object with every column by its name.</summary>
    void WriteJson(Utf8JsonWriter json, int row);

    /// <summary>Forgets the rows and keeps the buffers.</summary>
    void Clear();
}
