using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>A trade that a venue is asked to carry out.</summary>
/// <param name="User">Owner of the token accounts, who signs.</param>
/// <param name="Source">Token account that pays.</param>
/// <param name="Destination">Token account that receives.</param>
/// <param name="AToB">Direction: the pool's first token in, its second out.</param>
/// <param name="AmountIn">Base units to sell.</param>
/// <param name="MinOut">Base units that the trader insists on.</param>
/// <param name="Fails">Whether the venue shall refuse because the trader insists on too much.</param>
internal readonly record struct Trade(int User, int Source, int Destination, bool AToB, ulong AmountIn, ulong MinOut,
    bool Fails = false);

/// <summary>A swap program: what it answers, and the instruction, transfers, events and logs that it leaves.</summary>
/// <remarks>
/// Every venue prices by constant product on what its vaults hold; the venues differ in fees and in what they write.
/// </remarks>
internal abstract class Venue(World world)
{
    protected World World { get; } = world;

    protected AccountTable Accounts { get; } = world.Accounts;

    public abstract VenueKind Kind { get; }

    public abstract int Program { get; }

    /// <summary>What the trader would receive now.</summary>
    public abstract ulong Quote(Pool pool, bool aToB, ulong amountIn);

    /// <summary>Carries out the trade as the next instruction, outer or inner, and returns what the trader received.</summary>
    public ulong Swap(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var received = Execute(tx, pool, trade);
        if (!tx.HasFailed) { tx.Swaps[(int)Kind]++; }
        return received;
    }

    /// <summary>Reserves that the price is made of.</summary>
    public virtual (ulong A, ulong B) Reserves(Pool pool) => (Accounts[pool.VaultA].Amount, Accounts[pool.VaultB].Amount);

    /// <summary>
    /// Writes the step of a Jupiter route plan that goes through this venue: the number of the variant and its fields.
    /// </summary>
    public abstract void WriteRouteStep(TransactionBuilder tx, Pool pool, bool aToB);

    /// <summary>Makes a pool with the venue's own accounts and reserves of the given worth on each side.</summary>
    public abstract Pool Create(Mint a, Mint b, ulong reserveA, ulong reserveB);

    protected abstract ulong Execute(TransactionBuilder tx, Pool pool, in Trade trade);

    protected ulong ReserveIn(Pool pool, bool aToB) => Accounts[pool.VaultIn(aToB)].Amount;

    protected ulong ReserveOut(Pool pool, bool aToB) => Accounts[pool.VaultOut(aToB)].Amount;

    /// <summary>Constant product with the fee taken from what comes in.</summary>
    protected static ulong FeeOnInput(ulong reserveIn, ulong reserveOut, ulong amountIn, uint feeBps)
    {
        var net = amountIn - Share(amountIn, feeBps);
        return Product(reserveIn, reserveOut, net);
    }

    /// <summary>Constant product without a fee, rounded down.</summary>
    protected static ulong Product(ulong reserveIn, ulong reserveOut, ulong amountIn) =>
        amountIn == 0 ? 0 : (ulong)((UInt128)reserveOut * amountIn / ((UInt128)reserveIn + amountIn));

    /// <summary>A share in basis points, rounded up, as programs round what they keep.</summary>
    protected static ulong Share(ulong amount, uint bps) => (ulong)((((UInt128)amount * bps) + 9_999) / 10_000);
}
