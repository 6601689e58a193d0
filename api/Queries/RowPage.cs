using System.Buffers;
using System.Text;
using Sluice.Api.Filters;
using Sluice.Sinks;

namespace Sluice.Api.Queries;

/// <summary>Rows of one page as the store wrote them, a JSON object a line, and perhaps the first row of the next page.</summary>
internal sealed class RowPage(int limit, ulong fingerprint)
{
    private readonly List<byte[]> _pieces = [];

    /// <summary>Rows read so far.</summary>
    public int RowsRead { get; private set; }

    public void Add(QueryResult rows)
    {
        if (rows.Rows == 0) { return; }
        _pieces.Add(rows.Bytes);
        RowsRead += checked((int)rows.Rows);
    }

    /// <summary>Writes the page as a JSON object with <c>data</c> and <c>next_cursor</c>.</summary>
    public void WriteTo(IBufferWriter<byte> output)
    {
        output.Write("{\"data\":["u8);
        var count = 0;
        ReadOnlySpan<byte> last = default;
        foreach (var piece in _pieces)
        {
            ReadOnlySpan<byte> rest = piece;

            // JSON text holds no line feed outside escapes, so lines are rows.
            while (!rest.IsEmpty && count < limit)
            {
                var end = rest.IndexOf((byte)'\n');
                var row = end < 0 ? rest : rest[..end];
                rest = end < 0 ? default : rest[(end + 1)..];
                if (count++ > 0) { output.Write(","u8); }
                output.Write(row);
                last = row;
            }
        }

        output.Write("],\"next_cursor\":"u8);
        if (RowsRead > limit)
        {
            output.Write("\""u8);
            Encoding.UTF8.GetBytes(Cursor.Write(fingerprint, RowKeyReader.Read(last)), output);
            output.Write("\"}"u8);
        }
        else
        {
            output.Write("null}"u8);
        }
    }
}
