using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Sluice.Lab.Node;

namespace Sluice.Cli.Bench;

/// <summary>Holds what a reader of the live feed gets against the moments at which the node had the blocks.</summary>
/// <remarks>
/// A finding counts from the block that made it certain, the last one that the feed told before it: what needs a leader group's end comes slots after
/// the transactions that it is made of. The moment of a block is taken before the node shows it as confirmed, so making notices of it counts too.
/// </remarks>
internal sealed class LiveDelays
{
    private readonly ConcurrentDictionary<ulong, long> _confirmed = new();
    private readonly List<double> _findings = [];
    private readonly List<double> _blocks = [];
    private ulong _last;
    private long? _block;

    /// <summary>Milliseconds from a block's being confirmed to its findings being read.</summary>
    public IReadOnlyList<double> Findings => _findings;

    /// <summary>Milliseconds from a block's being confirmed to itself being read.</summary>
    public IReadOnlyList<double> Blocks => _blocks;

    /// <summary>The node has gone on by a slot.</summary>
    /// <param name="before">Timestamp from before it did.</param>
    /// <param name="status">How far it is now.</param>
    public void Published(long before, NodeStatus status)
    {
        var from = _last == 0 ? status.Confirmed : _last + 1;
        for (var slot = from; slot <= status.Confirmed; slot++) { _confirmed[slot] = before; }
        _last = status.Confirmed;
    }

    /// <summary>The reader has read a message whole.</summary>
    /// <param name="message">The JSON object.</param>
    /// <param name="now">Timestamp.</param>
    /// <param name="counts">Whether the warm-up is over.</param>
    public void Read(ReadOnlySpan<byte> message, long now, bool counts)
    {
        var json = new Utf8JsonReader(message);
        var isBlock = false;
        ulong? slot = null;
        while (slot is null && json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName) { continue; }
            if (json.ValueTextEquals("channel"u8))
            {
                json.Read();
                isBlock = json.ValueTextEquals("blocks"u8);
            }
            else if (json.ValueTextEquals("slot"u8))
            {
                json.Read();
                slot = json.GetUInt64();
            }
        }

        if (slot is not { } found) { return; } // the feed's own message
        if (isBlock) { _block = _confirmed.TryGetValue(found, out var at) ? at : null; }
        if (_block is not { } confirmed || !counts) { return; }
        (isBlock ? _blocks : _findings).Add(Stopwatch.GetElapsedTime(confirmed, now).TotalMilliseconds);
    }
}
