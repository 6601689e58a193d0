using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>Meteora's market of price bins, by swap and by swap2. Its event is an inner instruction of its own.</summary>
/// <remarks>Source: MeteoraAg/dlmm-sdk, the program's IDL; transactions 58F9fNP7... (swap) and 2nLWcmra....</remarks>
internal sealed class MeteoraDlmm(World world) : Venue(world)
{
    /// <summary>Variants of <see cref="Pool.Variant"/>.</summary>
    public const byte First = 0, Second = 1;

    private const int Oracle = 0, Bins0 = 1, Bins1 = 2;

    /// <summary>Ticks of 1 bp in a bin of 20 bps.</summary>
    private const int TicksOfBin = 20;

    public override VenueKind Kind => VenueKind.MeteoraDlmm;

    public override int Program => World.Programs.Dlmm;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn) =>
        FeeOnInput(ReserveIn(pool, aToB), ReserveOut(pool, aToB), amountIn, pool.FeeBps);

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var received = Quote(pool, aToB, amountIn);
        Move(pool, aToB, amountIn, received);
        return received;
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
            FeeBps = (World.Pools.Count % 3) switch { 0 => 10, 1 => 20, _ => 35 },
            Others = [World.NewAccount(23_385_600), World.NewAccount(71_437_440), World.NewAccount(71_437_440)],
            Variant = a.IsToken2022 || b.IsToken2022 || World.Pools.Count % 2 == 0 ? Second : First,
        };
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var received = Quote(pool, trade.AToB, trade.AmountIn);
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

        var before = Bin(pool);
        tx.TransferChecked(trade.Source, pool.VaultIn(trade.AToB), trade.User, trade.AmountIn);
        tx.TransferChecked(pool.VaultOut(trade.AToB), trade.Destination, pool.Authority, received);
        var fee = Share(trade.AmountIn, pool.FeeBps);
        tx.Event.Start(0x516CE3BECDD00AC4).Key(pool.Account).Key(trade.User).I32(before).I32(Bin(pool));
        tx.Event.U64(trade.AmountIn).U64(received).Bool(trade.AToB).U64(fee).U64(fee / 20);
        tx.Event.U128((UInt128)pool.FeeBps * 100_000).U64(0);
        tx.EmitByCall(Program, World.Programs.DlmmEvents, 2_132);
        tx.Close(12_200);
        return received;
    }

    private int Bin(Pool pool) =>
        PriceMath.Tick(PriceMath.SqrtPriceX64(Accounts[pool.VaultA].Amount, Accounts[pool.VaultB].Amount)) / TicksOfBin;
}
