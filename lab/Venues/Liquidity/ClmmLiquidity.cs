using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues.Liquidity;

/// <summary>Positions of Raydium CLMM; opening one adds its first liquidity, taking liquidity out pays the fees.</summary>
/// <remarks>Source: raydium-io/raydium-clmm, open_position_with_token22_nft.rs, decrease_liquidity_v2.rs, close_position.rs.</remarks>
internal sealed class ClmmLiquidity(World world) : RangeLiquidity(world)
{
    private const int TicksOfArray = 60, LowerArray = 3, UpperArray = 4;

    public override (ulong A, ulong B) Add(TransactionBuilder tx, Position position, int sourceA, int sourceB, ulong mostA, ulong mostB)
    {
        var (programs, pool) = (World.Programs, position.Pool);
        var liquidity = LiquidityOf(position, mostA, mostB);
        var width = SpacingOf(pool) * TicksOfArray;
        tx.Open(programs.RaydiumClmm, 60_000);
        tx.With(position.Owner, Use.Write | Use.Sign).With(position.Owner).With(position.Token, Use.Write).With(position.TokenAccount, Use.Write);
        tx.With(pool.Account, Use.Write).With(pool.Account).With(pool.Others[LowerArray], Use.Write).With(pool.Others[UpperArray], Use.Write);
        tx.With(position.Account, Use.Write).With(sourceA, Use.Write).With(sourceB, Use.Write).With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write);
        tx.With(programs.Rent).With(programs.System).With(programs.Token).With(programs.AssociatedToken).With(programs.Token2022);
        tx.With(pool.MintA.Account).With(pool.MintB.Account);
        tx.Tag(0x4DFFAE527D1DC92E).U32((uint)position.Lower).U32((uint)position.Upper);
        tx.U32((uint)Ranges.RangeSeeds.Floor(position.Lower, width)).U32((uint)Ranges.RangeSeeds.Floor(position.Upper, width));
        tx.U128(liquidity).U64(mostA).U64(mostB).Bool(false).U8(0);
        tx.Log("Instruction: OpenPositionWithToken22Nft"u8);
        Create(tx, position.Owner, position.Token, programs.Token2022, TokenRent, 403);
        Create(tx, position.Owner, position.Account, programs.RaydiumClmm, PositionRent, 281);
        var (a, b) = RangeVenue.StateOf(pool).Add(StateOf(position), liquidity);
        Pay(tx, position, sourceA, sourceB, a, b);
        tx.Close(40_000);
        return (a, b);
    }

    public override (ulong A, ulong B) Remove(TransactionBuilder tx, Position position, int toA, int toB)
    {
        var (programs, pool, state) = (World.Programs, position.Pool, StateOf(position));
        var liquidity = state.Liquidity;
        tx.Open(programs.RaydiumClmm, 36_000);
        tx.With(position.Owner, Use.Sign).With(position.TokenAccount).With(position.Account, Use.Write).With(pool.Account, Use.Write).With(pool.Account);
        tx.With(pool.VaultA, Use.Write).With(pool.VaultB, Use.Write).With(pool.Others[LowerArray], Use.Write).With(pool.Others[UpperArray], Use.Write);
        tx.With(toA, Use.Write).With(toB, Use.Write).With(programs.Token).With(programs.Token2022).With(programs.Memo);
        tx.With(pool.MintA.Account).With(pool.MintB.Account);
        tx.Tag(0x3A7FBC3E4F52C460).U128(liquidity).U64(0).U64(0);
        tx.Log("Instruction: DecreaseLiquidityV2"u8);
        var (a, b) = RangeVenue.StateOf(pool).Remove(state, liquidity);
        var (feeA, feeB) = TakeFees(state);
        PayOut(tx, pool, toA, toB, a + feeA, b + feeB);
        tx.Close(21_000);

        tx.Open(programs.RaydiumClmm, 10_000);
        tx.With(position.Owner, Use.Write | Use.Sign).With(position.Token, Use.Write).With(position.TokenAccount, Use.Write);
        tx.With(position.Account, Use.Write).With(programs.System).With(programs.Token2022);
        tx.Tag(0x7B86510031446262);
        tx.Log("Instruction: ClosePosition"u8);
        Close(tx, position.Account, position.Owner);
        Close(tx, position.Token, position.Owner);
        tx.Close(8_000);
        return (a + feeA, b + feeB);
    }

}
