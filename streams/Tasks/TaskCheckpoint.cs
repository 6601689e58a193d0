namespace Sluice.Streams;

/// <summary>How far a task has come: what is committed together with its outputs and its changelog.</summary>
/// <param name="Sources">Next position of each source, in the topology's order. With replayable state, the start of the oldest open window.</param>
/// <param name="EmittedThroughSlot">Highest slot whose outputs were published; outputs of slots up to it are not published again
/// while a window is rebuilt. −1 at the beginning.</param>
/// <param name="ResumeSlot">Slot at which a source without positions, such as files, must begin again.</param>
public sealed record TaskCheckpoint(IReadOnlyList<long> Sources, long EmittedThroughSlot, long ResumeSlot);
