using System.Diagnostics.Metrics;

namespace Sluice.Ingest;

/// <summary>What reading counts: received = read + skipped + rejected by reason.</summary>
public sealed class IngestMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "Sluice.Ingest";

    private readonly Meter _meter;
    private readonly Counter<long> _received;
    private readonly Counter<long> _read;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _transactionsRejected;
    private readonly Counter<long> _bytes;

    public IngestMetrics(IMeterFactory meters)
    {
        var meter = _meter = meters.Create(MeterName);
        _received = meter.CreateCounter<long>("pipeline.ingest.document.received", "{document}", "Documents taken from the source.");
        _read = meter.CreateCounter<long>("pipeline.ingest.block.read", "{block}", "Documents that gave a block.");
        _rejected = meter.CreateCounter<long>("pipeline.ingest.document.rejected", "{document}", "Documents that gave none, by reason.");
        _transactionsRejected = meter.CreateCounter<long>(
            "pipeline.ingest.transaction.rejected", "{transaction}", "Transactions left out of a block that was read, by reason.");
        _bytes = meter.CreateCounter<long>("pipeline.ingest.document.size", "By", "Bytes of the documents after unpacking.");
    }

    /// <summary>A document came from the source.</summary>
    public void Received(long bytes)
    {
        _received.Add(1);
        _bytes.Add(bytes);
    }

    /// <summary>It gave a block.</summary>
    public void Read() => _read.Add(1);

    /// <summary>It gave none; the reason is one of a small set.</summary>
    public void Rejected(string reason) => _rejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A transaction was left out.</summary>
    public void TransactionRejected(string reason) => _transactionsRejected.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Shows whether this worker is the one that writes, where several stand by for each other.</summary>
    public void ObserveActive(Func<bool> isActive) => _meter.CreateObservableGauge(
        "pipeline.ingest.active", () => isActive() ? 1 : 0, null, "1 when this worker writes, 0 when it stands by.");
}
