using System.Runtime.InteropServices;

namespace Sluice.Sinks.Embedded;

/// <summary>chDB's C interface, as far as it is used here. Source: chdb-io/chdb-core, programs/local/chdb.h.</summary>
/// <remarks>
/// A connection runs one statement at a time and may be used from any thread. All connections of a process share one
/// engine and must name the same path. Texts are UTF-8 with a length, so they need no terminator.
/// </remarks>
internal static unsafe partial class ChDb
{
    private const string Library = "chdb";

    static ChDb() => NativeLibrary.SetDllImportResolver(typeof(ChDb).Assembly, Resolve);

    /// <summary>0 keeps the engine from installing its own handlers of SIGSEGV and the like. Call before the first connection.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_set_signal_handlers_enabled")]
    public static partial void SetSignalHandlersEnabled(int enabled);

    /// <summary>Opens a connection; null when the engine could not start. The handle itself is what the pointer points at.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_connect")]
    public static partial nint* Connect(int argc, byte** argv);

    [LibraryImport(Library, EntryPoint = "chdb_close_conn")]
    public static partial void Close(nint* connection);

    /// <summary>Joins every engine thread. Refused (1) while a connection is open; afterwards no connection can be opened.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_shutdown")]
    public static partial int Shutdown();

    [LibraryImport(Library, EntryPoint = "chdb_query_n")]
    public static partial nint Query(nint connection, byte* sql, nuint sqlLength, byte* format, nuint formatLength);

    /// <summary>Runs a query to its end with <c>{name:Type}</c> parameters; their values are texts.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_query_with_params_n")]
    public static partial nint QueryWithParameters(
        nint connection, byte* sql, nuint sqlLength, byte* format, nuint formatLength,
        byte** names, nuint* nameLengths, byte** values, nuint* valueLengths, nuint count);

    /// <summary>Starts a query whose result is fetched in pieces; never null, look at <see cref="ResultError"/>.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_stream_query_with_params_n")]
    public static partial nint StreamQuery(
        nint connection, byte* sql, nuint sqlLength, byte* format, nuint formatLength,
        byte** names, nuint* nameLengths, byte** values, nuint* valueLengths, nuint count);

    /// <summary>The next piece; one without bytes and without error is the end.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_stream_fetch_result")]
    public static partial nint StreamFetch(nint connection, nint stream);

    [LibraryImport(Library, EntryPoint = "chdb_stream_cancel_query")]
    public static partial void StreamCancel(nint connection, nint stream);

    [LibraryImport(Library, EntryPoint = "chdb_destroy_query_result")]
    public static partial void DestroyResult(nint result);

    [LibraryImport(Library, EntryPoint = "chdb_result_buffer")]
    public static partial byte* ResultBuffer(nint result);

    [LibraryImport(Library, EntryPoint = "chdb_result_length")]
    public static partial nuint ResultLength(nint result);

    [LibraryImport(Library, EntryPoint = "chdb_result_rows_read")]
    public static partial ulong ResultRows(nint result);

    /// <summary>A terminated text, or null when all went well.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_result_error")]
    public static partial byte* ResultError(nint result);

    /// <summary>Begins an insert; never null, look at <see cref="InsertError"/>. The statement has no FORMAT clause.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_stream_insert_n")]
    public static partial nint InsertBegin(nint connection, byte* sql, nuint sqlLength, byte* format, nuint formatLength);

    /// <summary>Copies bytes to the insert, waiting while the engine is behind; 0 when taken.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_stream_append")]
    public static partial int InsertAppend(nint insert, byte* data, nuint length);

    /// <summary>Ends the insert and waits for the rows to be on disk.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_stream_done")]
    public static partial nint InsertDone(nint insert);

    [LibraryImport(Library, EntryPoint = "chdb_stream_cancel_insert")]
    public static partial void InsertCancel(nint insert);

    [LibraryImport(Library, EntryPoint = "chdb_stream_insert_error")]
    public static partial byte* InsertError(nint insert);

    [LibraryImport(Library, EntryPoint = "chdb_destroy_insert_stream")]
    public static partial void DestroyInsert(nint insert);

    /// <summary>Says what a statement would do, without running it; 0 when <paramref name="analysis"/> was filled.</summary>
    [LibraryImport(Library, EntryPoint = "chdb_classify_query_n")]
    public static partial int Classify(
        nint connection, byte* sql, nuint sqlLength, byte* database, nuint databaseLength, QueryAnalysis* analysis);

    private static nint Resolve(string name, System.Reflection.Assembly assembly, DllImportSearchPath? path) =>
        name == Library ? EngineLibrary.Load() : 0;

    /// <summary>The engine's chdb_query_analysis_v1.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct QueryAnalysis
    {
        /// <summary>Reads and leaves no trace: SELECT, SHOW, DESCRIBE, EXPLAIN, EXISTS, CHECK.</summary>
        public const uint ReadOnly = 0;

        /// <summary>Did not parse.</summary>
        public const uint Unknown = 4;

        public uint StructSize;
        public uint StatementCount;
        public uint Flags;
        public uint QueryClass;
    }
}
