using Sluice.Cli.Replay;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Sinks.Rows;
using Sluice.Sinks.Writing;
using Sluice.Streams;
using Sluice.Streams.InProcess;

namespace Sluice.Cli.Live;

/// <summary>Some blocks through topologies of their own, everything kept until it is written.</summary>
/// <param name="first">First slot whose rows are wanted.</param>
/// <param name="last">Last slot whose rows are wanted.</param>
/// <param name="holds">Says whether a parent that is not among the blocks is on the chain.</param>
internal sealed class RepairRun(ulong first, ulong last, Func<long, Pubkey, bool> holds) : IDisposable
{
    private readonly BlockReader _reader = new();
    private readonly BlockDecoder _decoder = new();
    private readonly RawBlock _raw = new();
    private readonly RecordBatchPool<Block> _pool = new(Topics.Blocks);
    private readonly SlotLedger _slots = new(holds);
    private readonly List<RecordBatch<Block>> _blocks = [];
    private readonly List<RecordBatch> _results = [];
    private readonly BlockFacts _facts = new();

    public ulong First => first;

    public ulong Last => last;

    /// <summary>Reads a block.</summary>
    /// <exception cref="RpcException">It cannot be read, or is not the one of this hash.</exception>
    public void Read(BlockBody body, ulong slot, Pubkey hash)
    {
        var result = body.Read(_reader, _raw);
        if (!result.IsRead) { throw new RpcException(RpcFault.BadReply, body.Source, FormattableString.Invariant($"slot {slot}: {result.Message}")); }
        var batch = _pool.Rent();
        _blocks.Add(batch);
        ref var block = ref batch.Records.Add();
        _decoder.Decode(_raw, ref block);
        batch.Slot = block.Slot;
        if (block.Slot != (long)slot || block.Blockhash != hash)
        {
            throw new RpcException(RpcFault.BadReply, body.Source, FormattableString.Invariant($"slot {slot}: another block came than the finalized one"));
        }

        _slots.Enter(in block);
        block.Quality.Parent = _slots.CheckParent(in block);
    }

    /// <summary>Detects in all blocks that were read.</summary>
    public async Task DetectAsync(CancellationToken cancel)
    {
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = 8 });
        var publisher = bus.AddPublisher(Topics.Blocks);
        var topologies = TopologyCatalog.OfBlocks.Select(name => TopologyCatalog.Build(name, BlockRows.PipelineVersion)).ToArray();
        bus.Subscribe("repair", Keep, [.. topologies.SelectMany(t => t.Outputs).Distinct()]);
        foreach (var topology in topologies) { bus.AddTopology(topology); }
        var running = bus.RunAsync(cancel);
        foreach (var block in _blocks)
        {
            block.Retain();
            await publisher.PublishAsync(block, cancel).ConfigureAwait(false);
        }

        publisher.Complete();
        await running.ConfigureAwait(false);
    }

    /// <summary>Tables and ids of what was found in the range.</summary>
    public HashSet<(string Table, string Id)> Ids()
    {
        var ids = new HashSet<(string, string)>();
        foreach (var batch in _results)
        {
            switch (batch)
            {
                case RecordBatch<Arbitrage> found: Each(found, (in f) => ids.Add((Tables.Arbitrages, f.Id))); break;
                case RecordBatch<Sandwich> found: Each(found, (in f) => ids.Add((Tables.Sandwiches, f.Id))); break;
                case RecordBatch<RoundTrip> found: Each(found, (in f) => ids.Add((Tables.RoundTrips, f.Id))); break;
                case RecordBatch<JitLiquidity> found: Each(found, (in f) => ids.Add((Tables.Jit, f.Id))); break;
                case RecordBatch<Liquidation> found: Each(found, (in f) => ids.Add((Tables.Liquidations, f.Id))); break;
                case RecordBatch<FailedAttempt> found: Each(found, (in f) => ids.Add((Tables.FailedAttempts, f.Id))); break;
                case RecordBatch<Bundle> found: Each(found, (in f) => ids.Add((Tables.Bundles, f.Id))); break;
            }
        }

        return ids;
    }

    /// <summary>Stores the rows of the range and tells of findings that were not there before.</summary>
    /// <returns>Findings that were not there before.</returns>
    public async Task<int> WriteAsync(StoreWriter writer, HashSet<(string Table, string Id)> before, IFindings? findings, CancellationToken cancel)
    {
        var made = 0;
        foreach (var batch in _results)
        {
            switch (batch)
            {
                case RecordBatch<PoolSwap> swaps: Each(swaps, (in s) => writer.Append(in s)); break;
                case RecordBatch<Rejection> rejections: Each(rejections, (in r) => writer.Append(in r)); break;
                case RecordBatch<Arbitrage> found: made += Write(found, (in f) => f.Id, Tables.Arbitrages, (in f) => findings?.Write(in f)); break;
                case RecordBatch<Sandwich> found: made += Write(found, (in f) => f.Id, Tables.Sandwiches, (in f) => findings?.Write(in f)); break;
                case RecordBatch<RoundTrip> found: made += Write(found, (in f) => f.Id, Tables.RoundTrips, (in f) => findings?.Write(in f)); break;
                case RecordBatch<JitLiquidity> found: made += Write(found, (in f) => f.Id, Tables.Jit, (in f) => findings?.Write(in f)); break;
                case RecordBatch<Liquidation> found: made += Write(found, (in f) => f.Id, Tables.Liquidations, (in f) => findings?.Write(in f)); break;
                case RecordBatch<FailedAttempt> found: made += Write(found, (in f) => f.Id, Tables.FailedAttempts, (in f) => findings?.Write(in f)); break;
                case RecordBatch<Bundle> found: made += Write(found, (in f) => f.Id, Tables.Bundles, (in f) => findings?.Write(in f)); break;
            }
        }

        var row = default(BlockRow);
        foreach (var batch in _blocks)
        {
            if (!IsWanted(batch.Slot)) { continue; }
            var slot = (ulong)batch.Slot;
            _facts.Write(in batch.Records[0], new SlotRows(writer, slot));
            BlockRows.Fill(in batch.Records[0], ref row);
            await writer.EndSlotAsync(in row, cancel).ConfigureAwait(false);
            findings?.Amend(in batch.Records[0]);
        }

        return made;

        int Write<T>(RecordBatch<T> found, Picked<T> id, string table, Seen<T> tell)
            where T : struct, IRecord
        {
            var count = 0;
            Each(found, (in f) =>
            {
                writer.Append(in f);
                if (before.Contains((table, id(in f)))) { return; }
                count++;
                tell(in f);
            });
            return count;
        }
    }

    public void Dispose()
    {
        foreach (var batch in _blocks) { batch.Release(); }
        foreach (var batch in _results) { batch.Release(); }
    }

    private bool IsWanted(long slot) => (ulong)slot >= first && (ulong)slot <= last;

    private ValueTask Keep(RecordBatch batch, CancellationToken cancel)
    {
        batch.Retain();
        _results.Add(batch);
        return ValueTask.CompletedTask;
    }

    private void Each<T>(RecordBatch<T> batch, Seen<T> see)
        where T : struct, IRecord
    {
        var topic = (Topic<T>)batch.Topic;
        foreach (ref readonly var record in batch.Records.Span)
        {
            if (IsWanted(topic.SlotOf(in record))) { see(in record); }
        }
    }

    private delegate void Seen<T>(in T record)
        where T : struct, IRecord;

    private delegate string Picked<T>(in T record)
        where T : struct, IRecord;

    /// <summary>Names of the tables of findings.</summary>
    private static class Tables
    {
        public const string Arbitrages = "arbitrages", Sandwiches = "sandwiches", RoundTrips = "round_trips", Jit = "jit", Liquidations = "liquidations",
            FailedAttempts = "failed_attempts", Bundles = "bundles";
    }
}
