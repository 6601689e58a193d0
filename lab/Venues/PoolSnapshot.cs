namespace Sluice.Lab.Venues;

/// <summary>A pool as it was at one moment: what its vaults held and its state.</summary>
/// <param name="AmountA">Base units in the first vault.</param>
/// <param name="AmountB">Base units in the second vault.</param>
/// <param name="LamportsA">Lamports of the first vault's account.</param>
/// <param name="LamportsB">Lamports of the second vault's account.</param>
/// <param name="State">Copy of the pool's state; null where the vaults are all.</param>
internal sealed record PoolSnapshot(ulong AmountA, ulong AmountB, ulong LamportsA, ulong LamportsB, PoolState? State);
