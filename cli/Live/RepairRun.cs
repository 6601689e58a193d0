using Sluice.Cli.Replay;
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

/// <summary>Some blocks through topologies of their own; what was found, and blocks whose rows are wanted, are kept until they are written.</summary>
/// <param name="reader">Reads the blocks.</param>
/// <param name="first">First slot whose findings are wanted.</param>
/// <param name="last">Last slot whose findings are wanted.</param>
/// <param name="rewritten">Slots whose own rows are wanted too.</param>
/// <param name="holds">Says whether a parent that is not among the blocks is on the chain.</param>
internal sealed class RepairRun(RepairReader reader, ulong first, ulong last, IReadOnlySet<ulong> rewritten, Func<long, Pubkey, bool> holds) : IAsyncDisposable
{
    /// <summary>Batches that wait before a topology.</summary>
    private const int Capacity = 8;

    private readonly SlotLedger _slots = new(holds);
    private readonly List<RecordBatch<Block>> _blocks = [];
    private readonly List<RecordBatch> _results = [];
    private readonly BlockFacts _facts = new();
    private readonly CancellationTokenSource _stop = new();
    private Publisher<Block>? _publisher;
    private Task _running = Task.CompletedTask;

    public ulong First => first;

    public ulong Last => last;

    /// <summary>Starts detecting in what will be read.</summary>
    public void Start()
    {
        var bus = new InProcessBus(new InProcessBusOptions { Capacity = Capacity });
        _publisher = bus.AddPublisher(Topics.Blocks);
        var topologies = TopologyCatalog.OfBlocks.Select(name => TopologyCatalog.Build(name, BlockRows.PipelineVersion)).ToArray();
        bus.Subscribe("repair", Keep, [.. topologies.SelectMany(t => t.Outputs).Distinct()]);
        foreach (var topology in topologies) { bus.AddTopology(topology); }
        _running = bus.RunAsync(_stop.Token);
    }

    /// <summary>Reads a block, behind those that were read before.</summary>
    /// <exception cref="RpcException">It cannot be read, or is not the one of this hash.</exception>
    public async Task ReadAsync(BlockBody body, ulong slot, Pubkey hash, CancellationToken cancel)
    {
        var batch = reader.Read(body, slot, hash);
        Check(batch);
        if (rewritten.Contains(slot) && IsWanted((long)slot))
        {
            batch.Retain();
            _blocks.Add(batch);
        }

        await _publisher!.PublishAsync(batch, cancel).ConfigureAwait(false);
    }

    /// <summary>Waits until everything is found in what was read.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        _publisher!.Complete();
        await _running.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Tables and ids of what was found in the range.</summary>
    public HashSet<(string Table, string Id)> Ids()
    {
        var ids = new HashSet<(string, string)>();
        foreach (var batch in _results)
        {
            switch (batch)
            {
                case RecordBatch<Arbitrage> found: Each(found, (in f) => ids.Add((Tables.Arbitrages, f.Id.ToString()))); break;
                case RecordBatch<Sandwich> found: Each(found, (in f) => ids.Add((Tables.Sandwiches, f.Id.ToString()))); break;
                case RecordBatch<RoundTrip> found: Each(found, (in f) => ids.Add((Tables.RoundTrips, f.Id.ToString()))); break;
                case RecordBatch<JitLiquidity> found: Each(found, (in f) => ids.Add((Tables.Jit, f.Id.ToString()))); break;
                case RecordBatch<Liquidation> found: Each(found, (in f) => ids.Add((Tables.Liquidations, f.Id.ToString()))); break;
                case RecordBatch<FailedAttempt> found: Each(found, (in f) => ids.Add((Tables.FailedAttempts, f.Id.ToString()))); break;
                case RecordBatch<Bundle> found: Each(found, (in f) => ids.Add((Tables.Bundles, f.Id.ToString()))); break;
            }
        }

        return ids;
    }

    /// <summary>Stores what was found in the range and the rows of the blocks that are wanted, and tells of findings that were not there before.</summary>
    /// <returns>Findings that were not there before.</returns>
    public async Task<int> WriteAsync(StoreWriter writer, HashSet<(string Table, string Id)> before, IFindings? findings, CancellationToken cancel)
    {
        var made = 0;
        foreach (var batch in _results)
        {
            switch (batch)
            {
                case RecordBatch<PoolSwap> swaps: Each(swaps, (in s) => { if (rewritten.Contains((ulong)s.Slot)) { writer.Append(in s); } }); break;
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
                if (before.Contains((table, id(in f).ToString()))) { return; }
                count++;
                tell(in f);
            });
            return count;
        }
    }

    /// <summary>Gives up what is not found yet.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ContinueWith(static t => _ = t.Exception, TaskScheduler.Default).ConfigureAwait(false);
        _stop.Dispose();
        foreach (var batch in _blocks) { batch.Release(); }
        foreach (var batch in _results) { batch.Release(); }
    }

    private void Check(RecordBatch<Block> batch)
    {
        ref var block = ref batch.Records[0];
        _slots.Enter(in block);
        block.Quality.Parent = _slots.CheckParent(in block);
    }

    private bool IsWanted(long slot) => (ulong)slot >= first && (ulong)slot <= last;

    private ValueTask Keep(RecordBatch batch, CancellationToken cancel)
    {
        if (batch.Count > 0)
        {
            batch.Retain();
            _results.Add(batch);
        }

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

    private delegate FindingId Picked<T>(in T record)
        where T : struct, IRecord;

    /// <summary>Names of the tables of findings.</summary>
    private static class Tables
    {
        public const string Arbitrages = "arbitrages", Sandwiches = "sandwiches", RoundTrips = "round_trips", Jit = "jit", Liquidations = "liquidations",
            FailedAttempts = "failed_attempts", Bundles = "bundles";
    }
}
