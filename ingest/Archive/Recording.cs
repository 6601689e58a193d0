using System.Globalization;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Archive;

/// <summary>Blocks of a chain as they come, ascending, into one archive or a folder of archives. One thread at a time.</summary>
/// <remarks>
/// A path that ends in <c>.sluice</c> is one archive. Any other is a folder: an archive for each <see cref="SlotsPerFile"/> slots, named after the first
/// of them, so that finished ones can be moved away. Whatever ended an earlier recording into the same place, this one goes on behind its last whole block.
/// </remarks>
public sealed class Recording : IDisposable
{
    /// <summary>Ending of an archive's name.</summary>
    public const string Extension = ".sluice";

    /// <summary>Slots of one archive of a folder: an hour of mainnet.</summary>
    public const ulong SlotsPerFile = 9_000;

    private readonly string _path;
    private readonly bool _isFolder;
    private ArchiveWriter? _file;

    private Recording(string path, bool isFolder) => (_path, _isFolder) = (path, isFolder);

    /// <summary>The newest slot that is recorded; null while there is none.</summary>
    public ulong? Newest { get; private set; }

    /// <summary>Opens a recording, or begins it. Throws what the file system throws.</summary>
    /// <exception cref="InvalidDataException">The file to go on with is no archive, or of another version. It is left as it is.</exception>
    public static Recording Open(string path)
    {
        var isFolder = !path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);
        var recording = new Recording(path, isFolder);
        if (!isFolder)
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } parent) { Directory.CreateDirectory(parent); }
            recording.Continue(path);
            return recording;
        }

        Directory.CreateDirectory(path);

        // A file that was begun and has no block yet does not say where to go on; the one before it does.
        var files = Directory.EnumerateFiles(path, "slot_*" + Extension).Order(StringComparer.Ordinal).Reverse();
        foreach (var file in files)
        {
            recording.Continue(file);
            if (recording.Newest is not null) { break; }
            recording.CloseFile();
        }

        return recording;
    }

    /// <summary>Adds a block; it is in the hands of the operating system when this returns.</summary>
    /// <exception cref="ArgumentException">Its slot is not behind the newest one.</exception>
    public void Add(RawBlock block)
    {
        if (block.Slot <= Newest) { throw new ArgumentException($"Slot {block.Slot} is not behind slot {Newest}, which is recorded.", nameof(block)); }
        if (_isFolder && (_file is null || block.Slot / SlotsPerFile != Newest / SlotsPerFile))
        {
            CloseFile();
            _file = ArchiveWriter.Append(Path.Combine(_path, NameOf(block.Slot / SlotsPerFile * SlotsPerFile)));
        }

        _file!.Add(block);
        Newest = block.Slot;
    }

    /// <summary>Ends the open archive with its index.</summary>
    public void Dispose() => CloseFile();

    private static string NameOf(ulong firstSlot) => string.Create(CultureInfo.InvariantCulture, $"slot_{firstSlot:D12}{Extension}");

    private void Continue(string path)
    {
        _file = ArchiveWriter.Append(path);
        Newest = _file.Count == 0 ? null : _file.Slots.Max();
    }

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
    }
}
