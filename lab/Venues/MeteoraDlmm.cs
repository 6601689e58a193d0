using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Bins;

namespace Sluice.Lab.Venues;

/// <summary>Meteora's market of price bins, by swap and by swap2. Its event is an inner instruction of its own.</summary>
/// <remarks>Source: MeteoraAg/dlmm-sdk, the program's IDL; transactions 58F9fNP7... (swap) and 2nLWcmra....</remarks>
internal sealed class MeteoraDlmm(World world) : Venue(world)
{
    /// <summary>Variants of <see cref="Pool.Variant"/>.</summary>
    public const byte First = 0, Second = 1;

    private const int Oracle = 0, Bins0 = 1, Bins1 = 2;

    /// <summary>How far the price goes when the depth of the pool is told, basis points.</summary>
    private const int DepthBps = 100;

    public override VenueKind Kind => VenueKind.MeteoraDlmm;

    public override int Program => World.Programs.Dlmm;

    /// <summary>The state of one of its pools.</summary>
    public static BinState StateOf(Pool pool) => (BinState)pool.State!;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn)
    {
        var swap = StateOf(pool).Quote(aToB, amountIn, World.BlockTime);
        return swap.IsFilled ? swap.AmountOut : 0;
    }

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var swap = Filled(StateOf(pool).Swap(aToB, amountIn, World.BlockTime));
        Move(pool, aToB, amountIn, swap.AmountOut);
        return swap.AmountOut;
    }

    /// <summary>What a pool over all prices would hold that has this price and gives as much for the next hundredth of it.</summary>
    public override (ulong A, ulong B) Reserves(Pool pool)
    {
        var state = StateOf(pool);
        var reach = Math.Max(1, DepthBps / (int)state.Fees.StepBps);
        UInt128 x = 0, y = 0;
        for (var i = 0; i < reach; i++)
        {
            if (state.Has(state.Active + i)) { x += state[state.Active + i].X; }
            if (state.Has(state.Active - i)) { y += state[state.Active - i].Y; }
        }

        // A hundredth of price takes half a hundredth of a reserve.
        var price = state[state.Active].Price;
        var b = (MulDiv.Shift(price, x, 64) + y) * 100;
        return AtMostTenfold(pool, MulDiv.Down(b, UInt128.One << 64, price), b);
    }

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB)
    {
        if (pool.Variant == First)
        {
            tx.U8(38);
            return;
        }

        tx.U8(75).U32(0);
    }

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        var account = World.NewAccount(7_182_720);
        var fees = a.UnitsPerUsd == b.UnitsPerUsd ? new BinFees(1, 10_000)
            : (World.Pools.Count % 3) switch { 0 => new BinFees(10, 10_000), 1 => new BinFees(20, 10_000), _ => new BinFees(25, 14_000) };
        var active = BinMath.BinAt(((UInt128)reserveB << 64) / reserveA, fees.StepBps);
        var reach = BinSeeds.ReachOf(fees.StepBps);
        var state = new BinState(fees, active - reach, (2 * reach) + 1, active);
        var position = BinPosition.Of(World.NewAccount(57_406_080), active - reach, active + reach);
        (reserveA, reserveB) = BinSeeds.Sow(state, position, reserveA, reserveB);
        return new Pool
        {
            Number = World.Pools.Count,
            Venue = this,
            Account = account,
            MintA = a,
            MintB = b,
            VaultA = World.NewTokenAccount(a, account, reserveA),
            VaultB = World.NewTokenAccount(b, account, reserveB),
            Authority = account,
            FeeBps = (ushort)(fees.RateAt(0) / 100_000),
            State = state,
            Others = [World.NewAccount(23_385_600), World.NewAccount(71_437_440), World.NewAccount(71_437_440)],
            Variant = a.IsToken2022 || b.IsToken2022 || World.Pools.Count % 2 == 0 ? Second : First,
        };
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var second = pool.Variant == Second;
        tx.Open(Program, 25_300);
        tx.With(pool.Account, Use.Write).With(Program).With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write);
        tx.With(trade.Source, Use.Write).With(trade.Destination, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account);
        tx.With(pool.Others[Oracle], Use.Write).With(Program).With(trade.User, Use.Sign).With(pool.MintA.Program);
        tx.With(pool.MintB.Program);
        if (second) { tx.With(World.Programs.Memo); }
        tx.With(World.Programs.DlmmEvents).With(Program).With(pool.Others[Bins0], Use.Write).With(pool.Others[Bins1], Use.Write);
        tx.Tag(second ? 0x414B3F4CEB5B5B88UL : 0xF8C69E91E17587C8UL).U64(trade.AmountIn).U64(trade.MinOut);
        if (second) { tx.U32(0); }
        tx.Log(second ? "Instruction: Swap2"u8 : "Instruction: Swap"u8);
        if (trade.Fails)
        {
            tx.LogAnchorError("ExceededAmountSlippageTolerance"u8, 6003, "Exceeded amount slippage tolerance"u8);
            tx.Fail(6003);
            return 0;
        }

        var swap = Filled(StateOf(pool).Swap(trade.AToB, trade.AmountIn, World.BlockTime));
        tx.TransferChecked(trade.Source, pool.VaultIn(trade.AToB), trade.User, trade.AmountIn);
        tx.TransferChecked(pool.VaultOut(trade.AToB), trade.Destination, pool.Authority, swap.AmountOut);
        tx.Event.Start(0x516CE3BECDD00AC4).Key(pool.Account).Key(trade.User).I32(swap.Start).I32(swap.End);
        tx.Event.U64(trade.AmountIn).U64(swap.AmountOut).Bool(trade.AToB).U64(swap.Fee).U64(swap.Protocol);
        tx.Event.U128(swap.Rate).U64(0);
        tx.EmitByCall(Program, World.Programs.DlmmEvents, 2_132);
        tx.Close(12_200);
        return swap.AmountOut;
    }

    private static BinSwap Filled(in BinSwap swap) =>
        swap.IsFilled ? swap : throw new InvalidOperationException("A pool was asked for more than it has.");
}
