namespace Sluice.Lab.Venues.Curves;

/// <summary>What one swap did to a pool of one range.</summary>
/// <param name="AmountOut">What the trader received; base units.</param>
/// <param name="FeeIn">Fee on the way in, zero where it is taken on the way out.</param>
/// <param name="Fee">The fee, wherever it was taken.</param>
/// <param name="Protocol">The protocol's part of it.</param>
/// <param name="PriceAfter">Square-root price after, 64 binary places.</param>
internal readonly record struct CurveSwap(ulong AmountOut, ulong FeeIn, ulong Fee, ulong Protocol, UInt128 PriceAfter);
