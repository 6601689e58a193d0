using System.Buffers;
using Sluice.Sinks;

namespace Sluice.Api.ClickHouse;

/// <summary>Turns blocks of Native format as the engine writes them into those of a client's protocol version.</summary>
/// <remarks>
/// A client that sends <c>client_protocol_version</c> (clickhouse-go and with it Grafana's plugin) wants before each block its info, and from
/// version 54454 on, before the values of each column a byte that says that they are written in the ordinary way. The engine writes version 0, without both.
/// Source: ClickHouse, src/Formats/NativeWriter.cpp, src/Core/BlockInfo.h, src/Core/ProtocolDefines.h.
/// </remarks>
internal static class NativeRevision
{
    /// <summary>First version with the byte before a column's values (DBMS_MIN_REVISION_WITH_CUSTOM_SERIALIZATION).</summary>
    private const ulong CustomSerialization = 54_454;

    private const int NotImplemented = 48;

    /// <summary>Field 1: no overflow rows; field 2: bucket -1; end.</summary>
    private static ReadOnlySpan<byte> BlockInfo => [1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0];

    /// <summary>Rewrites whole blocks.</summary>
    /// <param name="revision">The client's protocol version, above 0.</param>
    /// <exception cref="ClickHouseException">A column's type is not known here.</exception>
    public static void Rewrite(ReadOnlySpan<byte> blocks, ulong revision, IBufferWriter<byte> output)
    {
        var cursor = new NativeCursor(blocks);
        while (!cursor.IsAtEnd)
        {
            output.Write(BlockInfo);
            var written = cursor.At;
            var columns = cursor.ReadNumber();
            var rows = (long)cursor.ReadNumber();
            for (var i = 0UL; i < columns; i++)
            {
                var name = cursor.ReadText();
                var typeName = cursor.ReadText();
                if (revision >= CustomSerialization)
                {
                    output.Write(blocks[written..cursor.At]);
                    output.Write([(byte)0]);
                    written = cursor.At;
                }

                var type = NativeType.Parse(typeName) ?? throw new ClickHouseException(
                    NotImplemented,
                    $"Column {name} is of type {typeName}, which is not sent in Native format with client_protocol_version here: convert it with toString(). (NOT_IMPLEMENTED)",
                    ClickHouseErrorKind.Reject);
                if (rows == 0) { continue; }
                type.SkipPrefix(ref cursor);
                type.Skip(ref cursor, rows);
            }

            output.Write(blocks[written..cursor.At]);
        }
    }
}
