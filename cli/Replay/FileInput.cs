using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Sources;

namespace Sluice.Cli.Replay;

/// <summary>Files, folders and globs as input.</summary>
internal sealed class FileInput(IEnumerable<string> paths) : IInput
{
    private readonly FileSource _source = new(paths);

    public long TotalUnits => _source.Progress.TotalBytes;

    public long DoneUnits => _source.Progress.DoneBytes;

    public IEnumerable<(InputDocument? Document, InputProblem? Problem)> Read(CancellationToken cancel)
    {
        foreach (var item in _source.Read(cancel))
        {
            if (item.Format == SourceFormat.Fault)
            {
                yield return (null, new InputProblem(item.Name, item.Fault.Reason, item.Fault.Message));
                item.Dispose();
                continue;
            }

            yield return (new FileDocument(item), null);
        }
    }

    private sealed class FileDocument(SourceItem item) : InputDocument
    {
        public override string Source => item.Name;

        public override ReadResult Read(DocumentReaders readers, RawBlock block) => readers.Loader.Load(item, block);

        public override ReadOnlySpan<byte> Bytes => item.Bytes;

        public override void Return() => item.Dispose();
    }
}
