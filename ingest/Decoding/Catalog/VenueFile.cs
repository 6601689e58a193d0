namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>One file of <c>ingest/Venues</c>: a program, as far as it must be known to read its swaps.</summary>
/// <remarks>
/// Account indexes count in the instruction's own account list; a negative index counts from its end (-1 is the last).
/// Offsets count from the first byte after the discriminator. Data is little-endian.
/// </remarks>
internal sealed class VenueFile
{
    /// <summary>Name in the rows; equals the file's name.</summary>
    public required string Name { get; init; }

    public required ProgramKind Kind { get; init; }

    /// <summary>Program ids, base58; several where one layout was deployed more than once.</summary>
    public required string[] Programs { get; init; }

    /// <summary>Where the facts come from.</summary>
    public required string Source { get; init; }

    /// <summary>First slot for which the layouts hold.</summary>
    public ulong ValidFromSlot { get; init; }

    /// <summary>First slot in which a program that had been part of the validator no longer was; for programs of other kinds than builtin.</summary>
    public ulong BuiltinUntilSlot { get; init; }

    public SwapFile[] Swaps { get; init; } = [];

    public EventFile[] Events { get; init; } = [];

    /// <summary>Instructions by which an aggregator takes a route.</summary>
    public RouteFile[] Routes { get; init; } = [];

    /// <summary>Instructions that matter without being swaps.</summary>
    public MarkFile[] Marks { get; init; } = [];

    /// <summary>Instructions that liquidate.</summary>
    public LiquidationFile[] Liquidations { get; init; } = [];

    /// <summary>Instructions that move the tokens of liquidations which others open and close.</summary>
    public LiquidationPartFile[] LiquidationParts { get; init; } = [];

    /// <summary>The event that states what a liquidation moved, where tokens do not.</summary>
    public LiquidationEventFile? LiquidationEvent { get; init; }

    /// <summary>Instructions that add, remove or collect liquidity.</summary>
    public LiquidityFile[] Liquidity { get; init; } = [];

    /// <summary>
    /// Account index of the pool where the layout is not published: the generic detector finds the swap, this names its pool.
    /// </summary>
    public int? GenericPool { get; init; }

    /// <summary>
    /// Account index of one of the trader's token accounts, for such a venue: tells the trader from the pool where neither signed, as
    /// when a router trades from accounts of its own.
    /// </summary>
    public int? GenericUser { get; init; }

    /// <summary>True where a pool's address owns its vaults, so that what moved names the pool.</summary>
    public bool GenericPoolIsVaultOwner { get; init; }

    /// <summary>True where vaults hold the tokens of several pools, so that a vault's balance is no pool's reserve.</summary>
    public bool SharedVaults { get; init; }
}

/// <summary>An instruction that swaps.</summary>
internal sealed class SwapFile
{
    public required string Name { get; init; }

    /// <summary>First bytes of the instruction data, hex: 1, 4, 5 or 8 bytes.</summary>
    public required string Data { get; init; }

    /// <summary>Pool account, for an instruction with one leg.</summary>
    public int? Pool { get; init; }

    /// <summary>Token accounts that the pool pays from and into. Which is which is told by what moved.</summary>
    public int[] Vaults { get; init; } = [];

    /// <summary>First and last index of a run of vaults, for pools of many tokens.</summary>
    public int[] VaultRange { get; init; } = [];

    /// <summary>Accounts whose receipts from a vault are no part of the swap, such as a referrer's.</summary>
    public int[] Ignore { get; init; } = [];

    /// <summary>Account that holds lamports in place of a wSOL vault.</summary>
    public int? Native { get; init; }

    /// <summary>Fewest accounts that a valid instruction has.</summary>
    public int MinAccounts { get; init; }

    /// <summary>The trader's own limit, where the arguments state one.</summary>
    public LimitFile? Limit { get; init; }

    /// <summary>Legs, where one instruction swaps in several pools; in place of pool and vaults.</summary>
    public LegFile[] Legs { get; init; } = [];

    /// <summary>
    /// How to read the instruction where accounts and transfers do not say enough: <c>serumOrder</c>, or <c>movements</c> for one
    /// whose accounts do not name its vaults: the generic detector finds the swap.
    /// </summary>
    public string? Code { get; init; }
}

/// <summary>One pool of an instruction that swaps in several.</summary>
internal sealed class LegFile
{
    public required int Pool { get; init; }

    public required int[] Vaults { get; init; }
}

/// <summary>An event that carries what transfers do not.</summary>
internal sealed class EventFile
{
    public required string Name { get; init; }

    /// <summary>cpi: an inner instruction of the program to itself; log: <c>Program data:</c>; rayLog: <c>ray_log:</c>.</summary>
    public required EventTransport Transport { get; init; }

    /// <summary>Discriminator, hex, without the eight bytes that mark a CPI event.</summary>
    public required string Data { get; init; }

    /// <summary>Fewest bytes after the discriminator. Events grow at the tail, so more is fine.</summary>
    public required int MinLength { get; init; }

    /// <summary>Offset of the pool's key, where the event names it.</summary>
    public int? Pool { get; init; }

    /// <summary>Offset of the lamports that moved, u64.</summary>
    public int? NativeAmount { get; init; }

    /// <summary>Offset of the square root of the price after the swap, u128 Q64.64.</summary>
    public int? SqrtPrice { get; init; }

    /// <summary>Offset of the square root of the price before the swap, u128 Q64.64.</summary>
    public int? SqrtPriceBefore { get; init; }

    /// <summary>Offset of the liquidity that is active after the swap, u128.</summary>
    public int? Liquidity { get; init; }

    /// <summary>Offset of the active tick or bin before the swap, i32.</summary>
    public int? TickBefore { get; init; }

    /// <summary>Offset of the active tick or bin after the swap, i32.</summary>
    public int? TickAfter { get; init; }

    /// <summary>Where the event states the trading fee.</summary>
    public FeeFile? Fee { get; init; }

    /// <summary>Where the event states the reserves.</summary>
    public ReserveFile? Reserves { get; init; }
}

/// <summary>Where an event states the pool's reserves: each is a sum of u64 at offsets, less others.</summary>
internal sealed class ReserveFile
{
    /// <summary>Terms of the first vault's reserve, or the input's when <see cref="ByDirection"/>.</summary>
    public required int[] First { get; init; }

    /// <summary>Terms of the second vault's reserve, or the output's when <see cref="ByDirection"/>.</summary>
    public required int[] Second { get; init; }

    /// <summary>Offsets that are taken off the first.</summary>
    public int[] MinusFirst { get; init; } = [];

    /// <summary>Offsets that are taken off the second.</summary>
    public int[] MinusSecond { get; init; } = [];

    /// <summary>True when first and second mean input and output.</summary>
    public bool ByDirection { get; init; }

    /// <summary>True when the reserves are those after the swap.</summary>
    public bool After { get; init; }
}

/// <summary>An instruction that says something about the whole transaction.</summary>
internal sealed class MarkFile
{
    public required string Name { get; init; }

    public required string Data { get; init; }

    public required MarkKind Means { get; init; }
}

/// <summary>Carrier of an event.</summary>
internal enum EventTransport : byte
{
    Cpi,
    Log,
    RayLog,
}

/// <summary>Meaning of a marked instruction.</summary>
internal enum MarkKind : byte
{
    FlashLoan,
}
