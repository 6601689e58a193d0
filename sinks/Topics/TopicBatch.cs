using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Schemas.Records;
using Sluice.Sinks.Writing;
using Sluice.Streams;

namespace Sluice.Sinks.Topics;

/// <summary>Rows from topics, and which positions they come from.</summary>
internal sealed class TopicBatch : StoreBatch
{
    private const int LongestToken = 160;

    private readonly List<Range> _ranges = [];

    /// <summary>When the records' blocks arrived, Unix time in µs, by topic.</summary>
    public List<(Topic Topic, long UnixMicros)> Arrivals { get; } = [];

    /// <summary>Rows that no column takes; they are reported before the batch's positions are.</summary>
    public List<DeadLetter> Unfit { get; } = [];

    /// <summary>Positions without rows count too: they must be committed.</summary>
    public override bool IsEmpty => Rows == 0 && _ranges.Count == 0;

    /// <summary>Enters what was taken.</summary>
    /// <param name="batch">Where it comes from.</param>
    /// <param name="generation">How often the partition was taken away before; see <see cref="Positions"/>.</param>
    /// <param name="mark">Number made of the content, so that a topic that was deleted and made anew has other tokens.</param>
    public void Took(RecordBatch batch, int generation, ulong mark)
    {
        // Newest first: what continues is nearly always the last range of its partition.
        for (var i = _ranges.Count - 1; i >= 0; i--)
        {
            var range = _ranges[i];
            if (range.Topic != batch.Topic || range.Partition != batch.Partition) { continue; }
            if (range.Generation != generation || batch.Position < range.Next) { break; }
            _ranges[i] = range with { Next = batch.NextPosition, Mark = range.Mark + mark };
            return;
        }

        _ranges.Add(new Range(batch.Topic, batch.Partition, batch.Position, batch.NextPosition, generation, mark));
    }

    /// <summary>What may be committed when the batch is stored.</summary>
    /// <param name="isCurrent">False for a partition that was taken away since: its new owner commits.</param>
    public IReadOnlyList<TopicPosition> Positions(Func<Topic, int, int, bool> isCurrent)
    {
        // A partition that was read again from an earlier position stands here twice; what was read last counts.
        var positions = new Dictionary<(Topic, int), TopicPosition>(_ranges.Count);
        foreach (var range in _ranges)
        {
            if (isCurrent(range.Topic, range.Partition, range.Generation))
            {
                positions[(range.Topic, range.Partition)] = new TopicPosition(range.Topic, range.Partition, range.Next);
            }
        }

        return [.. positions.Values];
    }

    /// <summary>The same for the same positions, whenever and in whatever order they came.</summary>
    public string Token(string group)
    {
        var parts = _ranges
            .OrderBy(r => r.Topic.Name, StringComparer.Ordinal).ThenBy(r => r.Partition).ThenBy(r => r.First)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Topic.Name}-{r.Partition}:{r.First}-{r.Next - 1}#{r.Mark:x}"));
        var text = string.Join('+', parts);
        return text.Length <= LongestToken
            ? $"{group}/{text}"
            : $"{group}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";
    }

    public override void Clear()
    {
        base.Clear();
        _ranges.Clear();
        Arrivals.Clear();
        Unfit.Clear();
    }

    /// <summary>Positions of one partition without a step back.</summary>
    private readonly record struct Range(Topic Topic, int Partition, long First, long Next, int Generation, ulong Mark);
}
