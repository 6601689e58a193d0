namespace Sluice.Lab;

/// <summary>What a planted thing is, or that it only looks like one.</summary>
public enum TruthKind
{
    /// <summary>Atomic arbitrage in one transaction; class cyclic, cross-pair, stable or long-tail. A backrun is one whose legs name a cause.</summary>
    Arbitrage,

    /// <summary>Class is the label of what it really is.</summary>
    LookAlike,

    /// <summary>Class classic, wide_block or multi_slot.</summary>
    Sandwich,

    /// <summary>Liquidity that came for a trade and left after it; class is the venue.</summary>
    Jit,

    /// <summary>Class is the lending protocol.</summary>
    Liquidation,

    /// <summary>A reverted transaction of a program whose successful ones are arbitrages or liquidations; class is which.</summary>
    FailedAttempt,
}

/// <summary>What a leg does in what was planted.</summary>
public enum TruthRole
{
    /// <summary>A swap of an arbitrage, a liquidation, a look-alike.</summary>
    Swap,
    Front,
    Victim,
    Back,

    /// <summary>The attacker's trade that only serves to confuse.</summary>
    Decoy,

    /// <summary>A transfer of the position to another wallet, or a token account that is handed over.</summary>
    HandOver,

    /// <summary>Liquidity added, or removed.</summary>
    Add,
    Remove,

    /// <summary>The instruction that seizes collateral.</summary>
    Liquidate,

    /// <summary>The swap of another whose move an arbitrage closed.</summary>
    Cause,
}

/// <summary>Names of kinds and roles as truth files spell them.</summary>
public static class TruthNames
{
    private static readonly string[] Kinds = ["arbitrage", "look-alike", "sandwich", "jit", "liquidation", "failed-attempt"];
    private static readonly string[] Roles = ["swap", "front", "victim", "back", "decoy", "hand-over", "add", "remove", "liquidate", "cause"];

    public static string Of(TruthKind kind) => Kinds[(int)kind];

    public static string Of(TruthRole role) => Roles[(int)role];

    /// <summary>False where no kind has the name.</summary>
    public static bool TryKind(string? name, out TruthKind kind)
    {
        kind = (TruthKind)Array.IndexOf(Kinds, name);
        return kind >= 0;
    }

    /// <summary>False where no role has the name.</summary>
    public static bool TryRole(string? name, out TruthRole role)
    {
        role = (TruthRole)Array.IndexOf(Roles, name);
        return role >= 0;
    }
}
