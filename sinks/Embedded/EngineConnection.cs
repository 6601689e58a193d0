using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Sluice.Sinks.Embedded;

/// <summary>One connection to the engine with a thread of its own, since every call blocks until the engine is done.</summary>
/// <remarks>
/// Work is done one piece after the other. A connection whose work does not end is abandoned: its thread closes it
/// when the engine comes back, and nobody waits for that.
/// </remarks>
internal sealed class EngineConnection
{
    private static readonly ConcurrentDictionary<EngineConnection, bool> Open = new();

    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EngineConnection()
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = "clickhouse" };
        _thread.Start();
    }

    /// <summary>The engine's handle; only for use on the connection's thread.</summary>
    public nint Handle { get; private set; }

    private unsafe nint* Pointer { get; set; }

    /// <summary>Opens a connection; the first one of the process starts the engine.</summary>
    /// <param name="arguments">Engine options, <c>--name=value</c>; the same <c>--path</c> for all connections.</param>
    public static async Task<EngineConnection> OpenAsync(IReadOnlyList<string> arguments)
    {
        var connection = new EngineConnection();
        try
        {
            await connection.RunAsync(c => c.Connect(arguments)).ConfigureAwait(false);
        }
        catch
        {
            connection.Abandon();
            throw;
        }

        return connection;
    }

    /// <summary>Runs work on the connection's thread, after what was given before.</summary>
    public Task<T> RunAsync<T>(Func<EngineConnection, T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(work(this));
            }
            catch (Exception e)
            {
                done.SetException(e);
            }
        });
        return done.Task;
    }

    /// <summary>Takes no more work and closes once the work at hand is done.</summary>
    public void Abandon() => _work.CompleteAdding();

    /// <summary>Closes the connection and waits for it.</summary>
    public Task CloseAsync()
    {
        Abandon();
        return _closed.Task;
    }

    /// <summary>Closes every connection of the process, for its end; false when some are still busy after the time given.</summary>
    public static bool CloseAll(TimeSpan limit)
    {
        var open = Open.Keys;
        foreach (var connection in open) { connection.Abandon(); }
        return Task.WaitAll([.. open.Select(c => c._closed.Task)], limit);
    }

    /// <summary>Throws when a result carries an error; the result is destroyed in that case.</summary>
    public static unsafe void ThrowIfFailed(nint result)
    {
        var error = ChDb.ResultError(result);
        if (error is null) { return; }
        var text = Marshal.PtrToStringUTF8((nint)error) ?? "";
        ChDb.DestroyResult(result);
        throw ClickHouseException.Parse(text);
    }

    /// <summary>Runs a statement without parameters and drops its result.</summary>
    public unsafe bool Execute(string sql)
    {
        var text = Encoding.UTF8.GetBytes(sql);
        fixed (byte* s = text, f = "Null"u8)
        {
            var result = ChDb.Query(Handle, s, (nuint)text.Length, f, 4);
            ThrowIfFailed(result);
            ChDb.DestroyResult(result);
            return true;
        }
    }

    private unsafe bool Connect(IReadOnlyList<string> arguments)
    {
        var texts = stackalloc byte*[arguments.Count];
        for (var i = 0; i < arguments.Count; i++) { texts[i] = (byte*)Marshal.StringToCoTaskMemUTF8(arguments[i]); }
        try
        {
            Pointer = ChDb.Connect(arguments.Count, texts);
            if (Pointer is null)
            {
                throw new StoreException("The embedded ClickHouse engine did not start; its own message stands above, if it gave one.");
            }

            Handle = *Pointer;
            Open[this] = true;
            return true;
        }
        finally
        {
            for (var i = 0; i < arguments.Count; i++) { Marshal.FreeCoTaskMem((nint)texts[i]); }
        }
    }

    private unsafe void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable()) { work(); }
        if (Pointer is not null) { ChDb.Close(Pointer); }
        Pointer = null;
        Handle = 0;
        Open.TryRemove(this, out _);
        _closed.SetResult();
    }
}
