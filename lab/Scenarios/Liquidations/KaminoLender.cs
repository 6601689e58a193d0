using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>Kamino Lend: liquidations by the first and the second version of the instruction, each behind the refreshes that it asks for.</summary>
/// <remarks>
/// Accounts, order of transfers, close factor of 20 % and bonus between a reserve's bounds: Kamino-Finance/klend, handlers and
/// lending_market. Bounds of 200 and 1,000 bps and half of the bonus for the protocol are chosen.
/// </remarks>
internal sealed class KaminoLender(Stage stage, IEnumerable<(Mint, ushort)> mints) : Lender(stage, mints)
{
    private readonly int _farms = stage.World.NewAccount(1_141_440);
    private readonly int _collateralFarm = stage.World.NewAccount(58_575_360);
    private readonly int _debtFarm = stage.World.NewAccount(58_575_360);

    public override string Name => "kamino-lend";

    public override (int Least, int Greatest) Bonus => (200, 1_000);

    public override int KeptPercent => 50;

    protected override bool HasReceipts => true;

    public override void Liquidate(in Order order)
    {
        var (position, user) = (order.Position, order.Liquidator);
        var (debt, collateral) = (position.Debt, position.Collateral);
        Refresh(position);
        var second = Stage.Random.PerMille(600);
        Tx.Open(Programs.KaminoLend, 92_000);
        Tx.With(user, Use.Sign).With(position.Account, Use.Write).With(Market).With(Authority).With(debt.Account, Use.Write).With(debt.Mint.Account);
        Tx.With(debt.Supply, Use.Write).With(collateral.Account, Use.Write).With(collateral.Mint.Account).With(collateral.Receipts!.Account, Use.Write);
        Tx.With(collateral.ReceiptSupply, Use.Write).With(collateral.Supply, Use.Write).With(collateral.FeeReceiver, Use.Write);
        Tx.With(Wallet(user, debt.Mint), Use.Write).With(Wallet(user, collateral.Receipts), Use.Write).With(Wallet(user, collateral.Mint), Use.Write);
        Tx.With(collateral.Receipts.Program).With(debt.Mint.Program).With(collateral.Mint.Program).With(Programs.InstructionsSysvar);
        if (second) { Tx.With(Programs.KaminoLend).With(_collateralFarm, Use.Write).With(Programs.KaminoLend).With(_debtFarm, Use.Write).With(_farms); }
        Tx.Tag(second ? 0xA2A1238F1EBBB967 : 0xB1479ABCE2854A37).U64(order.Repaid).U64(0).U64(0);
        Tx.Log(second ? "Instruction: LiquidateObligationAndRedeemReserveCollateralV2"u8 : "Instruction: LiquidateObligationAndRedeemReserveCollateral"u8);
        if (order.Fails)
        {
            Tx.LogAnchorError("ObligationHealthy"u8, 6016, "Cannot liquidate healthy obligations"u8);
            Tx.Fail(6016);
            return;
        }

        Tx.TransferChecked(Wallet(user, debt.Mint), debt.Supply, user, order.Paid);
        var receipts = Reserve.ReceiptsFor(order.Seized + order.Kept);
        Tx.Transfer(collateral.ReceiptSupply, Wallet(user, collateral.Receipts), Authority, receipts);
        Tx.Burn(Wallet(user, collateral.Receipts), user, receipts);
        Tx.TransferChecked(collateral.Supply, Wallet(user, collateral.Mint), Authority, order.Seized + order.Kept);
        Tx.TransferChecked(Wallet(user, collateral.Mint), collateral.FeeReceiver, user, order.Kept);
        Tx.Close(11_000);
    }

    public override void Repay(Position position, ulong amount)
    {
        var (user, debt) = (position.Owner, position.Debt);
        Refresh(position);
        Tx.Open(Programs.KaminoLend, 38_000);
        Tx.With(user, Use.Sign).With(position.Account, Use.Write).With(Market).With(debt.Account, Use.Write).With(debt.Mint.Account);
        Tx.With(debt.Supply, Use.Write).With(Wallet(user, debt.Mint), Use.Write).With(debt.Mint.Program).With(Programs.InstructionsSysvar);
        Tx.Tag(0x91B20DE14CF09348).U64(amount);
        Tx.Log("Instruction: RepayObligationLiquidity"u8);
        Tx.TransferChecked(Wallet(user, debt.Mint), debt.Supply, user, amount);
        Tx.Close(6_100);
    }

    public override void Withdraw(Position position, ulong amount)
    {
        var (user, of) = (position.Owner, position.Collateral);
        Refresh(position);
        var receipts = Reserve.ReceiptsFor(amount);
        Tx.Open(Programs.KaminoLend, 52_000);
        Tx.With(user, Use.Write | Use.Sign).With(position.Account, Use.Write).With(Market).With(Authority).With(of.Account, Use.Write);
        Tx.With(of.Mint.Account).With(of.ReceiptSupply, Use.Write).With(of.Receipts!.Account, Use.Write).With(of.Supply, Use.Write);
        Tx.With(Wallet(user, of.Mint), Use.Write).With(Programs.KaminoLend).With(of.Receipts.Program).With(of.Mint.Program).With(Programs.InstructionsSysvar);
        Tx.Tag(0x4B5D5DDC2296DAC4).U64(receipts);
        Tx.Log("Instruction: WithdrawObligationCollateralAndRedeemReserveCollateral"u8);
        Tx.Burn(of.ReceiptSupply, Authority, receipts);
        Tx.TransferChecked(of.Supply, Wallet(user, of.Mint), Authority, Reserve.Redeemed(receipts));
        Tx.Close(7_800);
    }

    public override bool WriteOff(int administrator, Position position)
    {
        Refresh(position);
        Tx.Open(Programs.KaminoLend, 31_000);
        Tx.With(administrator, Use.Sign).With(position.Account, Use.Write).With(Market).With(position.Debt.Account, Use.Write).With(Programs.InstructionsSysvar);
        Tx.Tag(0xF54B5B00EC611303).U64(position.Borrowed);
        Tx.Log("Instruction: SocializeLoss"u8);
        Tx.Close(4_000);
        return true;
    }

    private void Refresh(Position position)
    {
        RefreshReserve(position.Collateral);
        if (position.Debt != position.Collateral) { RefreshReserve(position.Debt); }
        Tx.Open(Programs.KaminoLend, 24_000);
        Tx.With(Market).With(position.Account, Use.Write).With(position.Collateral.Account, Use.Write).With(position.Debt.Account, Use.Write);
        Tx.Tag(0x218493E497C04859);
        Tx.Log("Instruction: RefreshObligation"u8);
        Tx.Close(3_000);
    }

    private void RefreshReserve(Reserve reserve)
    {
        Tx.Open(Programs.KaminoLend, 21_000);
        Tx.With(reserve.Account, Use.Write).With(Market).With(Programs.KaminoLend).With(Programs.KaminoLend).With(Programs.KaminoLend).With(reserve.Oracle);
        Tx.Tag(0x02DA8AEB4FC91966);
        Tx.Log("Instruction: RefreshReserve"u8);
        Tx.Close(2_000);
    }
}
