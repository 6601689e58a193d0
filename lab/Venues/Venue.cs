using Sluice.Lab.Chain;
using Sluice.Lab.Venues.Arithmetic;

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

    /// <summary>
    /// Does a trade on the pool alone, without transaction or wallets, and returns what the trader would receive: what
    /// <see cref="Swap"/> does to vaults and state. For replays, which put the pool back.
    /// </summary>
    public abstract ulong Apply(Pool pool, bool aToB, ulong amountIn);

    /// <summary>The same, where the pool has enough for it.</summary>
    /// <param name="pool">The pool.</param>
    /// <param name="aToB">Direction.</param>
    /// <param name="amountIn">Base units to sell.</param>
    /// <param name="received">What the trader would receive.</param>
    /// <returns>False where the pool has too little, or would give nothing; then it stays as it is.</returns>
    public bool TryApply(Pool pool, bool aToB, ulong amountIn, out ulong received)
    {
        received = 0;
        if (amountIn == 0 || Quote(pool, aToB, amountIn) == 0) { return false; }
        received = Apply(pool, aToB, amountIn);
        return true;
    }

    /// <summary>The same of a trade that fixes what it buys; returns what the trader would pay.</summary>
    /// <exception cref="NotSupportedException">The venue has no such instruction.</exception>
    public virtual ulong ApplyExactOut(Pool pool, bool aToB, ulong amountOut) =>
        throw new NotSupportedException($"{VenueNames.Of(Kind)} is only traded by amount in");

    /// <summary>The pool as it is now.</summary>
    public PoolSnapshot Snapshot(Pool pool)
    {
        ref readonly var a = ref Accounts[pool.VaultA];
        ref readonly var b = ref Accounts[pool.VaultB];
        return new PoolSnapshot(a.Amount, b.Amount, a.Lamports, b.Lamports, pool.State?.Copy());
    }

    /// <summary>Puts the pool back to an earlier moment.</summary>
    public void Restore(Pool pool, PoolSnapshot snapshot)
    {
        ref var a = ref Accounts[pool.VaultA];
        ref var b = ref Accounts[pool.VaultB];
        (a.Amount, a.Lamports) = (snapshot.AmountA, snapshot.LamportsA);
        (b.Amount, b.Lamports) = (snapshot.AmountB, snapshot.LamportsB);
        pool.State?.Restore(snapshot.State!);
    }

    /// <summary>Carries out the trade as the next instruction, outer or inner, and returns what the trader received.</summary>
    public ulong Swap(TransactionBuilder tx, Pool pool, in Trade trade)
    {
        var held = Held(pool, trade);
        var reserves = Reserves(pool);
        tx.Keep(pool);
        var received = Execute(tx, pool, trade);
        if (!tx.HasFailed) { Note(tx, pool, trade, held, reserves, new Replayed(trade.AToB, trade.AmountIn)); }
        return received;
    }

    /// <summary>What the trader's two accounts hold: the one that pays, the one that receives.</summary>
    protected (ulong Source, ulong Destination) Held(Pool pool, in Trade trade)
    {
        // Curves pay and take lamports of the wallet itself.
        var native = pool.Kind == VenueKind.PumpFun;
        return (native && !trade.AToB ? Accounts[trade.User].Lamports : Accounts[trade.Source].Amount,
            native && trade.AToB ? Accounts[trade.User].Lamports : Accounts[trade.Destination].Amount);
    }

    /// <summary>
    /// Notes a swap that took effect, with what it did to the accounts that held <paramref name="before"/> and to the <paramref name="reserves"/>.
    /// </summary>
    protected void Note(
        TransactionBuilder tx, Pool pool, in Trade trade, (ulong Source, ulong Destination) before, (ulong A, ulong B) reserves, Replayed asked)
    {
        var after = Held(pool, trade);
        tx.Swaps[(int)Kind]++;
        tx.Done.Add(new DoneSwap(pool, trade.User, before.Source - after.Source, after.Destination - before.Destination, asked, reserves, Reserves(pool)));
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

    /// <summary>
    /// Reserves of a pool whose liquidity is thicker at the price than elsewhere: at most ten times what its vaults hold, so that what is
    /// small against them can be traded.
    /// </summary>
    protected (ulong A, ulong B) AtMostTenfold(Pool pool, UInt128 a, UInt128 b)
    {
        var (mostA, mostB) = ((UInt128)Accounts[pool.VaultA].Amount * 10, (UInt128)Accounts[pool.VaultB].Amount * 10);
        if (a > mostA) { (a, b) = (mostA, MulDiv.Down(b, mostA, a)); }
        if (b > mostB) { (a, b) = (MulDiv.Down(a, mostB, b), mostB); }
        while (a > ulong.MaxValue || b > ulong.MaxValue) { (a, b) = (a >> 1, b >> 1); }
        return (Math.Max((ulong)a, 1), Math.Max((ulong)b, 1));
    }

    /// <summary>Moves amounts into and out of the vaults of a pool without a transaction.</summary>
    protected void Move(Pool pool, bool aToB, ulong arriving, ulong leaving)
    {
        Add(pool.VaultIn(aToB), pool.MintIn(aToB), (long)arriving);
        Add(pool.VaultOut(aToB), pool.MintOut(aToB), -(long)leaving);
    }

    private void Add(int vault, Mint mint, long amount)
    {
        ref var account = ref Accounts[vault];
        account.Amount = checked((ulong)((Int128)account.Amount + amount));
        if (mint.IsNative) { account.Lamports = checked((ulong)((Int128)account.Lamports + amount)); }
    }

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
