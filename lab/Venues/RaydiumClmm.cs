using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Ranges;

namespace Sluice.Lab.Venues;

/// <summary>Raydium's concentrated-liquidity program, by its first swap instruction and by swap_v2.</summary>
/// <remarks>
/// Account 1 is the fee configuration, shared by many pools; the pool is account 2. The event stands in the log only.
/// Source: raydium-io/raydium-clmm, swap.rs, swap_v2.rs, states/pool.rs; transaction 2cd7QQSB... of slot 376411673.
/// </remarks>
internal sealed class RaydiumClmm(World world) : RangeVenue(world)
{
    /// <summary>Variants of <see cref="Pool.Variant"/>.</summary>
    public const byte First = 0, Second = 1;

    private const int Config = 0, Observation = 1, Bitmap = 2, TickArray0 = 3, TickArray1 = 4;

    private int[]? _configs;

    public override VenueKind Kind => VenueKind.RaydiumClmm;

    public override int Program => World.Programs.RaydiumClmm;

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) =>
        tx.U8(pool.Variant == First ? (byte)26 : (byte)40);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        _configs ??= [World.NewAccount(1_709_413), World.NewAccount(1_705_200), World.NewAccount(1_705_200)];
        var account = World.NewAccount(11_637_120);
        var tier = World.Pools.Count % 3;
        var (spacing, bps) = tier switch { 0 => (1, 4u), 1 => (1, 5u), _ => (60, 25u) };
        var fees = new RangeFees(bps * 100, [120_000, 40_000], 1_000_000);
        var state = Sow(account, TickMath.Raydium, fees, spacing, a, b, ref reserveA, ref reserveB);
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
                _configs[tier], World.NewAccount(32_092_560), World.NewAccount(13_641_600),
                World.NewAccount(72_161_280), World.NewAccount(72_161_280),
            ],
            Variant = a.IsToken2022 || b.IsToken2022 || World.Pools.Count % 4 != 0 ? Second : First,
        };
    }

    protected override RangeSwap Execute(TransactionBuilder tx, Pool pool, in Trade trade, bool exactIn)
    {
        var programs = World.Programs;
        var (vaultIn, vaultOut) = (pool.VaultIn(trade.AToB), pool.VaultOut(trade.AToB));
        var second = pool.Variant == Second;
        tx.Open(Program, 61_000);
        tx.With(trade.User, Use.Sign).With(pool.Others[Config]).With(pool.Account, Use.Write).With(trade.Source, Use.Write);
        tx.With(trade.Destination, Use.Write).With(vaultIn, Use.Write).With(vaultOut, Use.Write);
        tx.With(pool.Others[Observation], Use.Write);
        tx.With(programs.Token);
        if (second)
        {
            tx.With(programs.Token2022).With(programs.Memo).With(pool.MintIn(trade.AToB).Account);
            tx.With(pool.MintOut(trade.AToB).Account);
            tx.With(pool.Others[Bitmap], Use.Write).With(pool.Others[TickArray0], Use.Write);
            tx.With(pool.Others[TickArray1], Use.Write);
        }
        else
        {
            tx.With(pool.Others[TickArray0], Use.Write).With(pool.Others[TickArray1], Use.Write);
        }

        tx.Tag(second ? 0x2B04ED0B1AC91E62UL : 0xF8C69E91E17587C8UL).U64(trade.AmountIn).U64(trade.MinOut).U128(UInt128.Zero);
        tx.Bool(exactIn);
        tx.Log(second ? "Instruction: SwapV2"u8 : "Instruction: Swap"u8);
        if (trade.Fails)
        {
            tx.LogAnchorError("TooLittleOutputReceived"u8, 6022, "Too little output received"u8);
            tx.Fail(6022);
            return default;
        }

        var swap = Filled(StateOf(pool).Swap(trade.AToB, trade.AmountIn, exactIn));
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

        tx.Event.Start(0x40C6CDE8260871E2).Key(pool.Account).Key(trade.User);
        tx.Event.Key(trade.AToB ? trade.Source : trade.Destination).Key(trade.AToB ? trade.Destination : trade.Source);
        tx.Event.U64(trade.AToB ? swap.AmountIn : swap.AmountOut).U64(0).U64(trade.AToB ? swap.AmountOut : swap.AmountIn).U64(0);
        tx.Event.Bool(trade.AToB).U128(swap.PriceAfter).U128(swap.Liquidity).I32(swap.Tick);
        tx.EmitToLog();
        tx.Close(27_000);
        return swap;
    }
}
