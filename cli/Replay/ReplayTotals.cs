namespace Sluice.Cli.Replay;

/// <summary>Figures of a run beside what the blocks hold.</summary>
/// <param name="Elapsed">Wall time from the first byte read to the last row stored.</param>
/// <param name="Bytes">Bytes of input after decompression.</param>
/// <param name="AlreadyStoredSlots">Slots that the store already held, which were not written again.</param>
/// <param name="Duplicates">Blocks that had come earlier in the run, and single transactions of a block that came whole; taken once.</param>
/// <param name="LeftOut">Documents and transactions that could not be taken; each was reported.</param>
internal sealed record ReplayTotals(TimeSpan Elapsed, long Bytes, long AlreadyStoredSlots, long Duplicates, long LeftOut);
