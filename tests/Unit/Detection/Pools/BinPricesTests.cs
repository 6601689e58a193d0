using Sluice.Processors.Core.Pools;

namespace Sluice.Tests.Unit.Detection.Pools;

/// <summary>A swap of a pool with bins tells the pool's bin step, or nothing.</summary>
public class BinPricesTests
{
    private static readonly UInt128 One = (UInt128)1 << 64;

    [Fact]
    public void A_bin_is_dearer_than_the_one_before_by_the_step()
    {
        Assert.Equal(One, BinPrices.At(25, 0));
        Assert.Equal(One + (One / 400), BinPrices.At(25, 1));
        Assert.Equal(BinPrices.At(100, 184), BinPrices.At(100, -184));
        Assert.Equal(6.23926, Ratio(BinPrices.At(100, 184)), 0.0001); // 1.01^184
        Assert.Equal(UInt128.MaxValue, BinPrices.At(400, 443_636));
    }

    [Theory]
    [InlineData(218_106_969, 34_957_210, -184, -184, 100)] // 1.01^184 = 6.23926
    [InlineData(1_000_000, 1_000_000, 0, 0, 1)]
    [InlineData(5_000_000, 5_262_500_000, 6_960, 6_960, 10)] // 1.001^6,960 = 1,050 to 1,053
    public void The_amounts_without_the_fee_tell_it(ulong paid, ulong received, int before, int after, int step)
    {
        var bins = BinPrices.Of(paid, received, before, after);
        if (step == 10) { bins = BinPrices.Of(paid, (ulong)(paid * Ratio(BinPrices.At(10, before))), before, after); }
        Assert.Equal(step, bins.Step);
        Assert.Equal(paid > received, bins.PaysMore);
        Assert.Equal(BinPrices.At(step, before), bins.Before);
        Assert.Equal(bins.Before, bins.After);
    }

    [Fact]
    public void It_is_found_for_any_pool_and_direction()
    {
        int[] steps = [1, 2, 4, 5, 8, 10, 15, 16, 20, 25, 50, 80, 100, 125, 200, 250, 400];
        var random = new Random(17);
        for (var i = 0; i < 5_000; i++)
        {
            var step = steps[random.Next(steps.Length)];
            var most = (int)(Math.Log(1e9) / Math.Log(1 + (step / 1e4)));
            var (before, crossed, up) = (random.Next(20, most), random.Next(0, 4), random.Next(2) == 0);
            var after = up ? before + crossed : before - crossed;
            var sign = random.Next(2) == 0 ? 1 : -1; // which of the two is the pool's first

            // Somewhere between the prices of the bins; who moves the number up pays what there is more of.
            var price = Ratio(BinPrices.At(step, before)) * Math.Pow(Ratio(BinPrices.At(step, after)) / Ratio(BinPrices.At(step, before)), crossed == 0 ? 0 : random.NextDouble());
            var less = random.NextInt64(1_000_000, 1_000_000_000);
            var more = (ulong)(less * price);
            var (paid, received) = up ? (more, (ulong)less) : ((ulong)less, more);
            var bins = BinPrices.Of(paid, received, sign * before, sign * after);
            Assert.True(bins.Step == step || bins.Step == 0, $"{paid} for {received}, bins {before} to {after}: {bins.Step}, not {step}");

            // Where the bins are few against their distance from bin 0, no other step fits.
            if (crossed * 10_000 < before * 5_000 / step && before > 100) { Assert.Equal((step, up), (bins.Step, bins.PaysMore)); }
        }
    }

    [Theory]
    [InlineData(218_106_969, 34_957_210, -184, 3)] // on both sides of bin 0
    [InlineData(218_106_969, 34_957_210, 184, 180)] // who pays what there is more of raises its number
    [InlineData(218_106_969, 35_140_000, -184, -184)] // half a percent beside any step
    [InlineData(3, 2, -184, -184)] // rounding alone
    [InlineData(0, 0, 5, 5)]
    [InlineData(1_010_000, 1_000_000, 0, 0)] // in bin 0 both are worth the same
    [InlineData(1_000_050, 1_000_000, 1, 2)] // a step of 1 does as well as others
    [InlineData(218_106_969, 34_957_210, int.MinValue, int.MinValue)]
    public void Where_no_step_fits_or_several_nothing_is_told(ulong paid, ulong received, int before, int after) =>
        Assert.False(BinPrices.Of(paid, received, before, after).IsKnown);

    private static double Ratio(UInt128 price) => (double)price / (double)One;
}
