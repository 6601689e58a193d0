using Sluice.Lab.Chain;

namespace Sluice.Lab.Scenarios.Scenes;

/// <summary>How a swap is called.</summary>
internal enum Via
{
    /// <summary>By an outer instruction of the venue.</summary>
    Direct,

    /// <summary>By a program that the order names.</summary>
    Program,

    /// <summary>By Jupiter.</summary>
    Router,
}

/// <summary>A transaction with one swap.</summary>
/// <param name="Wallet">Who pays, signs and owns the token accounts.</param>
/// <param name="Leg">Pool and direction.</param>
/// <param name="Amount">Base units to sell.</param>
internal readonly record struct Order(int Wallet, Leg Leg, ulong Amount)
{
    public Via Via { get; init; }

    /// <summary>Program that calls the venue.</summary>
    public int Program { get; init; }

    public ulong Tip { get; init; }

    /// <summary>Base units that the trader insists on.</summary>
    public ulong MinOut { get; init; }

    /// <summary>Whether the tip's transfer asks that nothing is placed before the transaction.</summary>
    public bool IsMarked { get; init; }

    /// <summary>Whether the trader names what he buys, where the venue lets him.</summary>
    public bool IsExactOut { get; init; }

    /// <summary>Token account that pays, or 0 for the wallet's associated one; never of wrapped SOL.</summary>
    public int Source { get; init; }

    /// <summary>Token account that receives, or 0 for the wallet's associated one; never of wrapped SOL.</summary>
    public int Destination { get; init; }

    /// <summary>Compute limit and price; drawn where null.</summary>
    public ComputeBudget? Budget { get; init; }

    /// <summary>How the swap is called, for the truth.</summary>
    public static string NameOf(Via via) => via switch { Via.Direct => "direct", Via.Program => "program", _ => "jupiter" };
}
