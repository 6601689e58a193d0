using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>A known program, ready for use by the engine.</summary>
internal sealed class ProgramEntry
{
    public required Pubkey Id { get; init; }

    public required string Name { get; init; }

    public required ProgramKind Kind { get; init; }

    public ulong ValidFromSlot { get; init; }

    /// <summary>Finds the swap instruction by its first bytes.</summary>
    public required DiscriminatorTable<SwapLayout> Swaps { get; init; }

    /// <summary>Finds marked instructions by their first bytes.</summary>
    public required DiscriminatorTable<MarkLayout> Marks { get; init; }

    public required EventLayout[] Events { get; init; }

    /// <summary>Liquidations and liquidity changes.</summary>
    public LendingCatalog Lending { get; init; } = LendingCatalog.Empty;

    /// <summary>Finds an aggregator's route by its first bytes.</summary>
    public required DiscriminatorTable<RouteLayout> Routes { get; init; }

    /// <summary>Pool's account index for swaps that only the generic detector can see; <see cref="NoIndex"/> where there is none.</summary>
    public int GenericPool { get; init; } = NoIndex;

    /// <summary>Account index of one of the trader's token accounts for such swaps; <see cref="NoIndex"/> where it is not known.</summary>
    public int GenericUser { get; init; } = NoIndex;

    /// <summary>True where the owner of the vaults is the pool.</summary>
    public bool GenericPoolIsVaultOwner { get; init; }

    /// <summary>True where vault balances are no reserves: shared vaults, and order books, whose vaults hold all traders' funds.</summary>
    public bool VaultsAreNoReserves { get; init; }

    /// <summary>True for Token-2022, whose mints may keep a fee on transfer.</summary>
    public bool IsToken2022 { get; init; }

    /// <summary>Marks an index that is not given.</summary>
    public const int NoIndex = int.MinValue;

    public bool IsVenue => Kind >= ProgramKind.Amm;

    /// <summary>True when any event stands in the log rather than in an inner instruction.</summary>
    public bool HasLogEvents { get; init; }

    /// <summary>First slot in which the program was no longer part of the validator; 0 for one that never was.</summary>
    public ulong BuiltinUntilSlot { get; init; }

    /// <summary>True when the program was part of the validator in a slot.</summary>
    public bool IsBuiltin(ulong slot) => Kind is ProgramKind.System or ProgramKind.Builtin || slot < BuiltinUntilSlot;

    /// <summary>True when the program may be a venue in the generic detector's eyes.</summary>
    public bool MayPool => Kind is ProgramKind.Unknown or ProgramKind.Helper || IsVenue;

    /// <summary>True when transfers that belong to no swap here are the caller's to explain.</summary>
    public bool Bubbles => Kind is ProgramKind.Unknown or ProgramKind.Helper;
}

/// <summary>Layout of one instruction that swaps.</summary>
internal sealed class SwapLayout
{
    public required string Name { get; init; }

    public required LegLayout[] Legs { get; init; }

    /// <summary>Account that holds lamports in place of a wSOL vault, or <see cref="ProgramEntry.NoIndex"/>.</summary>
    public required int Native { get; init; }

    public required int MinAccounts { get; init; }

    public required SwapCode Code { get; init; }

    /// <summary>Bytes of the discriminator, behind which the arguments begin.</summary>
    public required int ArgumentsAt { get; init; }

    /// <summary>The trader's own limit, null where the arguments state none.</summary>
    public required LimitFile? Limit { get; init; }
}

/// <summary>Layout of one pool of an instruction.</summary>
internal sealed class LegLayout
{
    public required int Pool { get; init; }

    public required int[] Vaults { get; init; }

    /// <summary>Run of vaults, first and last index; used when <see cref="Vaults"/> is empty.</summary>
    public required int RangeFirst { get; init; }

    public required int RangeLast { get; init; }

    public required int[] Ignore { get; init; }
}

/// <summary>Code for instructions whose accounts and transfers do not say enough.</summary>
internal enum SwapCode : byte
{
    /// <summary>None needed: vault transfers tell everything.</summary>
    None,

    /// <summary>An order of Serum or OpenBook v1 that takes, paid out by the settlement that follows it.</summary>
    SerumOrder,

    /// <summary>The accounts do not name the vaults; the generic detector finds the swap, which goes under the venue's name.</summary>
    Movements,
}

/// <summary>Layout of an event.</summary>
internal sealed class EventLayout
{
    public required EventTransport Transport { get; init; }

    /// <summary>First bytes, those that mark a CPI event included.</summary>
    public required byte[] Prefix { get; init; }

    public required int MinLength { get; init; }

    public required int Pool { get; init; }

    public required int NativeAmount { get; init; }

    public required int SqrtPrice { get; init; }

    public required int SqrtPriceBefore { get; init; }

    public required int Liquidity { get; init; }

    public required int TickBefore { get; init; }

    public required int TickAfter { get; init; }

    public required FeeFile? Fee { get; init; }

    public required ReserveFile? Reserves { get; init; }
}

/// <summary>An aggregator's route instruction.</summary>
/// <param name="File">Where its arguments stand.</param>
/// <param name="ArgumentsAt">Bytes of the discriminator, behind which the arguments begin.</param>
internal sealed record RouteLayout(RouteFile File, int ArgumentsAt);

/// <summary>A marked instruction.</summary>
internal sealed class MarkLayout
{
    public required MarkKind Means { get; init; }
}
