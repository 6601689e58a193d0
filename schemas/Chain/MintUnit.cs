namespace Sluice.Schemas.Chain;

/// <summary>What a token is worth a fixed number of, as far as a detector may assume it.</summary>
public enum MintUnit : byte
{
    /// <summary>No known unit.</summary>
    None,

    /// <summary>One US dollar, at par.</summary>
    Dollar,

    /// <summary>SOL itself.</summary>
    Sol,

    /// <summary>A liquid staking token: worth one SOL at least, since its stake only grows; how much more is not assumed.</summary>
    StakedSol,
}
