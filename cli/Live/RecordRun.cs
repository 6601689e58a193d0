using System.Globalization;
using Sluice.Cli.Output;
using Sluice.Ingest.Archive;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Ingest.Live;

namespace Sluice.Cli.Live;

/// <summary>Follows a chain into a recording; says on standard error which slots were missed, and of which transactions were left out.</summary>
internal sealed class RecordRun(BlockFollower follower, Recording recording, RecordPlan plan)
{
    private readonly BlockReader _reader = new();
    private readonly RawBlock _raw = new();
    private long _blocks;
    private ulong _first;

    /// <summary>Blocks that no endpoint gave, or gave so that they could not be read, and transactions left out of others.</summary>
    public long LeftOut { get; private set; }

    /// <summary>What this run has recorded, in one line.</summary>
    public string Summary => _blocks == 0
        ? "no blocks recorded"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{_blocks:N0} blocks recorded, slots {_first} to {recording.Newest}{(LeftOut == 0 ? "" : $", {LeftOut:N0} blocks or transactions left out")}");

    /// <summary>Runs to the plan's end; without one, until cancelled.</summary>
    public async Task RunAsync(ProgressLine? progress, CancellationToken cancel)
    {
        var last = plan.Last;
        var blocks = follower.FollowAsync(plan.First, plan.Before, cancel);
        await foreach (var block in blocks.ConfigureAwait(false))
        {
            // The first slot is known only now where the newest was asked for.
            last ??= block.Slot + plan.Slots - 1;
            using (block.Body)
            {
                if (block.First > last) { return; }
                if (block.Body is { } body) { Take(body, block.Slot, last); } else { Miss(in block); }
            }

            if (block.Slot >= last) { return; }
            if (progress?.IsDue == true) { Show(progress, block.Slot, last); }
        }
    }

    private void Take(BlockBody body, ulong slot, ulong? last)
    {
        // A block behind the end was fetched because the last slots have none.
        if (slot > last) { return; }
        var result = body.Read(_reader, _raw);
        if (!result.IsRead)
        {
            LeftOut++;
            Fail.Print(string.Create(CultureInfo.InvariantCulture, $"slot {slot} was not recorded: {body.Source} gave what is no block: {result.Message}"));
            return;
        }

        foreach (ref readonly var rejection in _raw.Rejections.Span)
        {
            LeftOut++;
            Fail.Print(string.Create(CultureInfo.InvariantCulture, $"slot {slot}, transaction {rejection.Transaction}: {rejection.Reason}"));
        }

        recording.Add(_raw);
        if (_blocks++ == 0) { _first = slot; }
    }

    private void Miss(in FollowedBlock block)
    {
        LeftOut++;
        var which = block.First == block.Slot
            ? string.Create(CultureInfo.InvariantCulture, $"slot {block.Slot} has a block")
            : string.Create(CultureInfo.InvariantCulture, $"slots {block.First} to {block.Slot} have blocks");
        Fail.Print($"{which} that no endpoint gave ({block.Missed!.Message}); record {(block.First == block.Slot ? "it" : "them")} into a file beside this one with --from {block.First} where an endpoint has it.");
    }

    private void Show(ProgressLine progress, ulong slot, ulong? last) => progress.Show(
        last is null || plan.First is null ? 0 : slot + 1 - plan.First.Value,
        last is null || plan.First is null ? 0 : last.Value + 1 - plan.First.Value,
        string.Create(CultureInfo.InvariantCulture, $"slot {slot}, {Human.Count((long)follower.Tip - (long)slot)} behind · {Human.Count(_blocks)} blocks"));
}
