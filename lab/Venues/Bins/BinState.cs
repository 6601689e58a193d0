using Sluice.Lab.Venues.Arithmetic;

namespace Sluice.Lab.Venues.Bins;

/// <summary>State of a pool of Meteora DLMM: bins of one price each, the bin of the price, and how much it moved of late.</summary>
/// <remarks>
/// In a bin a swap gives the price's worth, rounded down; what would empty the bin costs that amount's worth, rounded up, and the fee on top, and
/// the rest goes on in the next. Source: MeteoraAg/dlmm-sdk, commons/src/quote.rs and extensions/bin.rs. The swap's fee in its last bin is taken
/// from what is left; fees lie in the vaults and not in the bins.
/// </remarks>
internal sealed partial class BinState(BinFees fees, int first, int count, int active) : PoolState
{
    private readonly Bin[] _bins = new Bin[count];
    private uint _volatility, _reference;
    private int _from = active;
    private long _lastSwap;

    public BinFees Fees { get; } = fees;

    /// <summary>Bins that may hold liquidity: the first, and how many.</summary>
    public int First { get; } = first;

    public int Count => _bins.Length;

    /// <summary>Bin of the price.</summary>
    public int Active { get; private set; } = active;

    /// <summary>Fees that are the protocol's and still lie in the vaults.</summary>
    public ulong ProtocolX { get; private set; }

    public ulong ProtocolY { get; private set; }

    /// <summary>A bin by its number, with its price.</summary>
    public ref Bin this[int id]
    {
        get
        {
            ref var bin = ref _bins[id - First];
            if (bin.Price == UInt128.Zero) { bin.Price = BinMath.PriceAt(id, Fees.StepBps); }
            return ref bin;
        }
    }

    public bool Has(int id) => (uint)(id - First) < (uint)_bins.Length;

    /// <summary>What a swap would do.</summary>
    public BinSwap Quote(bool xToY, ulong amount, long now) => Trade(xToY, amount, now, keeps: false);

    /// <summary>Carries out a swap.</summary>
    /// <param name="xToY">Direction: the first token in.</param>
    /// <param name="amount">Base units to sell.</param>
    /// <param name="now">Unix seconds.</param>
    public BinSwap Swap(bool xToY, ulong amount, long now) => Trade(xToY, amount, now, keeps: true);

    public override PoolState Copy()
    {
        var copy = new BinState(Fees, First, _bins.Length, Active);
        copy.Restore(this);
        return copy;
    }

    /// <inheritdoc/>
    /// <remarks>Positions are not part of it: only swaps may be done between a copy and coming back to it.</remarks>
    public override void Restore(PoolState copy)
    {
        var from = (BinState)copy;
        from._bins.CopyTo(_bins, 0);
        (Active, _volatility, _reference, _from, _lastSwap) = (from.Active, from._volatility, from._reference, from._from, from._lastSwap);
        (ProtocolX, ProtocolY) = (from.ProtocolX, from.ProtocolY);
    }

    private BinSwap Trade(bool xToY, ulong amount, long now, bool keeps)
    {
        var swap = new BinSwap { Start = Active };
        var (reference, from) = BinFees.Start(now - _lastSwap, _reference, _from, _volatility, Active);
        var (active, left, volatility) = (Active, amount, _volatility);
        while (Has(active))
        {
            volatility = BinFees.VolatilityAt(reference, from, active);
            swap.Rate = Fees.RateAt(volatility);
            ref var bin = ref this[active];
            var most = xToY ? bin.Y : bin.X;
            if (most > 0)
            {
                var (input, output, fee) = Step(bin.Price, most, left, xToY, swap.Rate);
                var protocol = BinFees.ProtocolPart(fee);
                left -= input;
                swap.AmountOut += output;
                swap.Fee += fee;
                swap.Protocol += protocol;
                if (keeps) { Keep(ref bin, xToY, input - fee, output, fee - protocol); }
            }

            if (left == 0) { break; }
            active += xToY ? -1 : 1;
        }

        (swap.End, swap.IsFilled) = (active, left == 0);
        if (!keeps) { return swap; }
        (Active, _volatility, _reference, _from, _lastSwap) = (active, volatility, reference, from, now);
        ProtocolX += xToY ? swap.Protocol : 0;
        ProtocolY += xToY ? 0 : swap.Protocol;
        return swap;
    }

    private static (ulong In, ulong Out, ulong Fee) Step(UInt128 price, ulong most, ulong left, bool xToY, ulong rate)
    {
        var whole = xToY ? BinMath.ToX(most, price, roundUp: true) : BinMath.ToY(most, price, roundUp: true);
        var wholeFee = BinFees.OnTop(whole, rate);
        if (left > whole + wholeFee) { return (whole + wholeFee, most, wholeFee); }
        var fee = BinFees.Within(left, rate);
        var output = xToY ? BinMath.ToY(left - fee, price, roundUp: false) : BinMath.ToX(left - fee, price, roundUp: false);
        return (left, Math.Min(output, most), fee);
    }

    private static void Keep(ref Bin bin, bool xToY, ulong arriving, ulong leaving, ulong fee)
    {
        var shares = bin.Supply >> 64;
        var growth = shares == UInt128.Zero ? UInt128.Zero : ((UInt128)fee << 64) / shares;
        if (xToY)
        {
            bin.X += arriving;
            bin.Y -= leaving;
            bin.GrowthX = unchecked(bin.GrowthX + growth);
        }
        else
        {
            bin.Y += arriving;
            bin.X -= leaving;
            bin.GrowthY = unchecked(bin.GrowthY + growth);
        }
    }
}
