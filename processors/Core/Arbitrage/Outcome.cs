using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>What the rules have worked out of a transaction so far.</summary>
internal struct Outcome(ArbitrageClass shape)
{
    /// <summary>Class.</summary>
    public ArbitrageClass Class = shape;

    /// <summary>Number of the mint of the profit, −1 while there is none.</summary>
    public int Profit = -1;

    /// <summary>In class stable, number of the mint that was given up; else −1.</summary>
    public int Paid = -1;

    /// <summary>Gain in base units of the profit's mint.</summary>
    public Int128 Gross;

    /// <summary>Fee and tip in base units of the profit's mint, where a price is known.</summary>
    public Int128? Cost;

    /// <summary>Gross less cost.</summary>
    public Int128? Net;

    /// <summary>Price that <see cref="Cost"/> was made with.</summary>
    public Price SolPrice;

    /// <summary>Lamports that left beside fee, tip and swaps.</summary>
    public UInt128 SolSpent;

    /// <summary>True when lamports came back beside the swaps, such as an account's rent.</summary>
    public bool HasRefund;

    /// <summary>True when the seen legs do not close by themselves and a leg unseen must have closed them.</summary>
    public bool IsOpen;

    /// <summary>True when a tip, a flash loan or a program of its own marks a searcher.</summary>
    public bool HasSearcherMark;
}
