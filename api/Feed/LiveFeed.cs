using System.Buffers;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Sluice.Schemas.Records;

namespace Sluice.Api.Feed;

/// <summary>The live feed: takes what the pipeline finds and lets any number of readers read it at once, before it is stored.</summary>
/// <remarks>
/// An event is made into JSON once and appended to a ring that all readers share (<see cref="FeedRing"/>); each reader is then woken. So publishing waits
/// for no reader. What cannot be published does not hold up the pipeline either: readers are cut off, and learn that something is missing.
/// Safe for concurrent use.
/// </remarks>
public sealed class LiveFeed : IDisposable
{
    private readonly Lock _gate = new();
    private readonly FeedFacets.Gatherer _gatherer = new();
    private readonly ArrayBufferWriter<byte> _buffer = new(4_096);
    private readonly Utf8JsonWriter _json;
    private readonly ITimer _sweep;
    private FeedReader[] _readers = [];
    private long _retracted;

    public LiveFeed(FeedOptions? options = null, IMeterFactory? meters = null, TimeProvider? time = null)
    {
        Options = options ?? new FeedOptions();
        Time = time ?? TimeProvider.System;
        Ring = new FeedRing(Options.KeptEvents, Options.KeptBytes);
        Metrics = new FeedMetrics(meters, Ring);
        _json = new Utf8JsonWriter(_buffer);
        var period = TimeSpan.FromSeconds(1);
        _sweep = Time.CreateTimer(static self => ((LiveFeed)self!).Sweep(), this, period, period);
    }

    private delegate FeedFacets FacetsOf<T>(FeedFacets.Gatherer gatherer, in T record)
        where T : allows ref struct;

    private delegate void Writer<T>(Utf8JsonWriter json, in T record)
        where T : allows ref struct;

    /// <summary>Name of this run of the feed; with another one, numbers begin anew.</summary>
    public string Stream { get; } = Guid.NewGuid().ToString("N")[..12];

    /// <summary>Number of the newest event; 0 before the first.</summary>
    public long Newest => Ring.Newest;

    /// <summary>Findings that were taken back; blocks are not counted.</summary>
    public long Retracted => Interlocked.Read(ref _retracted);

    /// <summary>Readers that are connected.</summary>
    public int Readers => Volatile.Read(ref _readers).Length;

    internal FeedOptions Options { get; }

    internal TimeProvider Time { get; }

    internal FeedRing Ring { get; }

    internal FeedMetrics Metrics { get; }

    /// <summary>A block that the detectors have answered, before what they found in it.</summary>
    /// <param name="block">The block.</param>
    /// <param name="arrivedUnixMicros">When its bytes arrived; 0 where unknown.</param>
    public void Publish(in Block block, long arrivedUnixMicros = 0) => Publish(
        FeedChannel.Blocks, block.Blockhash.ToString(), block.Slot, false, block.BlockTimeUnixMs, new FeedBlock.Arrived(in block, arrivedUnixMicros),
        static (g, in b) => g.Of(in b.Block), FeedBlock.WriteFields);

    public void Publish(in Arbitrage finding) => Publish(
        FeedChannel.Arbitrages, finding.Id.ToString(), finding.Slot, finding.Retracted, finding.BlockTimeUnixMs, in finding, static (g, in f) => g.Of(in f), ArbitrageJson.WriteFields);

    public void Publish(in Sandwich finding) => Publish(
        FeedChannel.Sandwiches, finding.Id.ToString(), finding.Slot, finding.Retracted, finding.BlockTimeUnixMs, in finding, static (g, in f) => g.Of(in f), SandwichJson.WriteFields);

    public void Publish(in RoundTrip finding) => Publish(
        FeedChannel.RoundTrips, finding.Id.ToString(), finding.Slot, finding.Retracted, finding.BlockTimeUnixMs, in finding, static (g, in f) => g.Of(in f), RoundTripJson.WriteFields);

    public void Publish(in JitLiquidity finding) => Publish(
        FeedChannel.Jit, finding.Id.ToString(), finding.Slot, finding.Retracted, finding.BlockTimeUnixMs, in finding, static (g, in f) => g.Of(in f), JitLiquidityJson.WriteFields);

    public void Publish(in Liquidation finding) => Publish(
        FeedChannel.Liquidations, finding.Id.ToString(), finding.Slot, finding.Retracted, finding.BlockTimeUnixMs, in finding, static (g, in f) => g.Of(in f), LiquidationJson.WriteFields);

    public void Publish(in FailedAttempt finding) => Publish(
        FeedChannel.FailedAttempts, finding.Id.ToString(), finding.Slot, finding.Retracted, finding.BlockTimeUnixMs, in finding, static (g, in f) => g.Of(in f), FailedAttemptJson.WriteFields);

    public void Publish(in Bundle finding) => Publish(
        FeedChannel.Bundles, finding.Id.ToString(), finding.Slot, finding.Retracted, finding.BlockTimeUnixMs, in finding, static (g, in f) => g.Of(in f), BundleJson.WriteFields);

    /// <summary>Whether the newest event of a key that is kept says that it holds.</summary>
    public bool Remembers(FeedChannel channel, string key)
    {
        lock (_gate) { return Ring.Find(channel, key) is { IsRetraction: false }; }
    }

    /// <summary>Takes back a finding of which only the id is at hand, or a block that was replaced.</summary>
    /// <param name="channel">Where it was published.</param>
    /// <param name="key">The finding's id; of a block its hash, base58.</param>
    /// <param name="slot">Its slot.</param>
    /// <remarks>It goes to whoever the finding went to; where the feed remembers it no more, to every reader of the channel.</remarks>
    public void Retract(FeedChannel channel, string key, long slot)
    {
        lock (_gate)
        {
            var facets = Ring.Find(channel, key)?.Facets ?? FeedFacets.OfAnything;
            try
            {
                Begin(channel, key, slot, isRetraction: true);
                _json.WriteNullValue();
                End(channel, key, true, facets);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Lose();
            }
        }

        Wake();
    }

    public void Dispose()
    {
        _sweep.Dispose();
        _json.Dispose();
        Metrics.Dispose();
        foreach (var reader in Volatile.Read(ref _readers)) { reader.Cut(FeedCut.Ending); }
    }

    /// <summary>Takes a reader; null where there are too many.</summary>
    internal FeedReader? TryConnect(string transport)
    {
        lock (_gate)
        {
            if (_readers.Length >= Options.MaxReaders)
            {
                Metrics.Cut("too_many");
                return null;
            }

            var reader = new FeedReader(this, transport);
            Volatile.Write(ref _readers, [.. _readers, reader]);
            Metrics.Connected(transport);
            return reader;
        }
    }

    internal void Disconnect(FeedReader reader)
    {
        lock (_gate)
        {
            var left = Array.FindAll(_readers, r => r != reader);
            if (left.Length == _readers.Length) { return; }
            Volatile.Write(ref _readers, left);
            Metrics.Left(reader.Transport);
        }
    }

    /// <summary>Looks after readers once a second: cuts off those that are too slow, and wakes those whose heartbeat is due.</summary>
    internal void Sweep()
    {
        foreach (var reader in Volatile.Read(ref _readers)) { reader.Check(); }
    }

    private void Publish<T>(
        FeedChannel channel, string key, long slot, bool isRetraction, long? blockTimeUnixMs, in T record, FacetsOf<T> facets, Writer<T> write)
        where T : allows ref struct
    {
        lock (_gate)
        {
            try
            {
                Begin(channel, key, slot, isRetraction);
                _json.WriteStartObject();
                write(_json, in record);

                // What the resources say too; the record itself has milliseconds only.
                if (blockTimeUnixMs is { } time) { _json.WriteString("block_time", DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime); }
                else { _json.WriteNull("block_time"); }
                _json.WriteEndObject();
                End(channel, key, isRetraction, facets(_gatherer, in record));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Lose(); // whatever a record holds, the pipeline goes on
            }
        }

        Wake();
    }

    private void Begin(FeedChannel channel, string key, long slot, bool isRetraction)
    {
        _buffer.ResetWrittenCount();
        _json.Reset(_buffer);
        _json.WriteStartObject();
        _json.WriteString("type", isRetraction ? "retracted" : "added");
        _json.WriteNumber("seq", Ring.Newest + 1);
        _json.WriteString("channel", channel.Name);
        _json.WriteString("key", key);
        _json.WriteNumber("slot", slot);
        _json.WriteNumber("at_unix_ms", Time.GetUtcNow().ToUnixTimeMilliseconds());
        _json.WritePropertyName("value");
    }

    private void End(FeedChannel channel, string key, bool isRetraction, FeedFacets facets)
    {
        _json.WriteEndObject();
        _json.Flush();
        Ring.Append(new FeedEvent(Ring.Newest + 1, channel, key, isRetraction, facets, Time.GetTimestamp(), _buffer.WrittenSpan.ToArray()));
        if (isRetraction && channel != FeedChannel.Blocks) { Interlocked.Increment(ref _retracted); }
        Metrics.Published(channel, isRetraction);
    }

    private void Lose()
    {
        Ring.Skip();
        Metrics.Failed();
    }

    private void Wake()
    {
        foreach (var reader in Volatile.Read(ref _readers)) { reader.Wake(); }
    }
}
