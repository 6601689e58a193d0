using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues.Liquidity;

/// <summary>The instructions by which a venue takes liquidity and gives it back, with what they do to the pool's state.</summary>
internal abstract class LiquidityProgram(World world)
{
    protected World World { get; } = world;

    protected AccountTable Accounts { get; } = world.Accounts;

    /// <summary>Units by which a range is chosen: ticks or bins that belong together; 0 where everybody covers every price.</summary>
    public abstract int SpacingOf(Pool pool);

    /// <summary>Tick or bin of the price.</summary>
    public abstract int At(Pool pool);

    /// <summary>A position that is not opened yet.</summary>
    public abstract Position Draft(Pool pool, int owner, int lower, int upper);

    /// <summary>Both amounts that the most liquidity costs which is paid by amounts; zero where they buy none.</summary>
    public abstract (ulong A, ulong B) Cost(Position position, ulong mostA, ulong mostB);

    /// <summary>Writes the instructions that open the position and fill it with what <see cref="Cost"/> says.</summary>
    /// <param name="tx">Transaction that has begun.</param>
    /// <param name="position">Position that is not open.</param>
    /// <param name="sourceA">Token account that pays the first token.</param>
    /// <param name="sourceB">Token account that pays the second.</param>
    /// <param name="mostA">At most this of the first.</param>
    /// <param name="mostB">At most this of the second.</param>
    public abstract (ulong A, ulong B) Add(TransactionBuilder tx, Position position, int sourceA, int sourceB, ulong mostA, ulong mostB);

    /// <summary>Writes the instructions that take everything out, fees with it, and returns what came.</summary>
    public abstract (ulong A, ulong B) Remove(TransactionBuilder tx, Position position, int toA, int toB);

    /// <summary>The account that a System instruction below the open one creates for a program.</summary>
    protected void Create(TransactionBuilder tx, int payer, int account, int owner, ulong rent, ulong size)
    {
        tx.Open(World.Programs.System);
        tx.With(payer, Use.Write | Use.Sign).With(account, Use.Write).U32(0).U64(rent).U64(size).KeyOf(owner);
        tx.MoveLamports(payer, account, rent);
        tx.Close(150);
    }

    /// <summary>Gives back what an account was created with.</summary>
    protected void Close(TransactionBuilder tx, int account, int receiver) => tx.MoveLamports(account, receiver, Accounts[account].Lamports);

    /// <summary>Moves both tokens where there is something of them.</summary>
    protected static void Pay(TransactionBuilder tx, Position position, int sourceA, int sourceB, ulong a, ulong b)
    {
        if (a > 0) { tx.TransferChecked(sourceA, position.Pool.VaultA, position.Owner, a); }
        if (b > 0) { tx.TransferChecked(sourceB, position.Pool.VaultB, position.Owner, b); }
    }

    protected static void PayOut(TransactionBuilder tx, Pool pool, int toA, int toB, ulong a, ulong b)
    {
        if (a > 0) { tx.TransferChecked(pool.VaultA, toA, pool.Authority, a); }
        if (b > 0) { tx.TransferChecked(pool.VaultB, toB, pool.Authority, b); }
    }
}
