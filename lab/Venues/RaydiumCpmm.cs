using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>
/// Raydium's constant-product program of 2024; the only simulated venue whose mints may withhold transfer fees.
/// </summary>
/// <remarks>
/// Its event stands in the log only. Source: raydium-io/raydium-cp-swap, swap_base_input.rs and states/events.rs.
/// </remarks>
internal sealed class RaydiumCpmm(World world) : Venue(world)
{
    private const int Config = 0, Observation = 1;

    private int[]? _configs;

    public override VenueKind Kind => VenueKind.RaydiumCpmm;

    public override int Program => World.Programs.RaydiumCpmm;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn)
    {
        var arriving = amountIn - pool.MintIn(aToB).TransferFeeOf(amountIn);
        var leaving = FeeOnInput(ReserveIn(pool, aToB), ReserveOut(pool, aToB), arriving, pool.FeeBps);
        return leaving - pool.MintOut(aToB).TransferFeeOf(leaving);
    }

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var arriving = amountIn - pool.MintIn(aToB).TransferFeeOf(amountIn);
        var leaving = FeeOnInput(ReserveIn(pool, aToB), ReserveOut(pool, aToB), arriving, pool.FeeBps);
        Move(pool, aToB, arriving, leaving);
        return leaving - pool.MintOut(aToB).TransferFeeOf(leaving);
    }

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) => tx.U8(46);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        _configs ??= [World.NewAccount(2_533_440), World.NewAccount(2_533_440)];
        var authority = World.Programs.RaydiumCpmmAuthority;
        var config = World.Pools.Count & 1;
        return new Pool
        {
            Number = World.Pools.Count,
            Venue = this,
            Account = World.NewAccount(5_324_400),
            MintA = a,
            MintB = b,
            VaultA = World.NewTokenAccount(a, authority, reserveA),
            VaultB = World.NewTokenAccount(b, authority, reserveB),
            Authority = authority,
            FeeBps = config == 0 ? (ushort)25 : (ushort)100,
            Others = [_configs[config], World.NewAccount(29_308_560)],
        };
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var (mintIn, mintOut) = (pool.MintIn(trade.AToB), pool.MintOut(trade.AToB));
        var (vaultIn, vaultOut) = (pool.VaultIn(trade.AToB), pool.VaultOut(trade.AToB));
        var feeIn = mintIn.TransferFeeOf(trade.AmountIn);
        var arriving = trade.AmountIn - feeIn;
        var leaving = FeeOnInput(Accounts[vaultIn].Amount, Accounts[vaultOut].Amount, arriving, pool.FeeBps);
        var feeOut = mintOut.TransferFeeOf(leaving);

        tx.Open(Program, 12_400);
        tx.With(trade.User, Use.Sign).With(pool.Authority).With(pool.Others[Config]).With(pool.Account, Use.Write);
        tx.With(trade.Source, Use.Write).With(trade.Destination, Use.Write).With(vaultIn, Use.Write).With(vaultOut, Use.Write);
        tx.With(mintIn.Program).With(mintOut.Program).With(mintIn.Account).With(mintOut.Account);
        tx.With(pool.Others[Observation], Use.Write);
        tx.Tag(0x8FBE5ADAC41E33DE).U64(trade.AmountIn).U64(trade.MinOut);
        tx.Log("Instruction: SwapBaseInput"u8);
        if (trade.Fails)
        {
            tx.LogAnchorError("ExceededSlippage"u8, 6005, "Exceeds desired slippage limit"u8);
            tx.Fail(6005);
            return 0;
        }

        tx.Event.Start(0x40C6CDE8260871E2).Key(pool.Account).U64(Accounts[vaultIn].Amount).U64(Accounts[vaultOut].Amount);
        tx.Event.U64(arriving).U64(leaving).U64(feeIn).U64(feeOut).Bool(true).Key(mintIn.Account).Key(mintOut.Account);
        tx.Event.U64(Share(arriving, pool.FeeBps)).U64(0).Bool(true);
        tx.EmitToLog();
        tx.TransferChecked(trade.Source, vaultIn, trade.User, trade.AmountIn);
        tx.TransferChecked(vaultOut, trade.Destination, pool.Authority, leaving);
        tx.Close(15_300);
        return leaving - feeOut;
    }
}
