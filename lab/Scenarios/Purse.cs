using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios;

/// <summary>The two token accounts of a trade, made ready before the swaps and tidied up after them.</summary>
internal struct Purse
{
    public int Source;
    public int Destination;
    public bool ClosesSource;
    public bool ClosesDestination;
}

/// <summary>What wallets hold, and the instructions that prepare a wallet's token accounts.</summary>
internal sealed class Purses(Stage stage)
{
    /// <summary>Lamports that a wallet keeps for fees and rent.</summary>
    public const ulong Reserve = 40_000_000;

    /// <summary>
    /// What the owner could sell now. An account that was never named before may turn out to have existed all along.
    /// </summary>
    public ulong Holding(int owner, Mint mint)
    {
        if (mint.IsNative)
        {
            var lamports = stage.Accounts[owner].Lamports;
            return lamports > Reserve ? lamports - Reserve : 0;
        }

        if (!stage.World.Knows(owner, mint))
        {
            var fresh = stage.World.TokenAccount(owner, mint);
            if (stage.Random.PerMille(700)) { stage.World.Fund(fresh, mint.OfCents(stage.Random.Magnitude(20_000, 20_000_000))); }
        }

        ref readonly var account = ref stage.Accounts[stage.World.TokenAccount(owner, mint)];
        return account.IsOpen ? account.Amount : 0;
    }

    /// <summary>A token account of the owner that is open, created before the simulation if it was never named.</summary>
    public int Existing(int owner, Mint mint, ulong amount)
    {
        var known = stage.World.Knows(owner, mint);
        var account = stage.World.TokenAccount(owner, mint);
        if (!known) { stage.World.Fund(account, amount); }
        return account;
    }

    /// <summary>Opens what is missing, and wraps SOL where that is what is sold.</summary>
    public Purse Prepare(int owner, Mint sold, Mint bought, ulong amount)
    {
        var tx = stage.Tx;
        var purse = new Purse
        {
            Source = stage.World.TokenAccount(owner, sold),
            Destination = stage.World.TokenAccount(owner, bought)
        };
        if (sold.IsNative)
        {
            purse.ClosesSource = true;
            tx.CreateTokenAccount(owner, purse.Source);
            tx.SystemTransfer(owner, purse.Source, amount);
            tx.SyncNative(purse.Source);
        }

        purse.ClosesDestination = bought.IsNative;
        if (!stage.Accounts[purse.Destination].IsOpen || stage.Random.PerMille(600))
        {
            tx.CreateTokenAccount(owner, purse.Destination);
        }
        return purse;
    }

    /// <summary>Unwraps what is left of wrapped SOL.</summary>
    public void Tidy(int owner, in Purse purse)
    {
        if (purse.ClosesSource) { stage.Tx.CloseAccount(purse.Source, owner); }
        if (purse.ClosesDestination) { stage.Tx.CloseAccount(purse.Destination, owner); }
    }
}
