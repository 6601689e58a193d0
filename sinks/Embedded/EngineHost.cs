namespace Sluice.Sinks.Embedded;

/// <summary>The one engine of this process, shared by everybody who opens the same store.</summary>
/// <remarks>The engine knows one path a process; another store can be opened after the first is closed.</remarks>
internal sealed class EngineHost
{
    private static readonly SemaphoreSlim Gate = new(1, 1);
    private static EngineHost? _current;

    private int _users;

    private EngineHost(StoreFolder folder, EngineConnection control) => (Folder, Control) = (folder, control);

    public StoreFolder Folder { get; }

    /// <summary>Keeps the engine running between users and stops statements of other connections.</summary>
    public EngineConnection Control { get; }

    /// <summary>Joins the engine of the store, starting it when this is the first user.</summary>
    public static async Task<EngineHost> AcquireAsync(EmbeddedOptions options)
    {
        await Gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_current is { } host)
            {
                var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Path));
                if (host.Folder.Path != path)
                {
                    throw new StoreException($"This process has the store '{host.Folder.Path}' open; a process opens one store at a time.");
                }

                host._users++;
                return host;
            }

            _current = await StartAsync(options).ConfigureAwait(false);
            _current._users = 1;
            return _current;
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Ends every statement and closes every connection, for the end of the process; false when some would not end.</summary>
    public static bool StopAll(TimeSpan limit)
    {
        try
        {
            if (_current is { } host) { host.KillAsync("/* sluice ").Wait(limit); }
        }
        catch (Exception e) when (e is InvalidOperationException or AggregateException)
        {
            // The control connection is closed already or does not answer; the others are tried all the same.
        }

        return EngineConnection.CloseAll(limit);
    }

    /// <summary>Leaves the engine; the last one stops it and gives the folder back.</summary>
    public async Task ReleaseAsync()
    {
        await Gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (--_users > 0) { return; }
            _current = null;
            await Control.CloseAsync().ConfigureAwait(false);
            Folder.Dispose();
        }
        finally
        {
            Gate.Release();
        }
    }

    /// <summary>Asks the engine to end the statements whose text starts with a mark.</summary>
    public Task KillAsync(string mark) =>
        Control.RunAsync(c => c.Execute($"KILL QUERY WHERE startsWith(query, '{mark}') ASYNC"));

    private static async Task<EngineHost> StartAsync(EmbeddedOptions options)
    {
        // The library first: without it nothing is made on disk.
        EngineLibrary.Load();
        ChDb.SetSignalHandlersEnabled(0);
        EngineExit.Register();
        var folder = StoreFolder.Open(options.Path, options.MustExist);
        try
        {
            StoreFolder.WriteAtomically(folder.ConfigurationPath, EngineConfiguration.Server(options));
            return new EngineHost(folder, await EngineConnection.OpenAsync(EngineConfiguration.Writer(folder)).ConfigureAwait(false));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }
}
