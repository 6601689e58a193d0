using Sluice.Ingest.Rpc;

namespace Sluice.Ingest.Live;

/// <summary>A slot that is known to have a block, and the block, or why it is missed.</summary>
/// <param name="First">The slot; of a missed block, the first slot of which nothing is known because of it.</param>
/// <param name="Slot">The slot.</param>
/// <param name="Body">The block, which the taker disposes of; null where it is missed.</param>
/// <param name="Missed">Why it is missed; null where it is there.</param>
public readonly record struct FollowedBlock(ulong First, ulong Slot, BlockBody? Body, RpcException? Missed);
