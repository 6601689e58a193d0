using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.Sinks.Embedded;

/// <summary>The calls of chDB that carry data, run on a connection's thread.</summary>
internal static unsafe class EngineStatements
{
    /// <summary>Refuses what is not one reading statement. What does not parse passes: running it gives ClickHouse's own message.</summary>
    public static void RequireReading(EngineConnection connection, string sql)
    {
        var text = Encoding.UTF8.GetBytes(sql);
        ChDb.QueryAnalysis analysis = new() { StructSize = (uint)sizeof(ChDb.QueryAnalysis) };
        fixed (byte* s = text)
        {
            if (ChDb.Classify(connection.Handle, s, (nuint)text.Length, null, 0, &analysis) != 0)
            {
                throw new ClickHouseException(0, "The engine could not look at the statement.", ClickHouseErrorKind.Stop);
            }
        }

        if (analysis.StatementCount > 1)
        {
            throw new ClickHouseException(62, "One statement at a time, please. (SYNTAX_ERROR)", ClickHouseErrorKind.Reject);
        }

        if (analysis.QueryClass is not (ChDb.QueryAnalysis.ReadOnly or ChDb.QueryAnalysis.Unknown))
        {
            throw new ClickHouseException(
                ClickHouseException.ReadOnly,
                "Only reading statements can be asked: SELECT, SHOW, DESCRIBE, EXPLAIN, EXISTS. (READONLY)",
                ClickHouseErrorKind.Reject);
        }
    }

    /// <summary>Runs a query to its end. Every format comes out whole.</summary>
    public static QueryResult Query(EngineConnection connection, string sql, ClickHouseQuery query)
    {
        using var texts = new NativeTexts(query.Parameters);
        var text = Encoding.UTF8.GetBytes(sql);
        var format = Encoding.UTF8.GetBytes(query.Format);
        nint result;
        fixed (byte* s = text, f = format)
        {
            result = ChDb.QueryWithParameters(
                connection.Handle, s, (nuint)text.Length, f, (nuint)format.Length,
                texts.Names, texts.NameLengths, texts.Values, texts.ValueLengths, (nuint)texts.Count);
        }

        EngineConnection.ThrowIfFailed(result);
        try
        {
            return new QueryResult(Copy(result), (long)ChDb.ResultRows(result));
        }
        finally
        {
            ChDb.DestroyResult(result);
        }
    }

    /// <summary>
    /// Starts a query whose result comes in pieces; the handle goes to <see cref="Fetch"/> and <see cref="EndStream"/>. False for a statement that
    /// the engine gives only whole: SHOW, DESCRIBE, EXISTS, EXPLAIN.
    /// </summary>
    public static bool TryBeginStream(EngineConnection connection, string sql, ClickHouseQuery query, out nint stream)
    {
        using var texts = new NativeTexts(query.Parameters);
        var text = Encoding.UTF8.GetBytes(sql);
        var format = Encoding.UTF8.GetBytes(query.Format);
        fixed (byte* s = text, f = format)
        {
            stream = ChDb.StreamQuery(
                connection.Handle, s, (nuint)text.Length, f, (nuint)format.Length,
                texts.Names, texts.NameLengths, texts.Values, texts.ValueLengths, (nuint)texts.Count);
            try
            {
                EngineConnection.ThrowIfFailed(stream);
                return true;
            }
            catch (ClickHouseException e) when (e.Message.StartsWith("Streaming query is not supported", StringComparison.Ordinal))
            {
                return false;
            }
        }
    }

    /// <summary>The next piece with its rows; empty at the end.</summary>
    public static QueryResult Fetch(EngineConnection connection, nint stream)
    {
        var piece = ChDb.StreamFetch(connection.Handle, stream);
        EngineConnection.ThrowIfFailed(piece);
        try
        {
            return new QueryResult(Copy(piece), (long)ChDb.ResultRows(piece));
        }
        finally
        {
            ChDb.DestroyResult(piece);
        }
    }

    /// <summary>Ends a stream, also one that was not read to its end.</summary>
    public static bool EndStream(EngineConnection connection, nint stream, bool readToEnd)
    {
        if (!readToEnd) { ChDb.StreamCancel(connection.Handle, stream); }
        ChDb.DestroyResult(stream);
        return true;
    }

    /// <summary>Runs a whole insert.</summary>
    public static bool Insert(EngineConnection connection, string sql, Action<IBufferWriter<byte>> writeBlocks)
    {
        var text = Encoding.UTF8.GetBytes(sql);
        nint insert;
        fixed (byte* s = text, f = "Native"u8)
        {
            insert = ChDb.InsertBegin(connection.Handle, s, (nuint)text.Length, f, 6);
        }

        try
        {
            ThrowIfInsertFailed(insert);
            using (var blocks = new InsertBuffer(insert))
            {
                writeBlocks(blocks);
                blocks.Flush();
            }

            var result = ChDb.InsertDone(insert);
            EngineConnection.ThrowIfFailed(result);
            ChDb.DestroyResult(result);
            return true;
        }
        finally
        {
            // Cancels what was not finished.
            ChDb.DestroyInsert(insert);
        }
    }

    private static byte[] Copy(nint result)
    {
        var length = checked((int)ChDb.ResultLength(result));
        return length == 0 ? [] : new ReadOnlySpan<byte>(ChDb.ResultBuffer(result), length).ToArray();
    }

    private static void ThrowIfInsertFailed(nint insert)
    {
        var error = ChDb.InsertError(insert);
        if (error is not null) { throw ClickHouseException.Parse(Marshal.PtrToStringUTF8((nint)error) ?? ""); }
    }

    /// <summary>Hands an insert's bytes to the engine a megabyte at a time, so that a block is never whole in memory twice.</summary>
    private sealed class InsertBuffer(nint insert) : IBufferWriter<byte>, IDisposable
    {
        private const int Piece = 1 << 20;

        private byte[] _buffer = ArrayPool<byte>.Shared.Rent(Piece);
        private int _used;

        public void Advance(int count) => _used += count;

        public Memory<byte> GetMemory(int sizeHint = 0)
        {
            MakeRoom(sizeHint);
            return _buffer.AsMemory(_used);
        }

        public Span<byte> GetSpan(int sizeHint = 0)
        {
            MakeRoom(sizeHint);
            return _buffer.AsSpan(_used);
        }

        public void Flush()
        {
            if (_used == 0) { return; }
            fixed (byte* bytes = _buffer)
            {
                // A refusal here only says that the insert has failed; its end tells why.
                if (ChDb.InsertAppend(insert, bytes, (nuint)_used) != 0)
                {
                    var result = ChDb.InsertDone(insert);
                    EngineConnection.ThrowIfFailed(result);
                    ChDb.DestroyResult(result);
                    throw new ClickHouseException(0, "The engine stopped taking an insert without a reason.", ClickHouseErrorKind.Stop);
                }
            }

            _used = 0;
        }

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }

        private void MakeRoom(int sizeHint)
        {
            var needed = Math.Max(1, sizeHint);
            if (_buffer.Length - _used >= needed) { return; }
            Flush();
            if (_buffer.Length >= needed) { return; }
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = ArrayPool<byte>.Shared.Rent(needed);
        }
    }

    /// <summary>Parameter names and values as the engine takes them: pointers and lengths, freed on dispose.</summary>
    private readonly struct NativeTexts : IDisposable
    {
        private readonly nint _block;

        public NativeTexts(IReadOnlyDictionary<string, string> parameters)
        {
            Count = parameters.Count;
            if (Count == 0) { return; }
            _block = (nint)NativeMemory.Alloc((nuint)Count, (nuint)(4 * sizeof(nint)));
            var i = 0;
            foreach (var (name, value) in parameters)
            {
                Names[i] = ToNative(name);
                NameLengths[i] = (nuint)Encoding.UTF8.GetByteCount(name);
                Values[i] = ToNative(value);
                ValueLengths[i] = (nuint)Encoding.UTF8.GetByteCount(value);
                i++;
            }
        }

        public int Count { get; }

        public byte** Names => (byte**)_block;

        public byte** Values => (byte**)(_block == 0 ? 0 : _block + (Count * sizeof(nint)));

        public nuint* NameLengths => (nuint*)(_block == 0 ? 0 : _block + (2 * Count * sizeof(nint)));

        public nuint* ValueLengths => (nuint*)(_block == 0 ? 0 : _block + (3 * Count * sizeof(nint)));

        public void Dispose()
        {
            for (var i = 0; i < 2 * Count; i++) { Marshal.FreeCoTaskMem((nint)Names[i]); }
            NativeMemory.Free((void*)_block);
        }

        private static byte* ToNative(string text) => (byte*)Marshal.StringToCoTaskMemUTF8(text);
    }
}
