using Sluice.Ingest.Live;

namespace Sluice.Ingest.Yellowstone;

/// <summary>How a Yellowstone stream is listened to.</summary>
public sealed record YellowstoneOptions
{
    /// <summary>Of the slots and blocks: confirmed or finalized.</summary>
    public Commitment Commitment { get; init; } = Commitment.Confirmed;

    /// <summary>Largest message that is taken, bytes. A full mainnet block has about 5 MiB.</summary>
    public int MaxMessageBytes { get; init; } = 128 << 20;

    /// <summary>How long nothing may come before the connection counts as broken. Slots come every 0.4 s, pings at least every 15 s.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Pause before a lost connection is made again; each failure after that doubles it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(30);

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
