using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>What a lending market holds of one token: a reserve, a bank, a spot market, by protocol.</summary>
internal sealed class Reserve
{
    public required Mint Mint { get; init; }

    /// <summary>The reserve's own account.</summary>
    public required int Account { get; init; }

    /// <summary>Owner of the vaults.</summary>
    public required int Authority { get; init; }

    /// <summary>Token account with the liquidity.</summary>
    public required int Supply { get; init; }

    /// <summary>Token account with the protocol's share of what is seized, or its insurance.</summary>
    public required int FeeReceiver { get; init; }

    /// <summary>Price account.</summary>
    public required int Oracle { get; init; }

    /// <summary>Mint of the receipts for deposits; null where the protocol keeps them in its books.</summary>
    public Mint? Receipts { get; init; }

    /// <summary>Token account with the receipts that serve as collateral; -1 where there are none.</summary>
    public int ReceiptSupply { get; init; } = -1;

    /// <summary>Number that the protocol gives to it, where it counts them.</summary>
    public ushort Number { get; init; }

    /// <summary>What so many receipts are redeemed for: each is worth an eleventh more than at the start, for interest.</summary>
    public static ulong Redeemed(ulong receipts) => (ulong)((UInt128)receipts * 12 / 11);

    /// <summary>The fewest receipts that are redeemed for at least so much.</summary>
    public static ulong ReceiptsFor(ulong amount) => (ulong)((((UInt128)amount * 11) + 11) / 12);
}

/// <summary>A loan against a deposit. Its amounts stand in the protocol's books alone.</summary>
/// <param name="Account">Obligation, margin account or user account.</param>
/// <param name="Owner">The borrower.</param>
/// <param name="Debt">What was borrowed.</param>
/// <param name="Borrowed">Base units of it.</param>
/// <param name="Collateral">What was deposited.</param>
/// <param name="Deposited">Base units of it.</param>
internal sealed record Position(int Account, int Owner, Reserve Debt, ulong Borrowed, Reserve Collateral, ulong Deposited);

/// <summary>A liquidation as it shall be carried out.</summary>
/// <param name="Liquidator">Who signs.</param>
/// <param name="Position">Whose loan.</param>
/// <param name="Repaid">Base units of debt that the borrower is relieved of.</param>
/// <param name="Paid">Base units that the liquidator pays: the same, and more where the protocol's share is taken from the payment.</param>
/// <param name="Seized">Base units of collateral that the liquidator gets.</param>
/// <param name="Kept">Base units that the protocol keeps: of the collateral, or of the payment.</param>
/// <param name="Fails">Whether the protocol refuses.</param>
internal readonly record struct Order(int Liquidator, Position Position, ulong Repaid, ulong Paid, ulong Seized, ulong Kept, bool Fails = false);
