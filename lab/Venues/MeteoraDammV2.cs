using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Curves;

namespace Sluice.Lab.Venues;

/// <summary>Meteora's second constant-product program (cp-amm): one range of prices a pool, the fee taken from what goes out or from the second token.</summary>
/// <remarks>Source: the program's IDL; transactions of the sandwich in slot 406751392, whose event layout is used.</remarks>
internal sealed class MeteoraDammV2(World world) : Venue(world)
{
    public override VenueKind Kind => VenueKind.MeteoraDammV2;

    public override int Program => World.Programs.DammV2;

    /// <summary>The state of one of its pools.</summary>
    public static CurveState StateOf(Pool pool) => (CurveState)pool.State!;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn) => StateOf(pool).Quote(aToB, amountIn).AmountOut;

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var swap = StateOf(pool).Swap(aToB, amountIn);
        Move(pool, aToB, amountIn, swap.AmountOut);
        return swap.AmountOut;
    }

    /// <summary>What a pool over all prices would hold that had the same liquidity.</summary>
    public override (ulong A, ulong B) Reserves(Pool pool)
    {
        var state = StateOf(pool);
        return ((ulong)(state.Liquidity / state.Price), (ulong)MulDiv.Shift(state.Liquidity, state.Price, 128));
    }

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) => tx.U8(77);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        var authority = World.Programs.DammV2Authority;
        var bps = World.Pools.Count % 2 == 0 ? 25u : 100u;
        var price = PriceMath.SqrtPriceX64(reserveA, reserveB);

        // Every third pool was made for prices from a sixteenth to sixteen times the first.
        var isNarrow = World.Pools.Count % 3 == 0;
        var state = new CurveState(
            price, isNarrow ? price / 4 : CurveState.LowestPrice, isNarrow ? price * 4 : CurveState.HighestPrice,
            bps * 100_000, World.Pools.Count % 4 < 2);
        (reserveA, reserveB) = state.Add(PriceMath.Liquidity(reserveA, reserveB) << 64);
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
            FeeBps = (ushort)bps,
            State = state,
            Others = [],
        };
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var programs = World.Programs;
        var state = StateOf(pool);
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

        var swap = state.Swap(trade.AToB, trade.AmountIn);
        tx.TransferChecked(trade.Source, pool.VaultIn(trade.AToB), trade.User, trade.AmountIn);
        tx.TransferChecked(pool.VaultOut(trade.AToB), trade.Destination, pool.Authority, swap.AmountOut);
        var (a, b) = (Accounts[pool.VaultA].Amount, Accounts[pool.VaultB].Amount);
        tx.Event.Start(0xBD4233A826507599).Key(pool.Account).U8(trade.AToB ? (byte)0 : (byte)1).U8(state.FeesInB ? (byte)1 : (byte)0).Bool(false);
        tx.Event.U64(trade.AmountIn).U64(trade.MinOut).U8(0);
        tx.Event.U64(trade.AmountIn).U64(trade.AmountIn - swap.FeeIn).U64(0).U64(swap.AmountOut).U128(swap.PriceAfter);
        tx.Event.U64(swap.Fee - swap.Protocol).U64(swap.Protocol).U64(0).U64(0);
        tx.Event.U64(trade.AmountIn).U64(swap.AmountOut).U64(swap.AmountOut).U64((ulong)World.BlockTime).U64(a).U64(b);
        tx.EmitByCall(Program, programs.DammV2Events, 109);
        tx.Close(8_100);
        return swap.AmountOut;
    }
}
