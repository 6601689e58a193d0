using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>MarginFi: liquidations inside its books, with or without taking out what was seized at once, and by receivership.</summary>
/// <remarks>
/// Of a value seized 2.5 % stay with the liquidator and 2.5 % go to the insurance fund, which is all that moves. Accounts and event:
/// mrgnlabs/marginfi-v2, instructions/marginfi_account and events.rs; the refusal with error 6013 is that of slot 254170887. A receivership's
/// bonus is chosen.
/// </remarks>
internal sealed class MarginfiLender(Stage stage, IEnumerable<(Mint, ushort)> mints) : Lender(stage, mints)
{
    private readonly Dictionary<int, int> _accounts = [];
    private readonly int _feeState = stage.World.NewAccount(2_672_640);
    private readonly int _feeWallet = stage.World.NewAccount(7_000_000_000);
    private Way _way;

    private enum Way
    {
        Books,
        TakenOut,
        Receivership,
    }

    public override string Name => "marginfi";

    public override (int Least, int Greatest) Bonus => (526, 526);

    public override int KeptPercent => 0;

    public override int ClosePercent => 50;

    public override bool PaysOut => _way != Way.Books;

    public override bool IsBracketed => _way == Way.TakenOut;

    protected override bool HasReceipts => false;

    public override void Choose(Prng random) => _way = random.Below(10) switch { < 4 => Way.Books, < 7 => Way.TakenOut, _ => Way.Receivership };

    public override ulong Due(in Order order) => _way == Way.Books ? 0 : order.Paid;

    public override Order Price(int liquidator, Position position, ulong repaid, int bonusBps, OraclePrices prices)
    {
        if (_way == Way.Receivership) { return base.Price(liquidator, position, repaid, (int)Stage.Random.Range(300, 900), prices); }
        var value = (ulong)((UInt128)repaid * 1_000 / 950);
        var paid = (ulong)((UInt128)value * 975 / 1_000);
        return new Order(liquidator, position, repaid, paid, prices.Convert(position.Debt.Mint, value, position.Collateral.Mint), paid - repaid);
    }

    public override void Liquidate(in Order order)
    {
        var (position, user) = (order.Position, order.Liquidator);
        if (_way == Way.Receivership)
        {
            Start(order);
            if (!Tx.HasFailed) { MoveOut(user, position.Account, position.Collateral, order.Seized); }
            return;
        }

        var account = AccountOf(user);
        if (_way == Way.TakenOut)
        {
            Tx.Open(Programs.Marginfi, 4_000);
            Tx.With(account, Use.Write).With(user, Use.Sign).With(Programs.InstructionsSysvar).Tag(0x0E8321DC51BAB46B).U64((ulong)Tx.OuterCount + 5);
            Tx.Log("Instruction: LendingAccountStartFlashloan"u8);
            Tx.Close(2_000);
        }

        var (debt, collateral) = (position.Debt, position.Collateral);
        Tx.Open(Programs.Marginfi, 118_000);
        Tx.With(Market).With(collateral.Account, Use.Write).With(debt.Account, Use.Write).With(account, Use.Write).With(user, Use.Sign);
        Tx.With(position.Account, Use.Write).With(Authority, Use.Write).With(debt.Supply, Use.Write).With(debt.FeeReceiver, Use.Write);
        Tx.With(debt.Mint.Program).With(collateral.Oracle).With(debt.Oracle);
        Tx.With(collateral.Account).With(collateral.Oracle).With(debt.Account).With(debt.Oracle);
        Tx.Tag(0xD6A997D5FBA756DB).U64(order.Seized).U8(4).U8(4);
        Tx.Log("Instruction: LendingAccountLiquidate"u8);
        if (order.Fails)
        {
            Refuse();
            return;
        }

        Tx.Transfer(debt.Supply, debt.FeeReceiver, Authority, order.Kept);
        var e = Tx.Event.Start(0xA6A0F99AB72717F2).U8(1).Key(user).Key(account).Key(user).Key(Market).Key(position.Account).Key(position.Owner);
        e.Key(collateral.Account).Key(collateral.Mint.Account).Key(debt.Account).Key(debt.Mint.Account).F64(-0.5).F64(0.25);
        e.F64(position.Deposited).F64(position.Borrowed).F64(0).F64(order.Paid);
        e.F64(position.Deposited - order.Seized).F64(position.Borrowed - order.Repaid).F64(order.Seized).F64(0);
        Tx.EmitToLog();
        Tx.Close(9_000);
        if (_way == Way.TakenOut) { MoveOut(user, account, collateral, order.Seized); }
    }

    public override ulong Settle(in Order order, ulong proceeds)
    {
        var (position, user) = (order.Position, order.Liquidator);
        switch (_way)
        {
            case Way.TakenOut:
                MoveIn(user, AccountOf(user), position.Debt, order.Paid, 0xAB5EEB675240D48C, "Instruction: LendingAccountDeposit"u8);
                Tx.Open(Programs.Marginfi, 30_000);
                Tx.With(AccountOf(user), Use.Write).With(user, Use.Sign).With(position.Debt.Account).With(position.Debt.Oracle).Tag(0x697CC96A9902089C);
                Tx.Log("Instruction: LendingAccountEndFlashloan"u8);
                Tx.Close(2_000);
                break;
            case Way.Receivership:
                MoveIn(user, position.Account, position.Debt, order.Paid, 0x4FD1ACB1DE33AD97, "Instruction: LendingAccountRepay"u8);
                Tx.Open(Programs.Marginfi, 61_000);
                Tx.With(position.Account, Use.Write).With(RecordOf(position), Use.Write).With(user, Use.Write | Use.Sign).With(_feeState);
                Tx.With(_feeWallet, Use.Write).With(Programs.System).Tag(0x6E0BF436E5B516B8);
                Tx.Log("Instruction: EndLiquidation"u8);
                Tx.Close(4_000);
                break;
        }

        return order.Repaid;
    }

    public override void Repay(Position position, ulong amount) =>
        MoveIn(position.Owner, position.Account, position.Debt, amount, 0x4FD1ACB1DE33AD97, "Instruction: LendingAccountRepay"u8);

    public override void Withdraw(Position position, ulong amount) => MoveOut(position.Owner, position.Account, position.Collateral, amount);

    public override bool WriteOff(int administrator, Position position)
    {
        var debt = position.Debt;
        Tx.Open(Programs.Marginfi, 44_000);
        Tx.With(Market).With(administrator, Use.Sign).With(debt.Account, Use.Write).With(position.Account, Use.Write).With(debt.Supply, Use.Write);
        Tx.With(debt.FeeReceiver, Use.Write).With(Authority).With(debt.Mint.Program).Tag(0xA20B388B5A8046AD);
        Tx.Log("Instruction: LendingPoolHandleBankruptcy"u8);
        var covered = Math.Min(position.Borrowed, Stage.Accounts[debt.FeeReceiver].Amount / 4);
        Tx.Transfer(debt.FeeReceiver, debt.Supply, Authority, covered);
        Tx.Close(5_000);
        return true;
    }

    private void Start(in Order order)
    {
        var position = order.Position;
        Tx.Open(Programs.Marginfi, 72_000);
        Tx.With(position.Account, Use.Write).With(RecordOf(position), Use.Write).With(order.Liquidator).With(Programs.InstructionsSysvar);
        Tx.With(position.Collateral.Account).With(position.Collateral.Oracle).With(position.Debt.Account).With(position.Debt.Oracle);
        Tx.Tag(0xF45D5AD6C0A6BF15);
        Tx.Log("Instruction: StartLiquidation"u8);
        if (order.Fails)
        {
            Refuse();
            return;
        }

        Tx.Close(5_000);
    }

    private void Refuse()
    {
        Tx.LogAnchorError("IllegalLiquidation"u8, 6013, "Illegal liquidation"u8);
        Tx.Fail(6013);
    }

    private void MoveOut(int user, int account, Reserve of, ulong amount)
    {
        Tx.Open(Programs.Marginfi, 46_000);
        Tx.With(Market).With(account, Use.Write).With(user, Use.Sign).With(of.Account, Use.Write).With(Wallet(user, of.Mint), Use.Write);
        Tx.With(Authority).With(of.Supply, Use.Write).With(of.Mint.Program).With(of.Oracle).Tag(0x24484A13D2D2C0C0).U64(amount).U8(0);
        Tx.Log("Instruction: LendingAccountWithdraw"u8);
        Tx.Transfer(of.Supply, Wallet(user, of.Mint), Authority, amount);
        Tx.Close(6_000);
    }

    private void MoveIn(int user, int account, Reserve of, ulong amount, ulong tag, ReadOnlySpan<byte> log)
    {
        Tx.Open(Programs.Marginfi, 31_000);
        Tx.With(Market).With(account, Use.Write).With(user, Use.Sign).With(of.Account, Use.Write).With(Wallet(user, of.Mint), Use.Write);
        Tx.With(of.Supply, Use.Write).With(of.Mint.Program).Tag(tag).U64(amount).U8(0);
        Tx.Log(log);
        Tx.Transfer(Wallet(user, of.Mint), of.Supply, user, amount);
        Tx.Close(4_000);
    }

    /// <summary>The liquidator's own margin account.</summary>
    private int AccountOf(int user) => Known(user);

    /// <summary>The account in which a receivership of the position is kept.</summary>
    private int RecordOf(Position position) => Known(position.Account);

    private int Known(int of)
    {
        if (!_accounts.TryGetValue(of, out var id)) { _accounts.Add(of, id = Stage.World.NewAccount(16_982_400)); }
        return id;
    }
}
