using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>A lending protocol with one market: the instructions by which loans are repaid, collateral is taken out and loans are liquidated.</summary>
/// <remarks>
/// Instructions are written with the protocol's own account lists and move tokens between its vaults and the wallets. Loans themselves are
/// numbers in accounts that no block shows.
/// </remarks>
internal abstract class Lender
{
    private const ulong SupplyCents = 4_000_000_000;

    protected Lender(Stage stage, IEnumerable<(Mint Mint, ushort Number)> mints)
    {
        Stage = stage;
        var world = stage.World;
        Market = world.NewAccount(32_430_000);
        Authority = world.NewAccount(4_000_000);
        world.List([Market, Authority]);
        foreach (var (mint, number) in mints) { Reserves.Add(Create(mint, number)); }
    }

    /// <summary>The protocol's name in findings.</summary>
    public abstract string Name { get; }

    public List<Reserve> Reserves { get; } = [];

    /// <summary>Least and greatest bonus in basis points of what is repaid, the protocol's share included.</summary>
    public abstract (int Least, int Greatest) Bonus { get; }

    /// <summary>The protocol's share of the bonus in hundredths.</summary>
    public abstract int KeptPercent { get; }

    /// <summary>Part of a debt that one liquidation may repay, in hundredths.</summary>
    public virtual int ClosePercent => 20;

    /// <summary>Whether what is seized reaches the liquidator's wallet; else it only changes owner in the protocol's books.</summary>
    public virtual bool PaysOut => true;

    /// <summary>Whether the liquidator must sell what was seized and hand over what that brings.</summary>
    public virtual bool NeedsSale => false;

    /// <summary>Whether the protocol brackets the liquidation with a flash loan of its own.</summary>
    public virtual bool IsBracketed => false;

    /// <summary>Whether the position is one of tokens; of a perpetual's no amounts are told.</summary>
    public virtual bool HasAmounts => true;

    /// <summary>Chooses by which of its instructions the protocol liquidates next.</summary>
    public virtual void Choose(Prng random)
    {
    }

    /// <summary>What the liquidator pays from its wallet in the transaction, so that it must hold or borrow it.</summary>
    public virtual ulong Due(in Order order) => order.Paid;

    /// <summary>Market, group or state account.</summary>
    protected int Market { get; }

    protected int Authority { get; }

    protected Stage Stage { get; }

    protected TransactionBuilder Tx => Stage.Tx;

    protected Programs Programs => Stage.World.Programs;

    /// <summary>What the liquidator pays and the protocol keeps, for a repayment at a bonus.</summary>
    public virtual Order Price(int liquidator, Position position, ulong repaid, int bonusBps, OraclePrices prices)
    {
        var (debt, collateral) = (position.Debt.Mint, position.Collateral.Mint);
        var even = prices.Convert(debt, repaid, collateral);
        var receipts = Reserve.ReceiptsFor((ulong)((UInt128)even * (uint)(10_000 + bonusBps) / 10_000));
        var taken = position.Collateral.Receipts is null ? (ulong)((UInt128)even * (uint)(10_000 + bonusBps) / 10_000) : Reserve.Redeemed(receipts);
        var kept = KeptPercent == 0 ? 0 : Math.Max(1, (taken - Math.Min(taken, even)) * (ulong)KeptPercent / 100);
        return new Order(liquidator, position, repaid, repaid, taken - kept, kept);
    }

    /// <summary>Seizes, with what has to come before it. Protocols that liquidate by one instruction repay here as well.</summary>
    public abstract void Liquidate(in Order order);

    /// <summary>Closes a liquidation that is opened and closed, after what was seized could be sold.</summary>
    /// <param name="order">The liquidation.</param>
    /// <param name="proceeds">Base units of the debt's token that the sale brought; 0 where nothing was sold.</param>
    /// <returns>Base units that the borrower was relieved of.</returns>
    public virtual ulong Settle(in Order order, ulong proceeds) => order.Repaid;

    /// <summary>A borrower pays back.</summary>
    public abstract void Repay(Position position, ulong amount);

    /// <summary>A borrower takes collateral out.</summary>
    public abstract void Withdraw(Position position, ulong amount);

    /// <summary>The protocol's administrator writes a loan off at the expense of depositors. False where it has no such instruction here.</summary>
    public abstract bool WriteOff(int administrator, Position position);

    /// <summary>Whether receipts are tokens.</summary>
    protected abstract bool HasReceipts { get; }

    protected int Wallet(int owner, Mint mint) => Stage.World.TokenAccount(owner, mint);

    private Reserve Create(Mint mint, ushort number)
    {
        var world = Stage.World;
        var receipts = HasReceipts ? world.AddMint(null, mint.Decimals, mint.UnitsPerUsd) : null;
        var reserve = new Reserve
        {
            Mint = mint,
            Account = world.NewAccount(60_500_000),
            Authority = Authority,
            Supply = world.NewTokenAccount(mint, Authority, mint.OfCents(SupplyCents)),
            FeeReceiver = world.NewTokenAccount(mint, Authority, mint.OfCents(1_000_000)),
            Oracle = world.NewAccount(23_942_400),
            Receipts = receipts,
            ReceiptSupply = receipts is null ? -1 : world.NewTokenAccount(receipts, Authority, receipts.OfCents(SupplyCents)),
            Number = number,
        };
        world.List([reserve.Account, reserve.Supply, reserve.FeeReceiver, reserve.Oracle, mint.Account]);
        if (receipts is not null) { world.List([receipts.Account, reserve.ReceiptSupply]); }
        return reserve;
    }
}
