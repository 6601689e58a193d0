using Sluice.Lab.Chain;
using Sluice.Lab.Cluster;
using Sluice.Lab.Scenarios.Scenes;
using Sluice.Lab.Venues;

namespace Sluice.Lab.Scenarios.Sandwiches;

/// <summary>How the legs of a sandwich lie in time.</summary>
internal enum Pace
{
    /// <summary>One transaction behind the other.</summary>
    AtOnce,

    /// <summary>In one block, with others between.</summary>
    Block,

    /// <summary>Over slots of a leader's turn, the slot before it and the one behind it.</summary>
    Slots,
}

/// <summary>A sandwich: what was drawn for it, and what its wallets hold while it is under way.</summary>
internal sealed class Attack
{
    public required Operator Operator { get; init; }

    /// <summary>Pool and direction of the front-run.</summary>
    public required Leg Leg { get; init; }

    public required Size Size { get; set; }

    public required Pace Pace { get; init; }

    public required Via Via { get; init; }

    public required Scene Scene { get; init; }

    /// <summary>Slot of the first leg, and the last one in which the position may still be sold.</summary>
    public required ulong First { get; init; }

    public required ulong Last { get; init; }

    public HashSet<string> Evasions { get; } = [];

    public HashSet<string> Tags { get; } = [];

    public int Victims { get; set; } = 1;

    public int Fronts { get; set; } = 1;

    public int Backs { get; set; } = 1;

    /// <summary>The second pool of the pair where the position is sold there.</summary>
    public Pool? Exit { get; set; }

    /// <summary>Somebody else sells before the attacker does.</summary>
    public bool HasStranger { get; set; }

    /// <summary>The tip is larger than the gain.</summary>
    public bool OverTips { get; set; }

    /// <summary>What is held by which wallet in which token account, in the order in which they got it.</summary>
    public List<Holding> Holdings { get; } = [];

    public UInt128 Paid { get; set; }

    public UInt128 Bought { get; set; }

    public UInt128 Got { get; set; }

    /// <summary>What the sales came to, and what the last of them was.</summary>
    public UInt128 Sold { get; set; }

    public ulong LastSold { get; set; }

    public ulong LastGot { get; set; }

    /// <summary>Base units that transfers from wallet to wallet cost.</summary>
    public UInt128 Lost { get; set; }

    public Mint Position => Leg.MintOut;

    public int MainWallet => Operator.Wallets[0];

    /// <summary>Whether a sandwich from one slot to another lies in one window: a leader's turn, the slot before it and the one behind it.</summary>
    public static bool FitsWindow(ulong first, ulong last) => last <= LastOf(first);

    /// <summary>The last slot of the windows that hold a slot.</summary>
    public static ulong LastOf(ulong first) => ((first + 1) / LeaderSchedule.Turn * LeaderSchedule.Turn) + LeaderSchedule.Turn;
}

/// <summary>A part of a position. An account of 0 is the wallet's associated one.</summary>
internal readonly record struct Holding(int Wallet, int Account, ulong Amount);
