using Sluice.Lab.Venues;
using Sluice.Lab.Venues.Bins;
using Sluice.Lab.Venues.Curves;
using Sluice.Lab.Venues.Ranges;

namespace Sluice.Tests.Simulation.Venues;

/// <summary>What holds for a pool of any venue after any swaps.</summary>
public sealed class PoolArithmetic
{
    public static TheoryData<VenueKind> Kinds => [.. Enum.GetValues<VenueKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Going_there_and_back_never_gains(VenueKind kind)
    {
        var market = new TestMarket(21);
        foreach (var pool in market.World.Pools.Where(p => p.Kind == kind))
        {
            for (var i = 0; i < 20; i++)
            {
                var aToB = market.Random.PerMille(500);
                var amount = market.AnyAmount(pool, aToB);
                var out1 = market.Swap(pool, aToB, amount);
                var out2 = out1 == 0 ? 0 : market.Swap(pool, !aToB, out1);
                Assert.True(out2 <= amount, $"{VenueNames.Of(kind)} pool {pool.Number}: {amount} became {out2}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Two_swaps_never_give_more_than_one_of_both_amounts(VenueKind kind)
    {
        var market = new TestMarket(22);
        foreach (var pool in market.World.Pools.Where(p => p.Kind == kind))
        {
            var aToB = market.Random.PerMille(500);
            var amount = market.AnyAmount(pool, aToB);
            var start = pool.Snapshot();
            var whole = pool.Venue.Apply(pool, aToB, amount);
            pool.Restore(start);
            var parts = pool.Venue.Apply(pool, aToB, amount / 3) + pool.Venue.Apply(pool, aToB, amount - (amount / 3));

            // PumpSwap leaves a part of what it takes from a seller in the pool, which the second sale finds there.
            var spare = kind == VenueKind.PumpSwap ? whole / 1_000 : 1;
            Assert.True(parts <= whole + spare, $"{VenueNames.Of(kind)}: {parts} for two, {whole} for one");
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Vaults_hold_what_the_state_says_and_fees(VenueKind kind)
    {
        var market = new TestMarket(23);
        foreach (var pool in market.World.Pools.Where(p => p.Kind == kind && p.State is not null))
        {
            for (var i = 0; i < 60; i++)
            {
                var aToB = market.Random.PerMille(500);
                market.Swap(pool, aToB, market.AnyAmount(pool, aToB));
            }

            var (a, b) = Held(pool);
            var accounts = market.World.Accounts;
            Assert.InRange(accounts[pool.VaultA].Amount, a, a + Slack(pool));
            Assert.InRange(accounts[pool.VaultB].Amount, b, b + Slack(pool));
        }
    }

    [Theory]
    [InlineData(VenueKind.OrcaWhirlpool)]
    [InlineData(VenueKind.RaydiumClmm)]
    public void An_exact_amount_out_costs_what_buys_at_least_it(VenueKind kind)
    {
        var market = new TestMarket(24);
        foreach (var pool in market.World.Pools.Where(p => p.Kind == kind))
        {
            var venue = (RangeVenue)pool.Venue;
            for (var i = 0; i < 20; i++)
            {
                var aToB = market.Random.PerMille(500);
                var wanted = market.AnyAmount(pool, !aToB) / 2;
                var cost = venue.QuoteExactOut(pool, aToB, wanted);
                Assert.True(venue.Quote(pool, aToB, cost) >= wanted);
                Assert.True(venue.Quote(pool, aToB, cost - (cost / 1_000) - 2) <= wanted);
                Assert.Equal(cost, venue.ApplyExactOut(pool, aToB, wanted));
            }
        }
    }

    [Fact]
    public void Swaps_of_a_simulation_cross_ticks_and_bins()
    {
        var market = new TestMarket(25);
        int ranges = 0, crossings = 0, bins = 0, moves = 0;
        foreach (var pool in market.World.Pools)
        {
            for (var i = 0; i < 20; i++)
            {
                var aToB = market.Random.PerMille(500);
                var amount = market.AnyAmount(pool, aToB);
                if (pool.State is RangeState range)
                {
                    ranges++;
                    crossings += Math.Min(1, range.Quote(aToB, amount).Crossed);
                }
                else if (pool.State is BinState state)
                {
                    var swap = state.Quote(aToB, amount, 0);
                    bins++;
                    moves += swap.Start == swap.End ? 0 : 1;
                }

                market.Swap(pool, aToB, amount);
            }
        }

        Assert.InRange((double)crossings / ranges, 0.03, 0.8);
        Assert.InRange((double)moves / bins, 0.2, 0.9);
    }

    [Fact]
    public void The_price_lies_in_the_range_of_its_tick_and_liquidity_is_the_sum_of_what_covers_it()
    {
        var market = new TestMarket(26);
        foreach (var pool in market.World.Pools.Where(p => p.State is RangeState))
        {
            var state = (RangeState)pool.State!;
            for (var i = 0; i < 40; i++)
            {
                var aToB = market.Random.PerMille(500);
                market.Swap(pool, aToB, market.AnyAmount(pool, aToB));
                Assert.InRange(state.Price, state.Math.PriceAt(state.Tick), state.Math.PriceAt(state.Tick + 1));
                Int128 sum = 0;
                foreach (var tick in state.Ticks) { sum += tick.Index <= state.Tick ? tick.Net : 0; }
                Assert.Equal((UInt128)sum, state.Liquidity);
            }
        }
    }

    /// <summary>What positions would get for all liquidity, and the protocol's fees; those of positions are in <see cref="Slack"/>.</summary>
    private static (ulong A, ulong B) Held(Pool pool)
    {
        switch (pool.State)
        {
            case BinState bins:
                ulong x = bins.ProtocolX, y = bins.ProtocolY;
                for (var id = bins.First; id < bins.First + bins.Count; id++) { (x, y) = (x + bins[id].X, y + bins[id].Y); }
                return (x, y);
            case CurveState curve:
                var (a, b) = curve.AmountsOf(curve.Liquidity, roundUp: false);
                return (a + curve.ProtocolA, b + curve.ProtocolB);
            case RangeState range:
                // Between neighbouring ticks lies the liquidity that began below.
                ulong ofA = range.ProtocolA, ofB = range.ProtocolB;
                Int128 liquidity = 0;
                var ticks = range.Ticks;
                for (var i = 0; i + 1 < ticks.Length; i++)
                {
                    liquidity += ticks[i].Net;
                    var part = range.AmountsOf(ticks[i].Index, ticks[i + 1].Index, (UInt128)liquidity, roundUp: false);
                    (ofA, ofB) = (ofA + part.A, ofB + part.B);
                }

                return (ofA, ofB);
            default:
                throw new InvalidOperationException();
        }
    }

    /// <summary>Fees of 60 swaps of at most a hundredth at one percent, and roundings.</summary>
    private static ulong Slack(Pool pool)
    {
        var (a, b) = pool.Venue.Reserves(pool);
        return (Math.Max(a, b) / 100) + 1_000;
    }
}
