namespace Sluice.Ingest.Live;

/// <summary>How blocks are followed.</summary>
public sealed record FollowerOptions
{
    /// <summary>Blocks that are fetched at once. At the tip it is seldom more than one.</summary>
    public int Ahead { get; init; } = 6;

    /// <summary>The same while it is more than <see cref="BehindSlots"/> behind the newest slot: an endpoint that rests, or an answer that fails, then holds up one of many.</summary>
    public int AheadWhenBehind { get; init; } = 16;

    /// <summary>Slots behind the newest one from which on it counts as behind.</summary>
    public ulong BehindSlots { get; init; } = 32;

    /// <summary>Pause between two questions for the newest slot; a slot takes about 400 ms.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Pause between two questions for the newest slot while a source pushes blocks: what it leaves out is found that late.</summary>
    public TimeSpan PollBesidePushes { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a block that a list names is awaited from a source that pushes, before it is asked for.</summary>
    public TimeSpan PushGrace { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Slots of one list of blocks.</summary>
    public ulong ListSlots { get; init; } = 200;

    /// <summary>Calls, of several rounds over all endpoints each, after which a block that no endpoint has, or has whole, counts as missed.</summary>
    public int CallsPerBlock { get; init; } = 3;

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
