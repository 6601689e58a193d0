using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues.Liquidity;

/// <summary>Positions of Orca Whirlpools; fees are paid by an instruction of their own.</summary>
/// <remarks>Source: orca-so/whirlpools, open_position_with_token_extensions.rs, v2/increase_liquidity.rs, v2/collect_fees.rs.</remarks>
internal sealed class WhirlpoolLiquidity(World world) : RangeLiquidity(world)
{
    private const int LowerArray = 0, UpperArray = 2;

    public override (ulong A, ulong B) Add(TransactionBuilder tx, Position position, int sourceA, int sourceB, ulong mostA, ulong mostB)
    {
        var (programs, pool) = (World.Programs, position.Pool);
        var liquidity = LiquidityOf(position, mostA, mostB);
        tx.Open(programs.Whirlpool, 30_000);
        tx.With(position.Owner, Use.Write | Use.Sign).With(position.Owner, Use.Sign).With(position.Account, Use.Write);
        tx.With(position.Token, Use.Write).With(position.TokenAccount, Use.Write).With(pool.Account).With(programs.Token2022);
        tx.With(programs.System).With(programs.AssociatedToken).With(position.Owner);
        tx.Tag(0xD42F5F5C726683FA).U32((uint)position.Lower).U32((uint)position.Upper).Bool(false);
        tx.Log("Instruction: OpenPositionWithTokenExtensions"u8);
        Create(tx, position.Owner, position.Account, programs.Whirlpool, PositionRent, 216);
        Create(tx, position.Owner, position.Token, programs.Token2022, TokenRent, 403);
        tx.Close(18_000);

        Open(tx, position, sourceA, sourceB);
        tx.Tag(0x851D59DF45EEB00A).U128(liquidity).U64(mostA).U64(mostB).U8(0);
        tx.Log("Instruction: IncreaseLiquidityV2"u8);
        var (a, b) = RangeVenue.StateOf(pool).Add(StateOf(position), liquidity);
        Pay(tx, position, sourceA, sourceB, a, b);
        tx.Close(17_000);
        return (a, b);
    }

    public override (ulong A, ulong B) Remove(TransactionBuilder tx, Position position, int toA, int toB)
    {
        var (programs, pool, state) = (World.Programs, position.Pool, StateOf(position));
        var liquidity = state.Liquidity;
        Open(tx, position, toA, toB);
        tx.Tag(0x3A7FBC3E4F52C460).U128(liquidity).U64(0).U64(0).U8(0);
        tx.Log("Instruction: DecreaseLiquidityV2"u8);
        var (a, b) = RangeVenue.StateOf(pool).Remove(state, liquidity);
        PayOut(tx, pool, toA, toB, a, b);
        tx.Close(17_000);

        var (feeA, feeB) = TakeFees(state);
        tx.Open(programs.Whirlpool, 14_000);
        tx.With(pool.Account).With(position.Owner, Use.Sign).With(position.Account, Use.Write).With(position.TokenAccount);
        tx.With(pool.MintA.Account).With(pool.MintB.Account).With(toA, Use.Write).With(pool.VaultA, Use.Write).With(toB, Use.Write);
        tx.With(pool.VaultB, Use.Write).With(pool.MintA.Program).With(pool.MintB.Program).With(programs.Memo);
        tx.Tag(0xCF755FBFE5B4E20F).U8(0);
        tx.Log("Instruction: CollectFeesV2"u8);
        PayOut(tx, pool, toA, toB, feeA, feeB);
        tx.Close(9_000);

        tx.Open(programs.Whirlpool, 9_000);
        tx.With(position.Owner, Use.Sign).With(position.Owner, Use.Write).With(position.Account, Use.Write);
        tx.With(position.Token, Use.Write).With(position.TokenAccount, Use.Write).With(programs.Token2022);
        tx.Tag(0x01B6873B9B1963DF);
        tx.Log("Instruction: ClosePositionWithTokenExtensions"u8);
        Close(tx, position.Account, position.Owner);
        Close(tx, position.Token, position.Owner);
        tx.Close(8_000);
        return (a + feeA, b + feeB);
    }

    private void Open(TransactionBuilder tx, Position position, int accountA, int accountB)
    {
        var (programs, pool) = (World.Programs, position.Pool);
        tx.Open(programs.Whirlpool, 22_000);
        tx.With(pool.Account, Use.Write).With(pool.MintA.Program).With(pool.MintB.Program).With(programs.Memo);
        tx.With(position.Owner, Use.Sign).With(position.Account, Use.Write).With(position.TokenAccount);
        tx.With(pool.MintA.Account).With(pool.MintB.Account).With(accountA, Use.Write).With(accountB, Use.Write);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write);
        tx.With(pool.Others[LowerArray], Use.Write).With(pool.Others[UpperArray], Use.Write);
    }
}
