namespace Sluice.Lab.Venues.Ranges;

/// <summary>What a pool of ranges takes from its traders, and who gets how much of it.</summary>
/// <param name="RatePpm">Fee in millionths of what comes in.</param>
/// <param name="ProtocolShares">Parts of the fee that the protocol keeps, each rounded down for itself.</param>
/// <param name="ShareScale">What the shares are parts of.</param>
internal sealed record RangeFees(uint RatePpm, uint[] ProtocolShares, uint ShareScale)
{
    /// <summary>The protocol's part of one step's fee.</summary>
    public ulong ProtocolPart(ulong fee)
    {
        ulong sum = 0;
        foreach (var share in ProtocolShares) { sum += (ulong)((UInt128)fee * share / ShareScale); }
        return sum;
    }
}
