namespace Sluice.Lab.Venues.Bins;

/// <summary>What a pool of bins takes from its traders: a base fee, and more the more bins the price has gone through of late.</summary>
/// <param name="StepBps">Basis points between bins.</param>
/// <param name="BaseFactor">Base fee per step, in ten-thousandths.</param>
/// <remarks>Rates are billionths. Source: MeteoraAg/dlmm-sdk, commons/src/extensions/lb_pair.rs.</remarks>
internal sealed record BinFees(uint StepBps, uint BaseFactor)
{
    /// <summary>What rates are parts of, and the highest.</summary>
    public const ulong Scale = 1_000_000_000, MaxRate = 100_000_000;

    /// <summary>Parameters of the variable fee that most pools share.</summary>
    private const uint Control = 40_000, Filter = 30, Decay = 600, Reduction = 5_000, MaxVolatility = 350_000;

    private const uint ProtocolBps = 500;

    /// <summary>Fee rate at a volatility.</summary>
    public ulong RateAt(uint volatility)
    {
        var basic = (ulong)BaseFactor * StepBps * 10;
        var square = (UInt128)((ulong)volatility * StepBps) * ((ulong)volatility * StepBps);
        var variable = (ulong)(((square * Control) + 99_999_999_999UL) / 100_000_000_000UL);
        return Math.Min(basic + variable, MaxRate);
    }

    /// <summary>Fee of an amount that includes it, rounded up.</summary>
    public static ulong Within(ulong amount, ulong rate) => (ulong)((((UInt128)amount * rate) + (Scale - 1)) / Scale);

    /// <summary>Fee to be added to an amount, rounded up.</summary>
    public static ulong OnTop(ulong amount, ulong rate) => (ulong)((((UInt128)amount * rate) + (Scale - rate - 1)) / (Scale - rate));

    /// <summary>The protocol's part of a fee, rounded down.</summary>
    public static ulong ProtocolPart(ulong fee) => (ulong)((UInt128)fee * ProtocolBps / 10_000);

    /// <summary>Volatility at a bin.</summary>
    /// <param name="reference">Volatility that is left from earlier swaps.</param>
    /// <param name="from">Bin that counts as the start.</param>
    /// <param name="bin">Bin of the price.</param>
    public static uint VolatilityAt(uint reference, int from, int bin) =>
        (uint)Math.Min(reference + ((ulong)Math.Abs((long)from - bin) * 10_000), MaxVolatility);

    /// <summary>What a swap starts from, by the seconds since the one before.</summary>
    public static (uint Reference, int From) Start(long elapsed, uint reference, int from, uint volatility, int bin)
    {
        if (elapsed < Filter) { return (reference, from); }
        return (elapsed < Decay ? (uint)((ulong)volatility * Reduction / 10_000) : 0, bin);
    }
}
