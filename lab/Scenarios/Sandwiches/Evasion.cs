namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>Labels of the ways in which a sandwich hides.</summary>
internal static class Evasion
{
    /// <summary>Several wallets buy or sell parts.</summary>
    public const string WalletSplit = "wallet_split";

    /// <summary>What was bought is transferred to another wallet, which sells it.</summary>
    public const string TransferBridge = "transfer_bridge";

    /// <summary>The token account gets another owner, who sells from it.</summary>
    public const string AuthorityHop = "authority_hop";

    /// <summary>What was bought is sold in another pool of the pair, to which somebody carried the price.</summary>
    public const string CrossPool = "cross_pool";

    /// <summary>Legs in slots of different leaders.</summary>
    public const string SeveralLeaders = "several_leaders";

    /// <summary>Less than 95 % is sold; the rest is kept.</summary>
    public const string PartialUnwind = "partial_unwind";

    /// <summary>Trades in other pools between the legs.</summary>
    public const string DecoyTrades = "decoy_trades";

    /// <summary>A victim's swap is one step of an aggregator's route.</summary>
    public const string RouteVictim = "route_victim";

    /// <summary>The sale comes in two pieces.</summary>
    public const string SplitBack = "split_back";

    public static readonly string[] All =
        [WalletSplit, TransferBridge, AuthorityHop, CrossPool, SeveralLeaders, PartialUnwind, DecoyTrades, RouteVictim, SplitBack];
}
