using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;
using Sluice.Lab.Venues.Curves;

namespace Sluice.Lab.Venues.Liquidity;

/// <summary>Positions of Meteora's cp-amm: everybody's liquidity covers the pool's whole range.</summary>
/// <remarks>Source: MeteoraAg/damm-v2, ix_create_position.rs, ix_add_liquidity.rs, ix_remove_liquidity.rs, ix_claim_position_fee.rs.</remarks>
internal sealed class DammLiquidity(World world) : LiquidityProgram(world)
{
    private const ulong PositionRent = 3_730_560, TokenRent = 3_695_760;

    public override int SpacingOf(Pool pool) => 0;

    public override int At(Pool pool) => 0;

    public override Position Draft(Pool pool, int owner, int lower, int upper)
    {
        var account = World.NewAccount();
        return new Position
        {
            Pool = pool,
            Owner = owner,
            Account = account,
            Token = World.NewAccount(),
            TokenAccount = World.NewAccount(),
            State = new CurvePosition { Account = account },
        };
    }

    public override (ulong A, ulong B) Cost(Position position, ulong mostA, ulong mostB)
    {
        var liquidity = LiquidityOf(position.Pool, mostA, mostB);
        return liquidity == UInt128.Zero ? default : MeteoraDammV2.StateOf(position.Pool).AmountsOf(liquidity, roundUp: true);
    }

    public override (ulong A, ulong B) Add(TransactionBuilder tx, Position position, int sourceA, int sourceB, ulong mostA, ulong mostB)
    {
        var (programs, pool) = (World.Programs, position.Pool);
        var liquidity = LiquidityOf(pool, mostA, mostB);
        tx.Open(programs.DammV2, 30_000);
        tx.With(position.Owner).With(position.Token, Use.Write | Use.Sign).With(position.TokenAccount, Use.Write).With(pool.Account, Use.Write);
        tx.With(position.Account, Use.Write).With(pool.Authority).With(position.Owner, Use.Write | Use.Sign).With(programs.Token2022);
        tx.With(programs.System).With(programs.DammV2Events).With(programs.DammV2);
        tx.Tag(0x30D7C59960CBB485);
        tx.Log("Instruction: CreatePosition"u8);
        Create(tx, position.Owner, position.Token, programs.Token2022, TokenRent, 403);
        Create(tx, position.Owner, position.Account, programs.DammV2, PositionRent, 408);
        tx.Close(20_000);

        tx.Open(programs.DammV2, 20_000);
        tx.With(pool.Account, Use.Write).With(position.Account, Use.Write).With(sourceA, Use.Write).With(sourceB, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account).With(position.TokenAccount);
        tx.With(position.Owner, Use.Sign).With(pool.MintA.Program).With(pool.MintB.Program).With(programs.DammV2Events).With(programs.DammV2);
        tx.Tag(0xB59D59438FB63448).U128(liquidity).U64(mostA).U64(mostB);
        tx.Log("Instruction: AddLiquidity"u8);
        var (a, b) = MeteoraDammV2.StateOf(pool).Add((CurvePosition)position.State, liquidity);
        Pay(tx, position, sourceA, sourceB, a, b);
        tx.Close(12_000);
        return (a, b);
    }

    public override (ulong A, ulong B) Remove(TransactionBuilder tx, Position position, int toA, int toB)
    {
        var (pool, state) = (position.Pool, (CurvePosition)position.State);
        var liquidity = state.Liquidity;
        Open(tx, position, toA, toB);
        tx.Tag(0x5055D14818CEB16C).U128(liquidity).U64(0).U64(0);
        tx.Log("Instruction: RemoveLiquidity"u8);
        var (a, b) = MeteoraDammV2.StateOf(pool).Remove(state, liquidity);
        PayOut(tx, pool, toA, toB, a, b);
        tx.Close(12_000);

        var (feeA, feeB) = (state.OwedA, state.OwedB);
        (state.OwedA, state.OwedB) = (0, 0);
        Open(tx, position, toA, toB);
        tx.Tag(0xB4269A118521A2D3);
        tx.Log("Instruction: ClaimPositionFee"u8);
        PayOut(tx, pool, toA, toB, feeA, feeB);
        tx.Close(9_000);
        return (a + feeA, b + feeB);
    }

    private void Open(TransactionBuilder tx, Position position, int toA, int toB)
    {
        var (programs, pool) = (World.Programs, position.Pool);
        tx.Open(programs.DammV2, 18_000);
        tx.With(pool.Authority).With(pool.Account, Use.Write).With(position.Account, Use.Write).With(toA, Use.Write).With(toB, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(pool.MintA.Account).With(pool.MintB.Account).With(position.TokenAccount);
        tx.With(position.Owner, Use.Sign).With(pool.MintA.Program).With(pool.MintB.Program).With(programs.DammV2Events).With(programs.DammV2);
    }

    /// <summary>Liquidity in proportion to what the pool holds, a little less than the amounts pay for.</summary>
    private static UInt128 LiquidityOf(Pool pool, ulong mostA, ulong mostB)
    {
        var state = MeteoraDammV2.StateOf(pool);
        var (a, b) = state.AmountsOf(state.Liquidity, roundUp: true);
        var liquidity = UInt128.Min(MulDiv.Down(state.Liquidity, mostA, a), MulDiv.Down(state.Liquidity, mostB, b));
        return liquidity - (liquidity >> 20);
    }
}
