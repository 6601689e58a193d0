namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>An instruction that changes a pool's liquidity, as <c>ingest/Venues</c> states it.</summary>
/// <remarks>Account indexes and offsets count as in <see cref="VenueFile"/>. Amounts are what moved through the pool's vaults.</remarks>
internal sealed class LiquidityFile
{
    public required string Name { get; init; }

    /// <summary>First bytes of the instruction data, hex.</summary>
    public required string Data { get; init; }

    public required LiquidityKind Kind { get; init; }

    public required int Pool { get; init; }

    /// <summary>Position account, where the venue has such.</summary>
    public int? Position { get; init; }

    /// <summary>The pool's token accounts, in the pool's order; one where the instruction touches one side only; none where it opens only.</summary>
    public int[] Vaults { get; init; } = [];

    /// <summary>Offsets of the lowest and the highest tick or bin, i32.</summary>
    public int? LowerTick { get; init; }

    public int? UpperTick { get; init; }

    /// <summary>Offset of the number of bins, i32, where that is stated in place of the highest.</summary>
    public int? Width { get; init; }

    /// <summary>Offset of the liquidity added or removed, u128.</summary>
    public int? Liquidity { get; init; }

    /// <summary>Fewest accounts that a valid instruction has.</summary>
    public required int MinAccounts { get; init; }
}

/// <summary>What an instruction does to liquidity.</summary>
internal enum LiquidityKind : byte
{
    /// <summary>Opens a position, which states its range, and moves nothing.</summary>
    Open,
    Add,
    Remove,

    /// <summary>Takes earned fees and leaves the liquidity.</summary>
    Collect,
}
