using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>Raydium's first market maker, 25 bps on input.</summary>
/// <remarks>
/// Three account lists are in use: 18 accounts, 17 without the target orders, and the 8 of the instructions of 2025 that
/// no longer know an order book. The log line <c>ray_log</c> holds the reserves before the swap.
/// Source: raydium-io/raydium-amm, instruction.rs and log.rs; slot 254170887 for lists and logs.
/// </remarks>
internal sealed class RaydiumAmmV4(World world) : Venue(world)
{
    /// <summary>Variants of <see cref="Pool.Variant"/>.</summary>
    public const byte Full = 0, WithoutTargetOrders = 1, WithoutOrderBook = 2;

    private const uint FeeBps = 25;
    private const int OpenOrders = 0, TargetOrders = 1, Market = 2, FirstOrderBook = 2;

    private int _created;

    public override VenueKind Kind => VenueKind.RaydiumAmmV4;

    public override int Program => World.Programs.RaydiumAmmV4;

    public override ulong Quote(Pool pool, bool aToB, ulong amountIn) =>
        FeeOnInput(ReserveIn(pool, aToB), ReserveOut(pool, aToB), amountIn, FeeBps);

    public override ulong Apply(Pool pool, bool aToB, ulong amountIn)
    {
        var received = Quote(pool, aToB, amountIn);
        Move(pool, aToB, amountIn, received);
        return received;
    }

    public override void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB) => tx.U8(7);

    public override Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB)
    {
        var authority = World.Programs.RaydiumAmmAuthority;
        var signer = World.NewAccount();
        int[] orders =
        [
            World.NewAccount(23_357_760), World.NewAccount(16_258_560), World.NewAccount(3_591_360),
            World.NewAccount(456_770_880), World.NewAccount(456_770_880), World.NewAccount(1_825_162_560),
            World.NewTokenAccount(a, signer, 0), World.NewTokenAccount(b, signer, 0), signer,
        ];
        return new Pool
        {
            Number = World.Pools.Count,
            Venue = this,
            Account = World.NewAccount(6_124_800),
            MintA = a,
            MintB = b,
            VaultA = World.NewTokenAccount(a, authority, reserveA),
            VaultB = World.NewTokenAccount(b, authority, reserveB),
            Authority = authority,
            FeeBps = (ushort)FeeBps,
            Others = orders,
            Variant = (_created++ % 5) switch { 0 or 1 => Full, 2 or 3 => WithoutTargetOrders, _ => WithoutOrderBook },
        };
    }

    protected override ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var programs = World.Programs;
        var received = Quote(pool, trade.AToB, trade.AmountIn);
        tx.Open(Program, 2_500);
        tx.With(programs.Token).With(pool.Account, Use.Write).With(pool.Authority);
        if (pool.Variant == WithoutOrderBook)
        {
            tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write);
        }
        else
        {
            tx.With(pool.Others[OpenOrders], Use.Write);
            if (pool.Variant == Full) { tx.With(pool.Others[TargetOrders], Use.Write); }
            tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(programs.OpenBook);
            tx.With(pool.Others[Market], Use.Write);
            for (var i = FirstOrderBook + 1; i < pool.Others.Length - 1; i++) { tx.With(pool.Others[i], Use.Write); }
            tx.With(pool.Others[^1]);
        }

        tx.With(trade.Source, Use.Write).With(trade.Destination, Use.Write).With(trade.User, Use.Sign);
        tx.U8(pool.Variant == WithoutOrderBook ? (byte)0x10 : (byte)0x09).U64(trade.AmountIn).U64(trade.MinOut);
        if (trade.Fails)
        {
            tx.Log("Error: exceeds desired slippage limit"u8);
            tx.Fail(30);
            return 0;
        }

        tx.Event.StartPlain().U8(3).U64(trade.AmountIn).U64(trade.MinOut).U64(trade.AToB ? 2UL : 1UL);
        tx.Event.U64(Accounts[trade.Source].Amount).U64(Accounts[pool.VaultA].Amount).U64(Accounts[pool.VaultB].Amount);
        tx.Event.U64(received);
        tx.LogBytes("Program log: ray_log: "u8, tx.Event.Written);
        tx.Transfer(trade.Source, pool.VaultIn(trade.AToB), trade.User, trade.AmountIn);
        tx.Transfer(pool.VaultOut(trade.AToB), trade.Destination, pool.Authority, received);
        tx.Close(19_672);
        return received;
    }
}
