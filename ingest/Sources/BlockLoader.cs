using Sluice.Ingest.Archive;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Sources;

/// <summary>Turns what a source hands out into raw blocks, whatever its format. One thread at a time; one loader a worker.</summary>
public sealed class BlockLoader
{
    private readonly BlockReader _json = new();
    private readonly FrameReader _frames = new();

    /// <summary>Fills the block, or says why not. The item is not disposed of.</summary>
    public ReadResult Load(SourceItem item, RawBlock block)
    {
        switch (item.Format)
        {
            case SourceFormat.Json:
                return _json.Read(item.Bytes, new DocumentOrigin(item.Name, item.SlotHint), block);
            case SourceFormat.ArchiveFrame:
                return _frames.Read(item.Bytes, item.Name, block);
            default:
                block.Reset();
                block.Source = item.Name;
                return item.Fault;
        }
    }
}
