namespace Sluice.Lab;

/// <summary>One simulated slot.</summary>
/// <param name="Slot">Its number.</param>
/// <param name="Skipped">Whether the leader missed it; then there is no block.</param>
/// <param name="Leader">The leader's identity.</param>
/// <param name="Bytes">Bytes of JSON that were written, 0 where skipped.</param>
/// <param name="Transactions">Transactions of the block, votes included.</param>
/// <param name="Truth">What was planted in the block; valid until the next one is made.</param>
public readonly record struct SimulatedSlot(
    ulong Slot, bool Skipped, Schemas.Chain.Pubkey Leader, int Bytes, int Transactions, IReadOnlyList<TruthEntry> Truth);
