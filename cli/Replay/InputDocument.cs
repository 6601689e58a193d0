using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Sources;

namespace Sluice.Cli.Replay;

/// <summary>One block's worth of input on its way to a worker: a JSON document, an archive frame, a simulated block.</summary>
internal abstract class InputDocument
{
    /// <summary>File and place, or what else a person finds it by.</summary>
    public abstract string Source { get; }

    /// <summary>Slot that was asked for; null where only the bytes say it.</summary>
    public virtual long? AskedSlot => null;

    /// <summary>Bytes after decompression.</summary>
    public long Length => Bytes.Length;

    /// <summary>Fills <paramref name="block"/>. Called by one worker, once.</summary>
    public abstract ReadResult Read(DocumentReaders readers, RawBlock block);

    /// <summary>The bytes, good until <see cref="Return"/>.</summary>
    public abstract ReadOnlySpan<byte> Bytes { get; }

    /// <summary>Gives the buffers back. Called once.</summary>
    public abstract void Return();
}

/// <summary>The readers of one worker.</summary>
internal sealed class DocumentReaders
{
    /// <summary>For JSON in memory.</summary>
    public BlockReader Json { get; } = new();

    /// <summary>For what lies in files.</summary>
    public BlockLoader Loader { get; } = new();
}

/// <summary>Something of the input that could not even become a document: a path that is not there, a file that cannot be read.</summary>
/// <param name="Source">Path.</param>
/// <param name="Reason">Machine-readable reason.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Slot">The slot that is missing; null where the source is no single slot.</param>
internal sealed record InputProblem(string Source, string Reason, string Message, long? Slot = null);

/// <summary>Where documents come from, in order.</summary>
internal interface IInput
{
    /// <summary>Bytes in all where known, for progress; 0 otherwise.</summary>
    long TotalUnits { get; }

    /// <summary>How far the reading is, in the unit of <see cref="TotalUnits"/>.</summary>
    long DoneUnits { get; }

    /// <summary>Where the reading is, for progress; null where <see cref="DoneUnits"/> tells.</summary>
    string? Position => null;

    /// <summary>Yields documents and problems in order. Called from one thread; blocks while reading.</summary>
    IEnumerable<(InputDocument? Document, InputProblem? Problem)> Read(CancellationToken cancel);
}
