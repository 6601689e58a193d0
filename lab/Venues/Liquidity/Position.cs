namespace Sluice.Lab.Venues.Liquidity;

/// <summary>Somebody's liquidity in a pool.</summary>
internal sealed class Position
{
    public required Pool Pool { get; init; }

    /// <summary>Who provides it and signs for it.</summary>
    public required int Owner { get; init; }

    /// <summary>The account that names the position.</summary>
    public required int Account { get; init; }

    /// <summary>Mint of the token that stands for it, and that token's account; DLMM has neither. No balances are kept of them.</summary>
    public int Token { get; init; }

    public int TokenAccount { get; init; }

    /// <summary>Fresh key that signs beside the owner when the position is opened.</summary>
    public int Signer => Token > 0 ? Token : Account;

    /// <summary>First tick and the first that it does not cover; of bins the first and the last.</summary>
    public int Lower { get; init; }

    public int Upper { get; init; }

    /// <summary>What the venue keeps of it.</summary>
    public required object State { get; init; }
}
