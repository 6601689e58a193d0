namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>An instruction that liquidates a position of a lending or margin protocol, as <c>ingest/Venues</c> states it.</summary>
/// <remarks>
/// Account indexes count as in <see cref="VenueFile"/>. What was repaid is what reached the debt's vault, what was seized is what left the
/// collateral's. A protocol that only moves numbers in its own accounts names no vaults, and its event the amounts.
/// </remarks>
internal sealed class LiquidationFile
{
    public required string Name { get; init; }

    /// <summary>First bytes of the instruction data, hex.</summary>
    public required string Data { get; init; }

    /// <summary>Fewest accounts that a valid instruction has.</summary>
    public required int MinAccounts { get; init; }

    /// <summary>Obligation, margin account or user that is liquidated.</summary>
    public required int Obligation { get; init; }

    /// <summary>Lending market, group or state account.</summary>
    public int? Market { get; init; }

    /// <summary>Who signs for the accounts that pay and receive; the fee payer where it is not given.</summary>
    public int? Liquidator { get; init; }

    /// <summary>Reserve or bank of the debt.</summary>
    public int? RepayReserve { get; init; }

    /// <summary>Reserve or bank of the collateral.</summary>
    public int? WithdrawReserve { get; init; }

    /// <summary>Token account that the debt is paid into.</summary>
    public int? RepayVault { get; init; }

    /// <summary>Token account that the protocol's receipts for the collateral come out of.</summary>
    public int? ReceiptVault { get; init; }

    /// <summary>Token account that the collateral itself comes out of, once redeemed.</summary>
    public int? UnderlyingVault { get; init; }

    /// <summary>Token account that receives the protocol's share of what was seized.</summary>
    public int? FeeReceiver { get; init; }

    /// <summary>Offset after the discriminator of the amount that was asked for, u64.</summary>
    public int? Requested { get; init; }

    /// <summary>First bytes of the instruction that closes this one, hex, where all between the two is the liquidation.</summary>
    public string? Until { get; init; }
}

/// <summary>An instruction that moves tokens of a liquidation which others open and close.</summary>
internal sealed class LiquidationPartFile
{
    public required string Name { get; init; }

    /// <summary>First bytes of the instruction data, hex.</summary>
    public required string Data { get; init; }

    /// <summary>Account that is liquidated; the part only counts where it is the opening one's.</summary>
    public required int Obligation { get; init; }

    /// <summary>Reserve or bank that the tokens belong to.</summary>
    public int? Reserve { get; init; }

    /// <summary>Token account that debt is paid into.</summary>
    public int? RepayVault { get; init; }

    /// <summary>Token account that collateral comes out of.</summary>
    public int? UnderlyingVault { get; init; }
}

/// <summary>The event that states what a liquidation moved inside a protocol's own books.</summary>
internal sealed class LiquidationEventFile
{
    public required string Name { get; init; }

    /// <summary>Discriminator, hex; the event stands in the log.</summary>
    public required string Data { get; init; }

    public required LiquidationEventCode Code { get; init; }

    /// <summary>Mints of the protocol's markets, by their numbers, where the event names only those.</summary>
    public Dictionary<int, string> MarketMints { get; init; } = [];
}

/// <summary>How an event is read; its layout stands with the code that does.</summary>
internal enum LiquidationEventCode : byte
{
    Marginfi,
    Drift,
}
