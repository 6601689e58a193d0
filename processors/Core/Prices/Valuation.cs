namespace Sluice.Processors.Core.Prices;

/// <summary>What an amount of a token is worth by the swaps of its leader group's window.</summary>
/// <param name="Lamports">Value in lamports, rounded to the nearest; null when no price is known.</param>
/// <param name="UsdMicros">Value in millionths of a US dollar, rounded to the nearest; null when no price is known.</param>
/// <param name="Source">
/// What the price was made of: <c>native</c> for SOL itself, <c>par</c> for a dollar without SOL price, else <c>direct</c>, <c>via-dollar</c> or
/// both, and the venue of the pool whose price it is; null without a price.
/// </param>
/// <param name="Pools">Pools that the price of the token was made of; 0 for SOL itself, dollars at par and without a price.</param>
/// <param name="AgeSlots">Slots between the newest swap that was used and the slot asked for, 0 or more; null when none was used.</param>
public readonly record struct Valuation(Int128? Lamports, Int128? UsdMicros, string? Source, int Pools, int? AgeSlots);
