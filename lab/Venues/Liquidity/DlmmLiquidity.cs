using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Bins;

namespace Sluice.Lab.Venues.Liquidity;

/// <summary>Positions of Meteora DLMM: so much in every bin, in the bin of the price in its own proportion.</summary>
/// <remarks>Source: MeteoraAg/dlmm-sdk, IDL: initialize_position, add_liquidity_by_strategy2, remove_liquidity_by_range2, claim_fee2.</remarks>
internal sealed class DlmmLiquidity(World world) : LiquidityProgram(world)
{
    private const ulong Rent = 57_406_080;
    private const int Bins0 = 1, Bins1 = 2;

    public override int SpacingOf(Pool pool) => 1;

    public override int At(Pool pool) => MeteoraDlmm.StateOf(pool).Active;

    public override Position Draft(Pool pool, int owner, int lower, int upper)
    {
        // Bins without an account of their own take no liquidity.
        var state = MeteoraDlmm.StateOf(pool);
        lower = Math.Clamp(lower, state.First, state.First + state.Count - 1);
        upper = Math.Clamp(upper, lower, state.First + state.Count - 1);
        var account = World.NewAccount();
        return new Position
        {
            Pool = pool,
            Owner = owner,
            Account = account,
            Lower = lower,
            Upper = upper,
            State = BinPosition.Of(account, lower, upper),
        };
    }

    public override (ulong A, ulong B) Cost(Position position, ulong mostA, ulong mostB) => Fill(position, mostA, mostB, keeps: false);

    public override (ulong A, ulong B) Add(TransactionBuilder tx, Position position, int sourceA, int sourceB, ulong mostA, ulong mostB)
    {
        var (programs, pool) = (World.Programs, position.Pool);
        tx.Open(programs.Dlmm, 9_000);
        tx.With(position.Owner, Use.Write | Use.Sign).With(position.Account, Use.Write | Use.Sign).With(pool.Account).With(position.Owner, Use.Sign);
        tx.With(programs.System).With(programs.Rent).With(programs.DlmmEvents).With(programs.Dlmm);
        tx.Tag(0xDBC0EA47BEBF6650).U32((uint)position.Lower).U32((uint)(position.Upper - position.Lower + 1));
        tx.Log("Instruction: InitializePosition"u8);
        Create(tx, position.Owner, position.Account, programs.Dlmm, Rent, 8_120);
        tx.Close(6_000);

        tx.Open(programs.Dlmm, 50_000);
        tx.With(position.Account, Use.Write).With(pool.Account, Use.Write).With(programs.Dlmm).With(sourceA, Use.Write).With(sourceB, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account).With(position.Owner, Use.Sign);
        tx.With(pool.MintA.Program).With(pool.MintB.Program).With(programs.DlmmEvents).With(programs.Dlmm);
        tx.With(pool.Others[Bins0], Use.Write).With(pool.Others[Bins1], Use.Write);
        var (a, b) = Fill(position, mostA, mostB, keeps: true);
        tx.Tag(0x03DD95DA6F8D76D5).U64(a).U64(b).U32((uint)At(pool)).U32(3).U32((uint)position.Lower).U32((uint)position.Upper).U8(6);
        for (var i = 0; i < 8; i++) { tx.U64(0); }
        tx.U32(0);
        tx.Log("Instruction: AddLiquidityByStrategy2"u8);
        Pay(tx, position, sourceA, sourceB, a, b);
        tx.Close(30_000);
        return (a, b);
    }

    public override (ulong A, ulong B) Remove(TransactionBuilder tx, Position position, int toA, int toB)
    {
        var (programs, pool, state) = (World.Programs, position.Pool, (BinPosition)position.State);
        ulong a = 0, b = 0;
        for (var id = position.Lower; id <= position.Upper; id++)
        {
            var (x, y) = MeteoraDlmm.StateOf(pool).Remove(state, id, 10_000);
            (a, b) = (a + x, b + y);
        }

        tx.Open(programs.Dlmm, 40_000);
        tx.With(position.Account, Use.Write).With(pool.Account, Use.Write).With(programs.Dlmm).With(toA, Use.Write).With(toB, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account).With(position.Owner, Use.Sign);
        tx.With(pool.MintA.Program).With(pool.MintB.Program).With(programs.Memo).With(programs.DlmmEvents).With(programs.Dlmm);
        tx.With(pool.Others[Bins0], Use.Write).With(pool.Others[Bins1], Use.Write);
        tx.Tag(0xCC02C391359191CD).U32((uint)position.Lower).U32((uint)position.Upper).U16(10_000).U32(0);
        tx.Log("Instruction: RemoveLiquidityByRange2"u8);
        PayOut(tx, pool, toA, toB, a, b);
        tx.Close(25_000);

        var (feeA, feeB) = (state.OwedX, state.OwedY);
        (state.OwedX, state.OwedY) = (0, 0);
        tx.Open(programs.Dlmm, 15_000);
        tx.With(pool.Account, Use.Write).With(position.Account, Use.Write).With(position.Owner, Use.Sign).With(pool.VaultA, Use.Write);
        tx.With(pool.VaultB, Use.Write).With(toA, Use.Write).With(toB, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account);
        tx.With(pool.MintA.Program).With(pool.MintB.Program).With(programs.Memo).With(programs.DlmmEvents).With(programs.Dlmm);
        tx.Tag(0x70BF65AB1C907FBB).U32((uint)position.Lower).U32((uint)position.Upper).U32(0);
        tx.Log("Instruction: ClaimFee2"u8);
        PayOut(tx, pool, toA, toB, feeA, feeB);
        tx.Close(9_000);

        tx.Open(programs.Dlmm, 7_000);
        tx.With(position.Account, Use.Write).With(position.Owner, Use.Sign).With(position.Owner, Use.Write).With(programs.DlmmEvents).With(programs.Dlmm);
        tx.Tag(0xAE5A2373BA2893E2);
        tx.Log("Instruction: ClosePosition2"u8);
        Close(tx, position.Account, position.Owner);
        tx.Close(5_000);
        return (a + feeA, b + feeB);
    }

    /// <summary>Equal parts for the bins that take a token; in the bin of the price as much of both as its proportion allows.</summary>
    private static (ulong A, ulong B) Fill(Position position, ulong mostA, ulong mostB, bool keeps)
    {
        var (state, shares) = (MeteoraDlmm.StateOf(position.Pool), (BinPosition)position.State);
        var above = (ulong)Math.Max(0, position.Upper - Math.Max(state.Active, position.Lower - 1));
        var below = (ulong)Math.Max(0, Math.Min(state.Active, position.Upper + 1) - position.Lower);
        var covers = position.Lower <= state.Active && state.Active <= position.Upper;
        var (partA, partB) = (mostA / Math.Max(1, above + (covers ? 1UL : 0)), mostB / Math.Max(1, below + (covers ? 1UL : 0)));
        ulong sumA = 0, sumB = 0;
        for (var id = position.Lower; id <= position.Upper; id++)
        {
            var (x, y) = id > state.Active ? (partA, 0UL) : id < state.Active ? (0UL, partB) : InProportion(state[id], partA, partB);
            if (x + y == 0) { continue; }
            (sumA, sumB) = (sumA + x, sumB + y);
            if (keeps) { state.Add(shares, id, x, y); }
        }

        return (sumA, sumB);
    }

    private static (ulong X, ulong Y) InProportion(in Bin bin, ulong mostX, ulong mostY)
    {
        if (bin.X == 0) { return (0, bin.Y == 0 ? 0 : mostY); }
        if (bin.Y == 0) { return (mostX, 0); }
        var x = (ulong)UInt128.Min(mostX, MulDiv.Down(mostY, bin.X, bin.Y));
        return x == 0 ? default : (x, (ulong)UInt128.Min(mostY, MulDiv.Up(x, bin.Y, bin.X)));
    }
}
