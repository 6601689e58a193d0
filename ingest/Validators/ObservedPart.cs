namespace Sluice.Ingest.Validators;

/// <summary>What an observation is made of: a method each. Nodes may refuse any of them.</summary>
public enum ObservedPart
{
    /// <summary>getEpochInfo; without it there is no observation.</summary>
    Epoch,

    /// <summary>getVoteAccounts: stake, commission, credits; who there is.</summary>
    VoteAccounts,

    /// <summary>getLeaderSchedule.</summary>
    LeaderSchedule,

    /// <summary>getBlockProduction.</summary>
    BlockProduction,

    /// <summary>getClusterNodes: version and addresses.</summary>
    ClusterNodes,

    /// <summary>getInflationReward.</summary>
    InflationRewards,

    /// <summary>getMultipleAccounts, for tip distribution accounts.</summary>
    TipDistributions,
}

/// <summary>How the parts are called by nodes and by metrics.</summary>
public static class ObservedParts
{
    /// <summary>The method.</summary>
    public static string MethodOf(ObservedPart part) => part switch
    {
        ObservedPart.Epoch => "getEpochInfo",
        ObservedPart.VoteAccounts => "getVoteAccounts",
        ObservedPart.LeaderSchedule => "getLeaderSchedule",
        ObservedPart.BlockProduction => "getBlockProduction",
        ObservedPart.ClusterNodes => "getClusterNodes",
        ObservedPart.InflationRewards => "getInflationReward",
        _ => "getMultipleAccounts",
    };
}
