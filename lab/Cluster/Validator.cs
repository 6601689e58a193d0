namespace Sluice.Lab.Cluster;

/// <summary>One validator. Accounts are numbers in the table of accounts.</summary>
internal sealed class Validator
{
    /// <summary>Its place in the list of validators: rank by stake at the start, 0 for the largest.</summary>
    public required int Number { get; init; }

    /// <summary>The node's key: it pays the votes, leads slots and earns the fees.</summary>
    public required int Identity { get; init; }

    /// <summary>The account that votes and earns the commission.</summary>
    public required int VoteAccount { get; init; }

    /// <summary>Accounts delegated to the vote account.</summary>
    public required StakeAccount[] Stakes { get; init; }

    /// <summary>Share of inflation rewards that it keeps, in percent.</summary>
    public required byte Commission { get; init; }

    /// <summary>Share of tips that it keeps, in hundredths of a percent; null where it does not run a Jito client.</summary>
    public required ushort? MevCommissionBps { get; init; }

    /// <summary>Software version as gossip shows it.</summary>
    public required string Version { get; init; }

    /// <summary>It neither votes nor makes blocks.</summary>
    public required bool IsDelinquent { get; init; }

    /// <summary>Vote credits that it earns of a million possible.</summary>
    public required int CreditsPerMillion { get; init; }

    /// <summary>Lamports delegated now.</summary>
    public ulong Delegated
    {
        get
        {
            ulong sum = 0;
            foreach (var stake in Stakes) { sum += stake.Delegated; }
            return sum;
        }
    }

    /// <summary>Vote credits for a number of blocks of the cluster: at most 16 a block.</summary>
    public ulong CreditsFor(ulong blocks) => (ulong)((UInt128)blocks * ValidatorSet.MaxCreditsPerVote * (ulong)CreditsPerMillion / 1_000_000);
}

/// <summary>A stake account; its lamports are in the table of accounts.</summary>
internal sealed class StakeAccount(int account, ulong delegated)
{
    public int Account { get; } = account;

    /// <summary>Lamports that count as stake: all but rent. Rewards are added.</summary>
    public ulong Delegated { get; set; } = delegated;
}
