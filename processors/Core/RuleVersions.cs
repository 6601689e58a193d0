namespace Sluice.Processors.Core;

/// <summary>Version of every detector's rules. A change of a rule, a threshold or a value that a finding carries raises it.</summary>
/// <remarks>
/// Findings have ids made of content, so the row of a newer version replaces that of an older one. Which rows a version replaces, and which
/// it leaves behind because it does not find them any more, stands in docs/detections.md.
/// </remarks>
public static class RuleVersions
{
    /// <summary>
    /// 2: cause and values are told; a transaction that liquidates is no arbitrage. Replaces all rows of version 1. 3: causes in pools whose events do not tell the price before a swap.
    /// </summary>
    public const int Arbitrage = 3;

    /// <summary>
    /// 2: market makers by all their rounds, findings over the border of two groups. 3: a part that was sold asks for a private program or a bundle's reach, however it was traded;
    /// a private program that sells a handed-on part, or in another pool at a loss, is an attacker.
    /// </summary>
    public const int Sandwich = 3;

    /// <summary>2: what version 3 of the sandwich rules turns down.</summary>
    public const int RoundTrip = 2;

    /// <summary>2: gains at the price after the last victim; positions that no swap used are none. 3: liquidity over the border of two groups. 4: gains in pools with bins at the bin's price.</summary>
    public const int Jit = 4;

    /// <summary>1: first.</summary>
    public const int Liquidation = 1;

    /// <summary>1: first.</summary>
    public const int Attempt = 1;

    /// <summary>1: first.</summary>
    public const int Bundle = 1;
}
