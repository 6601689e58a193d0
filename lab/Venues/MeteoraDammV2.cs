using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>Meteora's second constant-product program (cp-amm): the fee is taken from what goes out.</summary>
/// <remarks>Source: the program's IDL; transactions of the sandwich in slot 406751392, whose event layout is used.</remarks>
internal sealed class MeteoraDammV2(World world) : Venue(world)
{
    public override VenueKind Kind => VenueKind.MeteoraDammV2;

    public override int Program => World.Programs.DammV2;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn)
    {
        var gross = Product(ReserveIn(pool, aToB), ReserveOut(pool, aToB), amountIn);
        return gross - Share(gross, pool.FeeBps);
    }

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var received = Quote(pool, aToB, amountIn);
        Move(pool, aToB, amountIn, received);
        return received;
    }

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) => tx.U8(77);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        var authority = World.Programs.DammV2Authority;
        return new Pool
        {
            Number = World.Pools.Count,
            Venue = this,
            Account = World.NewAccount(8_630_400),
            MintA = a,
            MintB = b,
            VaultA = World.NewTokenAccount(a, authority, reserveA),
            VaultB = World.NewTokenAccount(b, authority, reserveB),
            Authority = authority,
            FeeBps = World.Pools.Count % 2 == 0 ? (ushort)25 : (ushort)100,
            Others = [],
        };
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var programs = World.Programs;
        var gross = Product(ReserveIn(pool, trade.AToB), ReserveOut(pool, trade.AToB), trade.AmountIn);
        var fee = Share(gross, pool.FeeBps);
        var received = gross - fee;
        tx.Open(Program, 4_100);
        tx.With(pool.Authority).With(pool.Account, Use.Write).With(trade.Source, Use.Write).With(trade.Destination, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account);
        tx.With(trade.User, Use.Sign).With(pool.MintA.Program).With(pool.MintB.Program).With(Program);
        tx.With(programs.DammV2Events).With(Program);
        tx.Tag(0xF8C69E91E17587C8).U64(trade.AmountIn).U64(trade.MinOut);
        tx.Log("Instruction: Swap"u8);
        if (trade.Fails)
        {
            tx.LogAnchorError("ExceededSlippage"u8, 6002, "Exceeded slippage tolerance"u8);
            tx.Fail(6002);
            return 0;
        }

        tx.TransferChecked(trade.Source, pool.VaultIn(trade.AToB), trade.User, trade.AmountIn);
        tx.TransferChecked(pool.VaultOut(trade.AToB), trade.Destination, pool.Authority, received);
        var (a, b) = (Accounts[pool.VaultA].Amount, Accounts[pool.VaultB].Amount);
        var protocol = fee / 5;
        tx.Event.Start(0xBD4233A826507599).Key(pool.Account).U8(trade.AToB ? (byte)0 : (byte)1).U8(0).Bool(false);
        tx.Event.U64(trade.AmountIn).U64(trade.MinOut).U8(0);
        tx.Event.U64(trade.AmountIn).U64(trade.AmountIn).U64(0).U64(received).U128(PriceMath.SqrtPriceX64(a, b));
        tx.Event.U64(fee - protocol).U64(protocol).U64(0).U64(0);
        tx.Event.U64(trade.AmountIn).U64(received).U64(received).U64((ulong)World.BlockTime).U64(a).U64(b);
        tx.EmitByCall(Program, programs.DammV2Events, 109);
        tx.Close(8_100);
        return received;
    }
}
