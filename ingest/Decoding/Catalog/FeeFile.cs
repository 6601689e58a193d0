namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>Where an event states the trading fee.</summary>
internal sealed class FeeFile
{
    /// <summary>Offsets of the fee's shares, u64 each. Of an event that is older and shorter, those beyond its end count nothing; without the first there is no fee.</summary>
    public required int[] Shares { get; init; }

    /// <summary>Token that the fee is of.</summary>
    public required FeeToken Of { get; init; }

    /// <summary>For <see cref="FeeToken.Charged"/>: offsets of the amount in with the fee and without it, u64.</summary>
    public int[] Charged { get; init; } = [];

    /// <summary>Why the file is wrong, or null.</summary>
    public string? Problem() =>
        Shares.Length == 0 || Shares.Min() < 0 ? "a fee has shares"
        : Of == FeeToken.Charged != (Charged.Length == 2) ? "a fee on either side names the amount in with it and without it"
        : null;
}

/// <summary>Which of a swap's tokens a fee is of.</summary>
internal enum FeeToken : byte
{
    /// <summary>The one that the trader pays.</summary>
    In,

    /// <summary>The one that the trader receives.</summary>
    Out,

    /// <summary>That of the layout's second vault, the quote of a launch curve.</summary>
    Second,

    /// <summary>The one in where the amount in differs with and without the fee, else the one out.</summary>
    Charged,
}
