namespace Sluice.Processors.Core.Bundles;

/// <summary>What ties two neighbouring transactions together.</summary>
[Flags]
public enum BundleLinks : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>One fee payer.</summary>
    Signer = 1,

    /// <summary>A pool that both trade in or change the liquidity of.</summary>
    Pool = 2,

    /// <summary>A token that both trade and that is neither SOL nor a dollar nor staked SOL, which half of a block trades.</summary>
    Mint = 4,

    /// <summary>Somebody who signed one of them and signs, trades, provides or liquidates in the other.</summary>
    Owner = 8,

    /// <summary>Tokens or a token account that one hands to a person of the other.</summary>
    Transfer = 16,
}

/// <summary>Names of the links, as they stand in a record.</summary>
public static class BundleLinkNames
{
    private static readonly (BundleLinks Link, string Name)[] Names =
    [
        (BundleLinks.Signer, "signer"), (BundleLinks.Pool, "pool"), (BundleLinks.Mint, "mint"), (BundleLinks.Owner, "owner"), (BundleLinks.Transfer, "transfer"),
    ];

    /// <summary>Links with their names, in the order in which records list them.</summary>
    public static ReadOnlySpan<(BundleLinks Link, string Name)> All => Names;
}
