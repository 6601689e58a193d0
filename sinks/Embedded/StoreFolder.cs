using System.Globalization;
using System.Text;

namespace Sluice.Sinks.Embedded;

/// <summary>The folder of an embedded store: recognised by its marker, held by one process at a time.</summary>
/// <remarks>
/// The lock is the operating system's (flock) on <c>writer.lock</c>, so it ends with the process however that ends, and the
/// next one simply takes it. <c>writer.holder</c> names the process for the message; it is no lock.
/// </remarks>
internal sealed class StoreFolder : IDisposable
{
    /// <summary>Version of the folder's layout that this program writes and knows.</summary>
    public const int Layout = 1;

    private const string Marker = "sluice.store";
    private const string MarkerStart = "sluice store layout ";
    private const string LockName = "writer.lock";
    private const string HolderName = "writer.holder";

    private readonly FileStream _lock;

    private StoreFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    /// <summary>Absolute path of the store.</summary>
    public string Path { get; }

    /// <summary>Folder that the engine keeps its files in.</summary>
    public string EnginePath => System.IO.Path.Combine(Path, "clickhouse");

    /// <summary>The engine's configuration, written on every opening.</summary>
    public string ConfigurationPath => System.IO.Path.Combine(Path, "clickhouse.xml");

    /// <summary>Takes the folder, or says in one line why not.</summary>
    /// <param name="path">Folder; made when absent unless <paramref name="mustExist"/>.</param>
    /// <param name="mustExist">For commands that only ask: a missing store is an error instead of a new store.</param>
    public static StoreFolder Open(string path, bool mustExist)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (File.Exists(full)) { throw new StoreException($"'{path}' is a file, but a store is a folder: name another path."); }
        try
        {
            if (!Directory.Exists(full))
            {
                if (mustExist) { throw Missing(path); }
                Directory.CreateDirectory(full);
            }

            var isNew = CheckMarker(path, full, mustExist);
            var held = Lock(path, full);
            try
            {
                if (isNew) { WriteAtomically(System.IO.Path.Combine(full, Marker), MarkerStart + Layout + "\n"); }
                WriteAtomically(System.IO.Path.Combine(full, HolderName), Describe());
                return new StoreFolder(full, held);
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(
                $"The store '{path}' cannot be written ({Line(e)}): make the folder writable or name another one.", e);
        }
    }

    public void Dispose()
    {
        try
        {
            File.Delete(System.IO.Path.Combine(Path, HolderName));
        }
        catch (IOException)
        {
            // Only a note for others; the lock below is what counts.
        }

        _lock.Dispose();
    }

    /// <summary>Writes a file so that it is there whole or not at all.</summary>
    public static void WriteAtomically(string path, string text)
    {
        var temporary = path + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, path, overwrite: true);
    }

    /// <returns>True when the folder is empty and becomes a store now.</returns>
    private static bool CheckMarker(string path, string full, bool mustExist)
    {
        var marker = System.IO.Path.Combine(full, Marker);
        if (!File.Exists(marker))
        {
            var foreign = Directory.EnumerateFileSystemEntries(full)
                .Select(e => System.IO.Path.GetFileName(e))
                .FirstOrDefault(n => !n.StartsWith(LockName, StringComparison.Ordinal)
                    && !n.StartsWith(HolderName, StringComparison.Ordinal) && n != Marker + ".new");
            if (foreign is not null)
            {
                throw new StoreException($"'{path}' is no Sluice store, it holds other files ('{foreign}'): name an empty or new folder.");
            }

            return mustExist ? throw Missing(path) : true;
        }

        var text = File.ReadAllText(marker).Trim();
        if (!text.StartsWith(MarkerStart, StringComparison.Ordinal)
            || !int.TryParse(text.AsSpan(MarkerStart.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var layout))
        {
            throw new StoreException($"'{path}' holds a file {Marker} that is not Sluice's: name another folder.");
        }

        if (layout != Layout)
        {
            throw new StoreException(
                $"The store '{path}' has layout {layout}, this version knows layout {Layout}: use the version that wrote it, or another folder.");
        }

        return false;
    }

    private static FileStream Lock(string path, string full)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(full, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult is 11 or 35)
        {
            // EAGAIN of Linux and of macOS: somebody holds it.
            var holder = System.IO.Path.Combine(full, HolderName);
            var who = File.Exists(holder) ? File.ReadAllText(holder).Trim() : "another process";
            throw new StoreException($"The store '{path}' is in use by {who}: wait until it ends or stop it.", e);
        }
    }

    private static string Describe()
    {
        var command = new StringBuilder(Environment.CommandLine.ReplaceLineEndings(" "));
        if (command.Length > 160) { command.Length = 160; command.Append('…'); }
        return $"process {Environment.ProcessId} ({command})\n";
    }

    private static StoreException Missing(string path) =>
        new($"There is no store at '{path}': fill one with 'sluice replay', or name another folder.");

    private static string Line(Exception e) => e.Message.ReplaceLineEndings(" ").TrimEnd('.');
}
