using Sluice.Lab.Chain;
using Sluice.Lab.Scenarios.Arbitrage;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Liquidations;

/// <summary>Plants what looks like a liquidation and is none: borrowers who pay back, take collateral out or wind their own loan down, and losses written off.</summary>
internal sealed class LendingPlanter(Stage stage, Lenders lenders, Market market, Purses purses, FlashLoans loans)
{
    private const int Attempts = 30;

    /// <summary>Plants one of a kind drawn by chance.</summary>
    public void Plant()
    {
        var kind = stage.Random.Below(10);
        for (var i = 0; i < Attempts; i++)
        {
            if (kind switch { < 4 => Repay(), < 8 => Withdraw(), < 9 => WindDown(), _ => WriteOff() }) { return; }
        }
    }

    private bool Repay()
    {
        var (lender, position) = AnyLoan();
        var mint = position.Debt.Mint;
        var amount = Math.Min(position.Borrowed, Held(position.Owner, mint) / 2);
        if (amount < 1_000) { return false; }
        stage.Begin(position.Owner, 220_000);
        lender.Repay(position, amount);
        Note("lending-repayment", position, stage.Send());
        return true;
    }

    private bool Withdraw()
    {
        var (lender, position) = AnyLoan();
        var amount = position.Deposited / 3;
        if (amount < 1_000) { return false; }
        var account = purses.Existing(position.Owner, position.Collateral.Mint, 0);
        OpenReceipts(position);
        stage.Begin(position.Owner, 240_000);
        Open(position.Owner, account);
        lender.Withdraw(position, amount);
        Note("collateral-withdrawal", position, stage.Send());
        return true;
    }

    /// <summary>A borrower borrows the debt for the length of the transaction, repays, takes the collateral out and sells as much as is due.</summary>
    private bool WindDown()
    {
        var (lender, position) = AnyLoan();
        var (owner, debt, collateral) = (position.Owner, position.Debt.Mint, position.Collateral.Mint);
        if (!loans.Lends(debt) || lender is DriftLender) { return false; }
        var amount = Math.Min(position.Borrowed, debt.OfCents(2_000_000));
        var taken = Reserve.Redeemed(Reserve.ReceiptsFor(lenders.Prices.Convert(debt, amount, collateral) / 50 * 51));
        Leg? sale = null;
        foreach (var leg in market.From(collateral))
        {
            if (leg.MintOut == debt && leg.Quote(taken) > amount + FlashLoans.FeeOf(amount)) { sale = leg; }
        }

        if (sale is not { } sold || amount < 100_000) { return false; }
        var (from, to) = (purses.Existing(owner, collateral, 0), purses.Existing(owner, debt, 0));
        OpenReceipts(position);
        stage.Begin(owner, 700_000, versioned: true);
        Open(owner, from);
        Open(owner, to);
        var borrowedBy = stage.Tx.OuterCount;
        loans.Borrow(owner, to, debt, amount);
        lender.Repay(position, amount);
        lender.Withdraw(position, taken);
        sold.Pool.Venue.Swap(stage.Tx, sold.Pool, new Trade(owner, from, to, sold.AToB, taken, 0));
        loans.Repay(owner, to, debt, amount, borrowedBy);
        Note("own-position-closed", position, stage.Send(), flashLoan: true);
        return true;
    }

    private bool WriteOff()
    {
        var (lender, position) = AnyLoan();
        var keepers = stage.Actors.Keepers;
        var administrator = keepers[stage.Random.Below(keepers.Length)];
        if (lender is SolendLender) { return false; }
        stage.Begin(administrator, 200_000);
        if (!lender.WriteOff(administrator, position)) { throw new InvalidOperationException($"{lender.Name} writes nothing off."); }
        Note("loss-written-off", position with { Owner = administrator }, stage.Send());
        return true;
    }

    private (Lender Lender, Position Position) AnyLoan()
    {
        var lender = lenders.Any();
        var users = stage.Actors.Users;
        return (lender, lenders.AnyPosition(lender, users[stage.Random.Below(users.Length)]));
    }

    private void Note(string label, Position position, Sent sent, bool flashLoan = false)
    {
        stage.Plant(new TruthEntry
        {
            Kind = TruthKind.LookAlike,
            Class = label,
            LookAlikeOf = [TruthKind.Liquidation],
            Slot = stage.World.Slot,
            Index = sent.Index,
            Signature = sent.Signature,
            Signer = stage.Accounts[position.Owner].Key,
            Legs = stage.SwapLegs(sent, position.Owner),
            Pools = [.. stage.Tx.Done.Select(m => stage.KeyOf(m.Pool))],
            FlashLoan = flashLoan,
            FeeLamports = sent.Fee,
            TipLamports = sent.Tip,
        });
    }

    private void OpenReceipts(Position position)
    {
        if (position.Collateral.Receipts is { } receipts) { purses.Existing(position.Owner, receipts, 0); }
    }

    private ulong Held(int owner, Mint mint)
    {
        ref readonly var account = ref stage.Accounts[purses.Existing(owner, mint, mint.OfCents(100_000))];
        return account.IsOpen ? account.Amount : 0;
    }

    private void Open(int owner, int account)
    {
        if (!stage.Accounts[account].IsOpen) { stage.Tx.CreateTokenAccount(owner, account); }
    }
}
