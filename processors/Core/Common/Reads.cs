namespace Sluice.Processors.Core.Common;

/// <summary>What of a transaction a reader asks memory for ahead of its turn. Its lists, status and fees, which stand at its front, are asked for in any case.</summary>
[Flags]
internal enum Reads
{
    /// <summary>The front of its swaps: amounts, accounts, mints.</summary>
    Swaps = 1,

    /// <summary>All of its swaps, with vaults, reserves and prices.</summary>
    WholeSwaps = 2,

    BalanceChanges = 4,
    LiquidityChanges = 8,
    Liquidations = 16,
    Transfers = 32,
    AuthorityChanges = 64,
    Signers = 128,

    /// <summary>The rest of the transaction itself: signature, signer, limits.</summary>
    Record = 256,

    /// <summary>Swaps and balance changes of a transaction with several swaps.</summary>
    WholeRoutes = 512,
}
