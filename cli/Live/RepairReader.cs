using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Cli.Live;

/// <summary>Reads and decodes the blocks of repairs, in buffers that every repair uses again. Not thread-safe.</summary>
internal sealed class RepairReader
{
    /// <summary>Blocks that are kept for the next repair.</summary>
    private const int Idle = 48;

    private readonly BlockReader _reader = new();
    private readonly BlockDecoder _decoder = new();
    private readonly RawBlock _raw = new();
    private readonly RecordBatchPool<Block> _pool = new(Topics.Blocks, Idle);

    /// <summary>Reads a block; the batch is the caller's.</summary>
    /// <exception cref="RpcException">It cannot be read, or is not the one of this hash.</exception>
    public RecordBatch<Block> Read(BlockBody body, ulong slot, Pubkey hash)
    {
        var result = body.Read(_reader, _raw);
        if (!result.IsRead) { throw new RpcException(RpcFault.BadReply, body.Source, FormattableString.Invariant($"slot {slot}: {result.Message}")); }
        var batch = _pool.Rent();
        ref var block = ref batch.Records.Add();
        _decoder.Decode(_raw, ref block);
        batch.Slot = block.Slot;
        if (block.Slot == (long)slot && block.Blockhash == hash) { return batch; }
        batch.Release();
        throw new RpcException(RpcFault.BadReply, body.Source, FormattableString.Invariant($"slot {slot}: another block came than the finalized one"));
    }
}
