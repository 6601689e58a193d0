using System.Numerics;
using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Pools;

/// <summary>A pool that trades by its law in whole numbers of any size, independently of the product, and can be copied to try what would have been.</summary>
internal abstract class TestPool
{
    public static readonly Pubkey First = ArbitrageCase.Key("mint first"), Second = ArbitrageCase.Key("mint second");

    public string Venue { get; init; } = "raydium-amm-v4";

    /// <summary>What leaves the pool for an amount paid; the pool is moved.</summary>
    public abstract BigInteger Trade(bool paysFirst, BigInteger amount);

    /// <summary>The same as a decoded swap.</summary>
    public Swap Swap(bool paysFirst, BigInteger amount)
    {
        var swap = new Swap
        {
            Venue = Venue,
            Source = SwapSource.Both,
            Pool = ArbitrageCase.Key("pool"),
            MintIn = paysFirst ? First : Second,
            MintOut = paysFirst ? Second : First,
            AmountIn = (ulong)amount,
        };
        Before(paysFirst, ref swap);
        swap.AmountOut = (ulong)Trade(paysFirst, amount);
        After(ref swap);
        return swap;
    }

    public TestPool Copy() => (TestPool)MemberwiseClone();

    /// <summary>Steps of a script such as <c>F100 V50 O-20 B90</c>: front, victim, other, back; a minus sign pays the second token.</summary>
    public List<PoolStep> Run(IEnumerable<(StepRole Role, bool PaysFirst, BigInteger Amount)> script) =>
        [.. script.Select(s => new PoolStep { Role = s.Role, Swap = Swap(s.PaysFirst, s.Amount) })];

    /// <summary>What each step that is not the attacker's gives when the attacker's are left out; −1 for those.</summary>
    public List<BigInteger> Without(IEnumerable<(StepRole Role, bool PaysFirst, BigInteger Amount)> script)
    {
        var pool = Copy();
        return [.. script.Select(s => s.Role == StepRole.Attacker ? BigInteger.MinusOne : pool.Trade(s.PaysFirst, s.Amount))];
    }

    public static LossEstimate[] Estimate(List<PoolStep> steps)
    {
        var losses = new LossEstimate[steps.Count];
        new PoolReplay().Estimate(steps.ToArray(), losses);
        return losses;
    }

    protected abstract void Before(bool paysFirst, ref Swap swap);

    protected abstract void After(ref Swap swap);

    protected static BigInteger Up(BigInteger value, BigInteger divisor) => (value + divisor - 1) / divisor;
}

/// <summary>x · y = k; the fee is a share in parts of a million, of what comes in or of what goes out, and may leave the pool.</summary>
internal sealed class ProductPool(BigInteger x, BigInteger y, int feePpm, bool feeOut = false, int leavingPpm = 0) : TestPool
{
    private BigInteger _x = x, _y = y;

    public override BigInteger Trade(bool paysFirst, BigInteger amount)
    {
        var fee = feeOut ? 0 : Up(amount * feePpm, 1_000_000);
        ref var reserveIn = ref paysFirst ? ref _x : ref _y;
        ref var reserveOut = ref paysFirst ? ref _y : ref _x;
        var gross = reserveOut * (amount - fee) / (reserveIn + amount - fee);
        var paid = gross - (feeOut ? Up(gross * feePpm, 1_000_000) : 0);
        reserveIn += amount - (fee * leavingPpm / 1_000_000);
        reserveOut -= paid;
        return paid;
    }

    protected override void Before(bool paysFirst, ref Swap swap) =>
        (swap.ReserveIn, swap.ReserveOut) = paysFirst ? ((ulong)_x, (ulong)_y) : ((ulong)_y, (ulong)_x);

    protected override void After(ref Swap swap)
    {
    }
}

/// <summary>Liquidity L between any prices, as CLMM and cp-amm programs do it: prices Q64.64, each rounding in the pool's favour, the fee on the way in.</summary>
internal sealed class RangePool(BigInteger liquidity, BigInteger root, int feePpm, bool statesBefore = true, bool statesLiquidity = false) : TestPool
{
    private BigInteger _root = root;

    public override BigInteger Trade(bool paysFirst, BigInteger amount)
    {
        var net = amount - Up(amount * feePpm, 1_000_000);
        var scaled = liquidity << 64;
        var before = _root;
        if (paysFirst)
        {
            _root = Up(scaled * before, scaled + (net * before));
            return (liquidity * (before - _root)) >> 64;
        }

        _root = before + ((net << 64) / liquidity);
        return scaled * (_root - before) / _root / before;
    }

    protected override void Before(bool paysFirst, ref Swap swap) => swap.SqrtPriceBeforeX64 = statesBefore ? (Int128)_root : null;

    protected override void After(ref Swap swap)
    {
        swap.SqrtPriceX64 = (Int128)_root;
        if (statesLiquidity) { swap.Liquidity = (Int128)liquidity; }
    }
}
