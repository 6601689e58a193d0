namespace Sluice.Processors.Core.Arbitrage;

/// <summary>Thresholds by which a swap counts as the cause of an arbitrage: a backrun.</summary>
/// <param name="MaxDistance">B2: the cause lies at most so many transactions before, votes counted.</param>
/// <param name="MinMoveBps">B5 and B6: it moved the price by at least this, and so much of it is left when the arbitrage comes; basis points of the price before.</param>
public sealed record CauseRules(int MaxDistance = 100, int MinMoveBps = 5);
