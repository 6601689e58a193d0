using System.Threading.Channels;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Cli.Replay;

/// <summary>Reads and decodes documents on several threads and gives the blocks out in the order of the input.</summary>
/// <remarks>
/// The bound is on documents between the source and the consumer, so a slow consumer stops the source. One thread reads the input;
/// each worker has its own reader, decoder and raw block.
/// </remarks>
internal sealed class DecodeStage(IInput input, RecordBatchPool<Block> pool, int workers)
{
    private readonly Channel<Unit> _todo = Channel.CreateUnbounded<Unit>();
    private readonly Channel<Unit> _ordered = Channel.CreateBounded<Unit>(
        new BoundedChannelOptions(workers * 3) { SingleReader = true, SingleWriter = true });

    /// <summary>A document and what became of it.</summary>
    internal sealed class Unit(InputDocument? document, InputProblem? problem)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public InputDocument? Document => document;

        /// <summary>Set instead of a document.</summary>
        public InputProblem? Problem => problem;

        public ReadResult Result { get; private set; }

        /// <summary>One record, owned by whoever takes the unit; null when the document gave no block.</summary>
        public RecordBatch<Block>? Batch { get; private set; }

        /// <summary>What the reader turned down inside the block.</summary>
        public (RawRejection Rejection, RawPlace? Place)[] Rejections { get; private set; } = [];

        /// <summary>When the document's bytes were here, Unix time in microseconds.</summary>
        public long ArrivalUnixMicros { get; } = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

        public Task Done => _done.Task;

        public void Complete(ReadResult result, RecordBatch<Block>? batch, RawBlock? raw)
        {
            Result = result;
            Batch = batch;
            if (raw?.Rejections.Count > 0)
            {
                var places = raw.RejectedPlaces.Span.ToArray().ToDictionary(p => p.Transaction);
                Rejections = [.. raw.Rejections.Span.ToArray().Select(r => (r, places.TryGetValue(r.Transaction, out var p) ? p : (RawPlace?)null))];
            }

            _done.SetResult();
        }

        public void Fail(Exception e) => _done.SetException(e);
    }

    /// <summary>Yields the units in order; the caller returns document and batch of each.</summary>
    public async IAsyncEnumerable<Unit> RunAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var source = Task.Factory.StartNew(() => ReadInput(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        var decoders = Enumerable.Range(0, workers)
            .Select(_ => Task.Factory.StartNew(() => Work(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))
            .ToArray();
        try
        {
            await foreach (var unit in _ordered.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                await unit.Done.WaitAsync(cancel).ConfigureAwait(false);
                yield return unit;
            }
        }
        finally
        {
            // When the consumer leaves early, the threads end before their buffers are given up.
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll([source, .. decoders]).ContinueWith(static _ => { }, TaskScheduler.Default).ConfigureAwait(false);
        }

        await source.ConfigureAwait(false);
    }

    private void ReadInput(CancellationToken cancel)
    {
        Exception? failure = null;
        try
        {
            foreach (var (document, problem) in input.Read(cancel))
            {
                var unit = new Unit(document, problem);
                if (document is null) { unit.Complete(default, null, null); }
                _ordered.Writer.WriteAsync(unit, cancel).AsTask().GetAwaiter().GetResult();
                if (document is not null) { _todo.Writer.TryWrite(unit); }
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The consumer has left; nobody waits for the rest.
        }
        catch (Exception e)
        {
            failure = e;
        }

        _todo.Writer.Complete();
        _ordered.Writer.Complete(failure);
    }

    private void Work(CancellationToken cancel)
    {
        var readers = new DocumentReaders();
        var decoder = new BlockDecoder();
        var raw = new RawBlock();
        while (!cancel.IsCancellationRequested && _todo.Reader.WaitToReadAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult())
        {
            while (!cancel.IsCancellationRequested && _todo.Reader.TryRead(out var unit))
            {
                try
                {
                    var result = unit.Document!.Read(readers, raw);
                    RecordBatch<Block>? batch = null;
                    if (result.IsRead)
                    {
                        batch = pool.Rent();
                        decoder.Decode(raw, ref batch.Records.Add());
                        batch.Slot = batch.Records[0].Slot;
                        batch.ArrivalUnixMicros = unit.ArrivalUnixMicros;
                    }

                    unit.Complete(result, batch, raw);
                }
                catch (Exception e)
                {
                    // A reader or decoder that throws is our bug; the run ends at this document.
                    unit.Fail(new InvalidOperationException($"{unit.Document!.Source}: {e.Message}", e));
                }
            }
        }
    }
}
