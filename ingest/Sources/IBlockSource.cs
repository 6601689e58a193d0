namespace Sluice.Ingest.Sources;

/// <summary>Where blocks come from: hands out one document at a time, in ascending order of slots as far as it can know them.</summary>
/// <remarks>
/// Pulled by one thread. What is asked for next is read next, so a slow consumer slows the source. Nothing that goes wrong with one
/// input ends the enumeration: it is handed out as an item that holds a fault.
/// </remarks>
public interface IBlockSource
{
    /// <summary>How far the source is; may be read by any thread.</summary>
    SourceProgress Progress { get; }

    /// <summary>The documents. Each item must be disposed of, which returns its buffer.</summary>
    IEnumerable<SourceItem> Read(CancellationToken cancellation);
}

/// <summary>How far a source is.</summary>
/// <param name="TotalBytes">Bytes of all inputs as they lie on disk; 0 when the source cannot know.</param>
/// <param name="DoneBytes">Bytes of them that were read.</param>
/// <param name="TotalFiles">Files found.</param>
/// <param name="DoneFiles">Files read to their end.</param>
public readonly record struct SourceProgress(long TotalBytes, long DoneBytes, int TotalFiles, int DoneFiles);
