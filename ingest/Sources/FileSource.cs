using Sluice.Ingest.Blocks;
using Sluice.Ingest.Blocks.Json;

namespace Sluice.Ingest.Sources;

/// <summary>Blocks from files, folders and patterns: see <see cref="InputPlan"/> for what is read in which order.</summary>
public sealed class FileSource : IBlockSource
{
    private readonly InputPlan _plan;
    private readonly JsonScratch _scratch = new();
    private long _doneBytes;
    private int _doneFiles;

    /// <summary>Finds the files; a path that stands for nothing becomes a fault among the items.</summary>
    public FileSource(IEnumerable<string> paths) => _plan = InputPlan.Of(paths);

    public SourceProgress Progress =>
        new(_plan.TotalBytes, Interlocked.Read(ref _doneBytes), _plan.Files.Count, Volatile.Read(ref _doneFiles));

    public IEnumerable<SourceItem> Read(CancellationToken cancellation)
    {
        foreach (var (path, fault) in _plan.Faults) { yield return SourceItem.OfFault(path, fault.Status, fault.Message); }

        var replies = new TransactionCollector();
        long before = 0;
        foreach (var file in _plan.Files)
        {
            while (replies.TakeBelow(file.FirstSlot ?? 0) is { } block) { yield return block; }
            var documents = Open(file, out var fault);
            if (fault is not null) { yield return fault; }
            try
            {
                while (documents is not null && Next(documents, file, out fault) is { } item)
                {
                    cancellation.ThrowIfCancellationRequested();
                    Interlocked.Exchange(ref _doneBytes, before + documents.DoneBytes);
                    if (!Keep(item, replies)) { yield return item; }
                }
            }
            finally
            {
                documents?.Dispose();
            }

            if (documents is not null && fault is not null) { yield return fault; }
            before += file.Length;
            Interlocked.Exchange(ref _doneBytes, before);
            Interlocked.Increment(ref _doneFiles);
        }

        while (replies.Take() is { } block) { yield return block; }
    }

    private bool Keep(SourceItem item, TransactionCollector replies)
    {
        if (item.Format != SourceFormat.Json) { return false; }
        var look = DocumentLook.At(item.Bytes, _scratch);
        if (look.Kind != DocumentKind.Transaction || (look.Slot ?? item.SlotHint) is not { } slot) { return false; }
        replies.Add(slot, look.Index, item);
        item.Dispose();
        return true;
    }

    private static IDocuments? Open(InputFile file, out SourceItem? fault)
    {
        fault = null;
        try
        {
            return FileDocuments.Open(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            fault = SourceItem.OfFault(file.Name, ReadStatus.Unreadable, $"it cannot be opened: {e.Message}");
            return null;
        }
    }

    private static SourceItem? Next(IDocuments documents, InputFile file, out SourceItem? fault)
    {
        fault = null;
        try
        {
            return documents.Next();
        }
        catch (InvalidDataException e)
        {
            fault = SourceItem.OfFault(file.Name, ReadStatus.Unreadable, $"its packed data is damaged, what came before was used: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = SourceItem.OfFault(file.Name, ReadStatus.Unreadable, $"it cannot be read to its end: {e.Message}");
        }

        return null;
    }
}
