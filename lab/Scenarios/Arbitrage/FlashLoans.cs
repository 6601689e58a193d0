using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Arbitrage;

/// <summary>Loans of Kamino Lend that are paid back in the same transaction, for 0.001 %.</summary>
/// <remarks>Source: Kamino-Finance/klend, handler_flash_borrow_reserve_liquidity.rs and its repay counterpart.</remarks>
internal sealed class FlashLoans
{
    private readonly Stage _stage;
    private readonly int _market;
    private readonly int _authority;
    private readonly Dictionary<int, (int Reserve, int Supply, int FeeReceiver)> _reserves = [];

    public FlashLoans(Stage stage)
    {
        _stage = stage;
        var world = stage.World;
        _market = world.NewAccount(32_430_000);
        _authority = world.NewAccount(4_000_000);
        foreach (var number in new[] { 0, 1 })
        {
            var mint = world.Mints[number];
            var reserve = (
                Reserve: world.NewAccount(60_500_000),
                Supply: world.NewTokenAccount(mint, _authority, mint.OfCents(12_000_000_000)),
                FeeReceiver: world.NewTokenAccount(mint, _authority, mint.OfCents(1_000_000)));
            _reserves.Add(number, reserve);
            world.List([reserve.Reserve, reserve.Supply, reserve.FeeReceiver]);
        }

        world.List([_market, _authority]);
    }

    public bool Lends(Mint mint) => _reserves.ContainsKey(mint.Number);

    public static ulong FeeOf(ulong amount) => (amount + 99_999) / 100_000;

    public void Borrow(int user, int account, Mint mint, ulong amount)
    {
        var reserve = Open(user, account, mint);
        _stage.Tx.Tag(0x87E734A70734D4C1).U64(amount);
        _stage.Tx.Log("Instruction: FlashBorrowReserveLiquidity"u8);
        _stage.Tx.TransferChecked(reserve.Supply, account, _authority, amount);
        _stage.Tx.Close(9_400);
    }

    /// <param name="user">Who borrowed.</param>
    /// <param name="account">Token account that pays.</param>
    /// <param name="mint">What was borrowed.</param>
    /// <param name="amount">What was borrowed, without the fee.</param>
    /// <param name="borrowedBy">Number of the outer instruction that borrowed.</param>
    public void Repay(int user, int account, Mint mint, ulong amount, int borrowedBy)
    {
        var reserve = Open(user, account, mint);
        _stage.Tx.Tag(0xB97500CB60F5B4BA).U64(amount).U8((byte)borrowedBy);
        _stage.Tx.Log("Instruction: FlashRepayReserveLiquidity"u8);
        _stage.Tx.TransferChecked(account, reserve.Supply, user, amount);
        _stage.Tx.TransferChecked(account, reserve.FeeReceiver, user, FeeOf(amount));
        _stage.Tx.Close(9_900);
    }

    private (int Reserve, int Supply, int FeeReceiver) Open(int user, int account, Mint mint)
    {
        var programs = _stage.World.Programs;
        var reserve = _reserves[mint.Number];
        _stage.Tx.Open(programs.KaminoLend, 21_000);
        _stage.Tx.With(user, Use.Sign).With(_authority).With(_market).With(reserve.Reserve, Use.Write).With(mint.Account);
        _stage.Tx.With(reserve.Supply, Use.Write).With(account, Use.Write).With(reserve.FeeReceiver, Use.Write);
        _stage.Tx.With(programs.KaminoLend).With(programs.KaminoLend).With(programs.InstructionsSysvar).With(mint.Program);
        return reserve;
    }
}
