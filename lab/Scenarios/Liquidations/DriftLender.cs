using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>Drift: loans and perpetual positions that change owner in the exchange's books, and loans that are repaid by a sale in between.</summary>
/// <remarks>
/// Accounts: the program's interface; LiquidationRecord field by field: drift-labs/protocol-v2, state/events.rs. A liquidator's share of 2 to 5 %
/// with a fifth of it for the insurance fund is chosen.
/// </remarks>
internal sealed class DriftLender(Stage stage, IEnumerable<(Mint, ushort)> mints) : Lender(stage, mints)
{
    private readonly Dictionary<int, int> _statistics = [];
    private ushort _liquidations;
    private Way _way;

    private enum Way
    {
        Spot,
        Perpetual,
        WithSale,
    }

    public override string Name => "drift";

    public override (int Least, int Greatest) Bonus => (200, 500);

    public override int KeptPercent => 0;

    public override int ClosePercent => 40;

    public override bool PaysOut => false;

    public override bool NeedsSale => _way == Way.WithSale;

    public override bool HasAmounts => _way != Way.Perpetual;

    protected override bool HasReceipts => false;

    public override void Choose(Prng random) => _way = random.Below(10) switch { < 5 => Way.Spot, < 7 => Way.Perpetual, _ => Way.WithSale };

    public override ulong Due(in Order order) => 0;

    public override void Liquidate(in Order order)
    {
        switch (_way)
        {
            case Way.WithSale:
                OpenSale(order);
                break;
            default:
                InBooks(order);
                break;
        }
    }

    public override ulong Settle(in Order order, ulong proceeds)
    {
        if (_way != Way.WithSale) { return order.Repaid; }
        var debt = order.Position.Debt;
        Tx.Open(Programs.Drift, 88_000);
        WithSaleAccounts(order).Tag(0x8E58A3A0DF4B37E1).U16(order.Position.Collateral.Number).U16(debt.Number);
        Tx.Log("Instruction: LiquidateSpotWithSwapEnd"u8);
        Tx.Transfer(Wallet(order.Liquidator, debt.Mint), debt.Supply, order.Liquidator, proceeds);
        Tell(order with { Repaid = proceeds });
        Tx.Close(12_000);
        return proceeds;
    }

    public override void Repay(Position position, ulong amount)
    {
        var (user, of) = (position.Owner, position.Debt);
        Tx.Open(Programs.Drift, 40_000);
        Tx.With(Market).With(position.Account, Use.Write).With(StatisticsOf(user), Use.Write).With(user, Use.Sign).With(of.Supply, Use.Write);
        Tx.With(Wallet(user, of.Mint), Use.Write).With(of.Mint.Program).With(of.Oracle).With(of.Account, Use.Write);
        Tx.Tag(0xF223C68952E1F2B6).U16(of.Number).U64(amount).Bool(true);
        Tx.Log("Instruction: Deposit"u8);
        Tx.Transfer(Wallet(user, of.Mint), of.Supply, user, amount);
        Tx.Close(6_000);
    }

    public override void Withdraw(Position position, ulong amount)
    {
        var (user, of) = (position.Owner, position.Collateral);
        Tx.Open(Programs.Drift, 62_000);
        Tx.With(Market).With(position.Account, Use.Write).With(StatisticsOf(user), Use.Write).With(user, Use.Sign).With(of.Supply, Use.Write);
        Tx.With(Authority).With(Wallet(user, of.Mint), Use.Write).With(of.Mint.Program).With(of.Oracle).With(of.Account, Use.Write);
        Tx.Tag(0xB712469C946DA122).U16(of.Number).U64(amount).Bool(true);
        Tx.Log("Instruction: Withdraw"u8);
        Tx.Transfer(of.Supply, Wallet(user, of.Mint), Authority, amount);
        Tx.Close(6_000);
    }

    public override bool WriteOff(int administrator, Position position)
    {
        Tx.Open(Programs.Drift, 70_000);
        WithAccounts(administrator, position).With(position.Debt.Oracle).With(position.Debt.Account, Use.Write).With(position.Debt.Supply, Use.Write);
        Tx.Tag(0xE010B0D6A2D5B7DE).U16(0).U16(0);
        Tx.Log("Instruction: ResolvePerpBankruptcy"u8);
        Tx.Close(7_000);
        return true;
    }

    private void InBooks(in Order order)
    {
        var (position, perpetual) = (order.Position, _way == Way.Perpetual);
        Tx.Open(Programs.Drift, 140_000);
        WithAccounts(order.Liquidator, position).With(position.Collateral.Oracle).With(position.Debt.Oracle);
        Tx.With(position.Collateral.Account, Use.Write).With(position.Debt.Account, Use.Write);
        if (perpetual)
        {
            Tx.Tag(0x4B2377F7BF128B02).U16(0).U64(order.Repaid).U8(0);
            Tx.Log("Instruction: LiquidatePerp"u8);
        }
        else
        {
            Tx.Tag(0x6B00802923E5FB12).U16(position.Collateral.Number).U16(position.Debt.Number).U128(order.Repaid).U8(0);
            Tx.Log("Instruction: LiquidateSpot"u8);
        }

        if (order.Fails)
        {
            Refuse();
            return;
        }

        Tell(order);
        Tx.Close(15_000);
    }

    private void OpenSale(in Order order)
    {
        var collateral = order.Position.Collateral;
        Tx.Open(Programs.Drift, 96_000);
        WithSaleAccounts(order).Tag(0x0C2BB0539CFB750D).U16(collateral.Number).U16(order.Position.Debt.Number).U64(order.Seized);
        Tx.Log("Instruction: LiquidateSpotWithSwapBegin"u8);
        if (order.Fails)
        {
            Refuse();
            return;
        }

        Tx.Transfer(collateral.Supply, Wallet(order.Liquidator, collateral.Mint), Authority, order.Seized);
        Tx.Close(9_000);
    }

    private void Refuse()
    {
        Tx.LogAnchorError("SufficientCollateral"u8, 6004, "Sufficient collateral"u8);
        Tx.Fail(6004);
    }

    private TransactionBuilder WithAccounts(int liquidator, Position position) =>
        Tx.With(Market).With(liquidator, Use.Sign).With(StatisticsOf(-liquidator), Use.Write).With(StatisticsOf(liquidator), Use.Write)
            .With(position.Account, Use.Write).With(StatisticsOf(position.Owner), Use.Write);

    private TransactionBuilder WithSaleAccounts(in Order order)
    {
        var (user, debt, collateral) = (order.Liquidator, order.Position.Debt, order.Position.Collateral);
        return WithAccounts(user, order.Position).With(debt.Supply, Use.Write).With(collateral.Supply, Use.Write).With(Wallet(user, debt.Mint), Use.Write)
            .With(Wallet(user, collateral.Mint), Use.Write).With(Programs.Token).With(Authority).With(Programs.InstructionsSysvar)
            .With(collateral.Oracle).With(debt.Oracle).With(collateral.Account, Use.Write).With(debt.Account, Use.Write);
    }

    private void Tell(in Order order)
    {
        var (position, perpetual) = (order.Position, _way == Way.Perpetual);
        var e = Tx.Event.Start(0x7F11006CB60DE735).U64((ulong)Stage.World.BlockTime).U8(perpetual ? (byte)0 : (byte)1).Key(position.Account);
        e.Key(StatisticsOf(-order.Liquidator)).U128(order.Repaid * 11).U128(order.Repaid * 10).U64(order.Repaid).U16(++_liquidations).Bool(false);
        e.I32(2).I32(_liquidations * 3).I32((_liquidations * 3) + 1);

        // liquidate_perp: market, price, base, quote, shares, fill, two order ids, the liquidator's and the insurance fund's fee.
        e.U16(0).U64(perpetual ? 190_000_000UL : 0).U64(perpetual ? order.Seized : 0).U64(perpetual ? order.Repaid : 0).Zeros(8 + 8 + 4 + 4);
        e.U64(perpetual ? order.Repaid / 100 : 0).U64(0);

        // liquidate_spot: asset market, its price and amount, liability market, its price and amount, the insurance fund's fee.
        e.U16(perpetual ? (ushort)0 : position.Collateral.Number).U64(1_000_000).U128(perpetual ? 0 : order.Seized);
        e.U16(perpetual ? (ushort)0 : position.Debt.Number).U64(1_000_000).U128(perpetual ? 0 : order.Repaid).U64(perpetual ? 0 : order.Repaid / 500);

        // The other four kinds, empty; then the flags.
        e.Zeros(52 + 52 + (2 + 16 + 16 + 1 + 1 + 16) + (2 + 16 + 16 + 16) + 1);
        Tx.EmitToLog();
    }

    /// <summary>A user's statistics; of a negative number the liquidator's user account.</summary>
    private int StatisticsOf(int user)
    {
        if (!_statistics.TryGetValue(user, out var id)) { _statistics.Add(user, id = Stage.World.NewAccount(31_347_840)); }
        return id;
    }
}
