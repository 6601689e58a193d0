using Sluice.Lab.Venues.Arithmetic;

namespace Sluice.Lab.Venues.Bins;

/// <summary>Shares in bins, and the fees that they earn.</summary>
internal sealed partial class BinState
{
    /// <summary>Puts both tokens into a bin of a position; returns the shares that came for them.</summary>
    /// <remarks>
    /// In the bin of the price they must come in its own proportion, rounded up: then the program asks no composition fee. Bins above the price take
    /// the first token only, bins below it the second.
    /// </remarks>
    public UInt128 Add(BinPosition position, int id, ulong x, ulong y)
    {
        ref var bin = ref this[id];
        Settle(position, id, bin);
        var worth = Worth(bin.Price, x, y);
        var shares = bin.Supply == UInt128.Zero ? worth : MulDiv.Down(worth, bin.Supply, Worth(bin.Price, bin.X, bin.Y));
        bin.X += x;
        bin.Y += y;
        bin.Supply += shares;
        position.Shares[id - position.Lower] += shares;
        return shares;
    }

    /// <summary>Takes a part of a position's shares out of a bin.</summary>
    /// <param name="position">Position.</param>
    /// <param name="id">Bin.</param>
    /// <param name="bps">Part of its shares in basis points.</param>
    public (ulong X, ulong Y) Remove(BinPosition position, int id, uint bps)
    {
        ref var bin = ref this[id];
        Settle(position, id, bin);
        ref var held = ref position.Shares[id - position.Lower];
        var shares = MulDiv.Down(held, bps, 10_000);
        if (shares == UInt128.Zero) { return default; }
        var x = (ulong)MulDiv.Down(shares, bin.X, bin.Supply);
        var y = (ulong)MulDiv.Down(shares, bin.Y, bin.Supply);
        bin.X -= x;
        bin.Y -= y;
        bin.Supply -= shares;
        held -= shares;
        return (x, y);
    }

    /// <summary>Brings the fees of a position up to date.</summary>
    public void UpdateFees(BinPosition position)
    {
        for (var id = position.Lower; id <= position.Upper; id++) { Settle(position, id, this[id]); }
    }

    private static void Settle(BinPosition position, int id, in Bin bin)
    {
        ref var seen = ref position.Seen[id - position.Lower];
        var shares = position.Shares[id - position.Lower] >> 64;
        position.OwedX += (ulong)MulDiv.Shift(shares, unchecked(bin.GrowthX - seen.X), 64);
        position.OwedY += (ulong)MulDiv.Shift(shares, unchecked(bin.GrowthY - seen.Y), 64);
        seen = (bin.GrowthX, bin.GrowthY);
    }

    /// <summary>Both amounts in the second token's units, 64 binary places.</summary>
    private static UInt128 Worth(UInt128 price, ulong x, ulong y) => checked((price * x) + ((UInt128)y << 64));
}
