using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Sluice.Tests.Integration.Sinks.Http;

/// <summary>Native blocks of plain types, made by hand.</summary>
internal static class NativeRows
{
    /// <summary>Table that <see cref="Write"/> fills.</summary>
    public const string Ddl = "CREATE TABLE IF NOT EXISTS t (a UInt64, b String) ENGINE = MergeTree ORDER BY a";

    public const string Columns = "`a`, `b`";

    /// <summary>Columns a (0, 1, …) and b (x0, x1, …).</summary>
    public static void Write(IBufferWriter<byte> output, int rows)
    {
        WriteHead(output, rows);
        for (var i = 0; i < rows; i++) { WriteText(output, $"x{i}"); }
    }

    /// <summary>A block as far as the heading of its last column.</summary>
    public static void WriteHead(IBufferWriter<byte> output, int rows)
    {
        WriteNumber(output, 2);
        WriteNumber(output, (ulong)rows);
        WriteText(output, "a");
        WriteText(output, "UInt64");
        for (var i = 0; i < rows; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(8), (ulong)i);
            output.Advance(8);
        }

        WriteText(output, "b");
        WriteText(output, "String");
    }

    public static void WriteText(IBufferWriter<byte> output, string text)
    {
        WriteNumber(output, (ulong)text.Length);
        output.Advance(Encoding.ASCII.GetBytes(text, output.GetSpan(text.Length)));
    }

    private static void WriteNumber(IBufferWriter<byte> output, ulong value)
    {
        for (; value >= 0x80; value >>= 7) { output.Write([(byte)(value | 0x80)]); }
        output.Write([(byte)value]);
    }
}
