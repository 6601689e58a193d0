using System.IO.Enumeration;
using System.Text.RegularExpressions;
using Sluice.Ingest.Blocks;

namespace Sluice.Ingest.Sources;

/// <summary>One file to read.</summary>
/// <param name="Path">Full path.</param>
/// <param name="Name">The path as the user would write it, for messages.</param>
/// <param name="Length">Bytes on disk.</param>
/// <param name="SlotHint">Slot that the name states.</param>
/// <param name="FirstSlot">Slot to order by: of the name, or of the first document; null when neither says it.</param>
internal sealed record InputFile(string Path, string Name, long Length, ulong? SlotHint, ulong? FirstSlot);

/// <summary>What the paths of a command line stand for: files in the order in which they are read.</summary>
/// <remarks>
/// Steps: files as named, whatever their extension; folders, searched to any depth for files with a known extension; patterns; each file
/// once. Then by slot, as far as names or first documents tell it, and by name with numbers by value.
/// </remarks>
internal sealed class InputPlan
{
    private const string AskForBlocks = "expected .json, .jsonl, .ndjson (also .gz) or .sluice files";

    private static readonly string[] Extensions = [".json", ".json.gz", ".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz", ".sluice"];

    /// <summary>What the simulator writes beside its blocks. A folder may hold them; named as a file or by a pattern they are read.</summary>
    private static readonly string[] BesideBlocks = ["truth.ndjson", "totals.json"];

    private readonly List<(string Path, ReadResult Fault)> _faults = [];
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly List<InputFile> _files = [];

    public IReadOnlyList<InputFile> Files => _files;

    /// <summary>Paths that stand for nothing.</summary>
    public IReadOnlyList<(string Path, ReadResult Fault)> Faults => _faults;

    public long TotalBytes { get; private set; }

    public static InputPlan Of(IEnumerable<string> paths)
    {
        var plan = new InputPlan();
        foreach (var path in paths) { plan.Add(path); }
        plan._files.Sort(static (a, b) =>
        {
            var bySlot = (a.FirstSlot ?? ulong.MaxValue).CompareTo(b.FirstSlot ?? ulong.MaxValue);
            return bySlot != 0 ? bySlot : NaturalOrder.Instance.Compare(a.Path, b.Path);
        });
        return plan;
    }

    private void Add(string path)
    {
        if (path.Length == 0) { _faults.Add((path, new ReadResult(ReadStatus.NothingFound, "the path is empty"))); }
        else if (File.Exists(path)) { AddFile(path, path); }
        else if (Directory.Exists(path)) { AddFolder(path, path, null); }
        else if (Glob.IsPattern(path)) { AddPattern(path); }
        else { _faults.Add((path, new ReadResult(ReadStatus.NothingFound, "there is no such file or folder"))); }
    }

    private void AddPattern(string path)
    {
        try
        {
            var (folder, pattern) = Glob.Parse(path);
            if (Directory.Exists(folder)) { AddFolder(folder, path, pattern); }
            else { _faults.Add((path, new ReadResult(ReadStatus.NothingFound, $"there is no folder {folder}"))); }
        }
        catch (ArgumentException)
        {
            _faults.Add((path, new ReadResult(ReadStatus.NothingFound, "there is no such file, and it is no pattern either")));
        }
    }

    private void AddFolder(string folder, string asNamed, Regex? pattern)
    {
        var found = 0;
        try
        {
            foreach (var file in Search(Path.GetFullPath(folder)))
            {
                if (pattern is not null ? !pattern.IsMatch(file.Replace('\\', '/')) : !HasKnownExtension(file)) { continue; }
                found++;
                AddFile(file, pattern is null ? Path.Combine(asNamed, Path.GetRelativePath(folder, file)) : Path.GetRelativePath(Environment.CurrentDirectory, file));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _faults.Add((asNamed, new ReadResult(ReadStatus.Unreadable, $"the folder cannot be searched: {e.Message}")));
            return;
        }

        if (found > 0) { return; }
        var message = pattern is null ? $"the folder holds no blocks; {AskForBlocks}" : "no file matches the pattern";
        _faults.Add((asNamed, new ReadResult(ReadStatus.NothingFound, message)));
    }

    /// <summary>All files below a folder that are not hidden. A folder that may not be opened ends the search with an exception.</summary>
    private static FileSystemEnumerable<string> Search(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            IgnoreInaccessible = false,
            AttributesToSkip = FileAttributes.Hidden | FileAttributes.System,
        };
        return new FileSystemEnumerable<string>(folder, (ref FileSystemEntry e) => e.ToFullPath(), options)
        {
            ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory,
            // A link to a folder above would never end.
            ShouldRecursePredicate = (ref FileSystemEntry e) => (e.Attributes & FileAttributes.ReparsePoint) == 0,
        };
    }

    private void AddFile(string path, string name)
    {
        var full = Path.GetFullPath(path);
        if (!_seen.Add(full)) { return; }
        var length = new FileInfo(full).Length;
        var hint = SlotNames.Find(full);
        _files.Add(new InputFile(full, name, length, hint, hint ?? FileDocuments.FirstSlotOf(full)));
        TotalBytes += length;
    }

    private static bool HasKnownExtension(string path)
    {
        if (BesideBlocks.Contains(Path.GetFileName(path), StringComparer.Ordinal)) { return false; }
        foreach (var extension in Extensions)
        {
            if (path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)) { return true; }
        }

        return false;
    }
}
