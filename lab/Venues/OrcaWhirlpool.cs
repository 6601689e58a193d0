using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Ranges;

namespace Sluice.Lab.Venues;

/// <summary>Orca Whirlpools, by the first swap instruction and by swap_v2.</summary>
/// <remarks>
/// Owner and vault stand in pairs by token, not by direction. Since 2025 the program logs a <c>Traded</c> event with the
/// square-root prices before and after. Source: orca-so/whirlpools, swap.rs, v2/swap.rs, events; transaction 62osuRs2....
/// </remarks>
internal sealed class OrcaWhirlpool(World world) : RangeVenue(world)
{
    /// <summary>Variants of <see cref="Pool.Variant"/>.</summary>
    public const byte First = 0, Second = 1;

    private const int TickArray0 = 0, TickArray1 = 1, TickArray2 = 2, Oracle = 3;

    public override VenueKind Kind => VenueKind.OrcaWhirlpool;

    public override int Program => World.Programs.Whirlpool;

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB)
    {
        tx.U8(pool.Variant == First ? (byte)17 : (byte)47).Bool(aToB);
        if (pool.Variant == Second) { tx.U8(0); }
    }

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        var account = World.NewAccount(5_435_760);
        var (spacing, bps) = (World.Pools.Count % 3) switch { 0 => (4, 4u), 1 => (16, 16u), _ => (64, 30u) };
        var state = Sow(account, TickMath.Whirlpool, new RangeFees(bps * 100, [1_300], 10_000), spacing, a, b, ref reserveA, ref reserveB);
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
            FeeBps = (ushort)bps,
            State = state,
            Others =
            [
                World.NewAccount(70_407_360), World.NewAccount(70_407_360), World.NewAccount(70_407_360), World.NewAccount(),
            ],
            Variant = a.IsToken2022 || b.IsToken2022 || World.Pools.Count % 2 == 0 ? Second : First,
        };
    }

    protected override RangeSwap Execute(TransactionBuilder tx, Pool pool, in Trade trade, bool exactIn)
    {
        var programs = World.Programs;
        var second = pool.Variant == Second;
        var (ownerA, ownerB) = trade.AToB ? (trade.Source, trade.Destination) : (trade.Destination, trade.Source);
        tx.Open(Program, 22_000);
        if (second)
        {
            tx.With(pool.MintA.Program).With(pool.MintB.Program).With(programs.Memo).With(trade.User, Use.Sign);
            tx.With(pool.Account, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account);
        }
        else
        {
            tx.With(programs.Token).With(trade.User, Use.Sign).With(pool.Account, Use.Write);
        }

        tx.With(ownerA, Use.Write).With(pool.VaultA, Use.Write).With(ownerB, Use.Write).With(pool.VaultB, Use.Write);
        tx.With(pool.Others[TickArray0], Use.Write).With(pool.Others[TickArray1], Use.Write);
        tx.With(pool.Others[TickArray2], Use.Write);
        tx.With(pool.Others[Oracle], Use.Write);
        tx.Tag(second ? 0x2B04ED0B1AC91E62UL : 0xF8C69E91E17587C8UL).U64(trade.AmountIn).U64(trade.MinOut).U128(UInt128.Zero);
        tx.Bool(exactIn).Bool(trade.AToB);
        if (second) { tx.U8(0); }
        tx.Log(second ? "Instruction: SwapV2"u8 : "Instruction: Swap"u8);
        if (trade.Fails)
        {
            tx.LogAnchorError("AmountOutBelowMinimum"u8, 6036, "Amount out below minimum threshold"u8);
            tx.Fail(6036);
            return default;
        }

        var swap = Filled(StateOf(pool).Swap(trade.AToB, trade.AmountIn, exactIn));
        var (vaultIn, vaultOut) = (pool.VaultIn(trade.AToB), pool.VaultOut(trade.AToB));
        if (second)
        {
            tx.TransferChecked(trade.Source, vaultIn, trade.User, swap.AmountIn);
            tx.TransferChecked(vaultOut, trade.Destination, pool.Authority, swap.AmountOut);
        }
        else
        {
            tx.Transfer(trade.Source, vaultIn, trade.User, swap.AmountIn);
            tx.Transfer(vaultOut, trade.Destination, pool.Authority, swap.AmountOut);
        }

        tx.Event.Start(0xE1CA49AF932BA096).Key(pool.Account).Bool(trade.AToB).U128(swap.PriceBefore).U128(swap.PriceAfter);
        tx.Event.U64(swap.AmountIn).U64(swap.AmountOut).U64(0).U64(0).U64(swap.Fee - swap.Protocol).U64(swap.Protocol);
        tx.EmitToLog();
        tx.Close(15_600);
        return swap;
    }
}
