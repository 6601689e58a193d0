using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>Solend, now Save: tag 17, which redeems what it seizes, and the old tag 12, which hands out receipts.</summary>
/// <remarks>
/// Accounts: solendprotocol/solana-program-library, token-lending instruction.rs; tag 17's as in slot 133447494. Bonus of 5 % with 30 % of it for
/// the protocol is chosen; the refusal with error 20 is that of the fifteen failed ones of that slot.
/// </remarks>
internal sealed class SolendLender(Stage stage, IEnumerable<(Mint, ushort)> mints) : Lender(stage, mints)
{
    private readonly int _switchboard = stage.World.NewAccount(30_000_000);

    /// <summary>Whether the next liquidation is the old instruction, which seizes receipts.</summary>
    public bool IsOld { get; private set; }

    public override string Name => "solend";

    public override (int Least, int Greatest) Bonus => (500, 500);

    public override int KeptPercent => IsOld ? 0 : 30;

    protected override bool HasReceipts => true;

    public override void Choose(Prng random) => IsOld = random.PerMille(250);

    public override void Liquidate(in Order order)
    {
        var (position, user) = (order.Position, order.Liquidator);
        var (debt, collateral) = (position.Debt, position.Collateral);
        Refresh(position);
        Tx.Open(Programs.Solend, 34_000);
        Tx.With(Wallet(user, debt.Mint), Use.Write).With(Wallet(user, collateral.Receipts!), Use.Write);
        if (IsOld)
        {
            Tx.With(debt.Account, Use.Write).With(debt.Supply, Use.Write).With(collateral.Account).With(collateral.ReceiptSupply, Use.Write);
            Tx.With(position.Account, Use.Write).With(Market).With(Authority).With(user, Use.Sign).With(Programs.Clock).With(Programs.Token);
            Tx.U8(12).U64(order.Repaid);
            Tx.Log("Instruction: Liquidate Obligation"u8);
        }
        else
        {
            Tx.With(Wallet(user, collateral.Mint), Use.Write).With(debt.Account, Use.Write).With(debt.Supply, Use.Write).With(collateral.Account, Use.Write);
            Tx.With(collateral.Receipts!.Account, Use.Write).With(collateral.ReceiptSupply, Use.Write).With(collateral.Supply, Use.Write);
            Tx.With(collateral.FeeReceiver, Use.Write).With(position.Account, Use.Write).With(Market).With(Authority).With(user, Use.Sign).With(Programs.Token);
            Tx.U8(17).U64(Stage.Random.PerMille(500) ? ulong.MaxValue : order.Repaid);
            Tx.Log("Instruction: Liquidate Obligation and Redeem Reserve Collateral"u8);
        }

        if (order.Fails)
        {
            Tx.Log("Insufficient liquidity available"u8);
            Tx.Fail(20);
            return;
        }

        var receipts = IsOld ? order.Seized : Reserve.ReceiptsFor(order.Seized + order.Kept);
        Tx.Transfer(Wallet(user, debt.Mint), debt.Supply, user, order.Paid);
        Tx.Transfer(collateral.ReceiptSupply, Wallet(user, collateral.Receipts!), Authority, receipts);
        if (!IsOld)
        {
            Tx.Burn(Wallet(user, collateral.Receipts!), user, receipts);
            Tx.Transfer(collateral.Supply, Wallet(user, collateral.Mint), Authority, order.Seized + order.Kept);
            Tx.Transfer(Wallet(user, collateral.Mint), collateral.FeeReceiver, user, order.Kept);
        }

        Tx.Close(5_200);
    }

    public override Order Price(int liquidator, Position position, ulong repaid, int bonusBps, OraclePrices prices)
    {
        var order = base.Price(liquidator, position, repaid, bonusBps, prices);
        return IsOld ? order with { Seized = Reserve.ReceiptsFor(order.Seized) } : order;
    }

    public override void Repay(Position position, ulong amount)
    {
        var (user, debt) = (position.Owner, position.Debt);
        Refresh(position);
        Tx.Open(Programs.Solend, 18_000);
        Tx.With(Wallet(user, debt.Mint), Use.Write).With(debt.Supply, Use.Write).With(debt.Account, Use.Write).With(position.Account, Use.Write);
        Tx.With(Market).With(user, Use.Sign).With(Programs.Token).U8(11).U64(amount);
        Tx.Log("Instruction: Repay Obligation Liquidity"u8);
        Tx.Transfer(Wallet(user, debt.Mint), debt.Supply, user, amount);
        Tx.Close(2_400);
    }

    public override void Withdraw(Position position, ulong amount)
    {
        var (user, of) = (position.Owner, position.Collateral);
        var receipts = Reserve.ReceiptsFor(amount);
        Refresh(position);
        Tx.Open(Programs.Solend, 24_000);
        Tx.With(of.ReceiptSupply, Use.Write).With(Wallet(user, of.Receipts!), Use.Write).With(of.Account, Use.Write).With(position.Account, Use.Write);
        Tx.With(Market).With(Authority).With(Wallet(user, of.Mint), Use.Write).With(of.Receipts!.Account, Use.Write).With(of.Supply, Use.Write);
        Tx.With(user, Use.Sign).With(user, Use.Sign).With(Programs.Token).U8(15).U64(receipts);
        Tx.Log("Instruction: Withdraw Obligation Collateral and Redeem Reserve Collateral"u8);
        Tx.Transfer(of.ReceiptSupply, Wallet(user, of.Receipts!), Authority, receipts);
        Tx.Burn(Wallet(user, of.Receipts!), user, receipts);
        Tx.Transfer(of.Supply, Wallet(user, of.Mint), Authority, Reserve.Redeemed(receipts));
        Tx.Close(3_000);
    }

    public override bool WriteOff(int administrator, Position position) => false;

    private void Refresh(Position position)
    {
        RefreshReserve(position.Collateral);
        if (position.Debt != position.Collateral) { RefreshReserve(position.Debt); }
        Tx.Open(Programs.Solend, 9_000);
        Tx.With(position.Account, Use.Write).With(Programs.Clock).With(position.Collateral.Account).With(position.Debt.Account).U8(7);
        Tx.Log("Instruction: Refresh Obligation"u8);
        Tx.Close(1_000);
    }

    private void RefreshReserve(Reserve reserve)
    {
        Tx.Open(Programs.Solend, 11_000);
        Tx.With(reserve.Account, Use.Write).With(reserve.Oracle).With(_switchboard).With(Programs.Clock).U8(3);
        Tx.Log("Instruction: Refresh Reserve"u8);
        Tx.Close(1_000);
    }
}
