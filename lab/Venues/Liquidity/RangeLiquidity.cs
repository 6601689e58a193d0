using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Ranges;

namespace Sluice.Lab.Venues.Liquidity;

/// <summary>What Whirlpools and Raydium CLMM have in common.</summary>
internal abstract class RangeLiquidity(World world) : LiquidityProgram(world)
{
    protected const ulong PositionRent = 2_394_240, TokenRent = 3_695_760;

    public override int SpacingOf(Pool pool) => RangeVenue.StateOf(pool).Spacing;

    public override int At(Pool pool) => RangeVenue.StateOf(pool).Tick;

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
            Lower = lower,
            Upper = upper,
            State = new RangePosition { Account = account, Lower = lower, Upper = upper },
        };
    }

    public override (ulong A, ulong B) Cost(Position position, ulong mostA, ulong mostB)
    {
        var liquidity = LiquidityOf(position, mostA, mostB);
        return liquidity == UInt128.Zero ? default
            : RangeVenue.StateOf(position.Pool).AmountsOf(position.Lower, position.Upper, liquidity, roundUp: true);
    }

    protected static RangePosition StateOf(Position position) => (RangePosition)position.State;

    /// <summary>Liquidity for the amounts, a little less, so that rounding up does not go over them.</summary>
    protected static UInt128 LiquidityOf(Position position, ulong mostA, ulong mostB)
    {
        var liquidity = RangeVenue.StateOf(position.Pool).LiquidityFor(position.Lower, position.Upper, mostA, mostB);
        return UInt128.Min(liquidity - (liquidity >> 20), UInt128.One << 62);
    }

    /// <summary>Takes what a position has earned.</summary>
    protected static (ulong A, ulong B) TakeFees(RangePosition state)
    {
        var owed = (state.OwedA, state.OwedB);
        (state.OwedA, state.OwedB) = (0, 0);
        return owed;
    }
}
