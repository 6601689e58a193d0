using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>Raydium's concentrated-liquidity program, by its first swap instruction and by swap_v2.</summary>
/// <remarks>
/// Account 1 is the fee configuration, shared by many pools; the pool is account 2. The event stands in the log only.
/// Source: raydium-io/raydium-clmm, swap.rs, swap_v2.rs, states/pool.rs; transaction 2cd7QQSB... of slot 376411673.
/// </remarks>
internal sealed class RaydiumClmm(World world) : Venue(world)
{
    /// <summary>Variants of <see cref="Pool.Variant"/>.</summary>
    public const byte First = 0, Second = 1;

    private const int Config = 0, Observation = 1, Bitmap = 2, TickArray0 = 3, TickArray1 = 4;

    private int[]? _configs;

    public override VenueKind Kind => VenueKind.RaydiumClmm;

    public override int Program => World.Programs.RaydiumClmm;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn) =>
        FeeOnInput(ReserveIn(pool, aToB), ReserveOut(pool, aToB), amountIn, pool.FeeBps);

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var received = Quote(pool, aToB, amountIn);
        Move(pool, aToB, amountIn, received);
        return received;
    }

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) =>
        tx.U8(pool.Variant == First ? (byte)26 : (byte)40);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        _configs ??= [World.NewAccount(1_709_413), World.NewAccount(1_705_200), World.NewAccount(1_705_200)];
        var account = World.NewAccount(11_637_120);
        var tier = World.Pools.Count % 3;
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
            FeeBps = tier switch { 0 => 4, 1 => 5, _ => 25 },
            Others =
            [
                _configs[tier], World.NewAccount(32_092_560), World.NewAccount(13_641_600),
                World.NewAccount(72_161_280), World.NewAccount(72_161_280),
            ],
            Variant = a.IsToken2022 || b.IsToken2022 || World.Pools.Count % 4 != 0 ? Second : First,
        };
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var programs = World.Programs;
        var (vaultIn, vaultOut) = (pool.VaultIn(trade.AToB), pool.VaultOut(trade.AToB));
        var received = Quote(pool, trade.AToB, trade.AmountIn);
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
        tx.Bool(true);
        tx.Log(second ? "Instruction: SwapV2"u8 : "Instruction: Swap"u8);
        if (trade.Fails)
        {
            tx.LogAnchorError("TooLittleOutputReceived"u8, 6022, "Too little output received"u8);
            tx.Fail(6022);
            return 0;
        }

        if (second)
        {
            tx.TransferChecked(trade.Source, vaultIn, trade.User, trade.AmountIn);
            tx.TransferChecked(vaultOut, trade.Destination, pool.Authority, received);
        }
        else
        {
            tx.Transfer(trade.Source, vaultIn, trade.User, trade.AmountIn);
            tx.Transfer(vaultOut, trade.Destination, pool.Authority, received);
        }

        var (a, b) = (Accounts[pool.VaultA].Amount, Accounts[pool.VaultB].Amount);
        var price = PriceMath.SqrtPriceX64(a, b);
        tx.Event.Start(0x40C6CDE8260871E2).Key(pool.Account).Key(trade.User);
        tx.Event.Key(trade.AToB ? trade.Source : trade.Destination).Key(trade.AToB ? trade.Destination : trade.Source);
        tx.Event.U64(trade.AToB ? trade.AmountIn : received).U64(0).U64(trade.AToB ? received : trade.AmountIn).U64(0);
        tx.Event.Bool(trade.AToB).U128(price).U128(PriceMath.Liquidity(a, b)).I32(PriceMath.Tick(price));
        tx.EmitToLog();
        tx.Close(27_000);
        return received;
    }
}
