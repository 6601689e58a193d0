using Sluice.Lab.Venues;

namespace Sluice.Tests.Simulation.Venues;

/// <summary>A swap done on a pool's state alone is the swap that a transaction does.</summary>
public sealed class Replays
{
    public static TheoryData<VenueKind> Kinds => [.. Enum.GetValues<VenueKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Swaps_replayed_from_a_snapshot_give_what_they_gave(VenueKind kind)
    {
        var market = new TestMarket(11);
        foreach (var pool in market.World.Pools.Where(p => p.Kind == kind).Take(12))
        {
            var start = pool.Snapshot();
            var swaps = new List<Replayed>();
            var received = new List<ulong>();
            for (var i = 0; i < 30; i++)
            {
                var aToB = market.Random.PerMille(500);
                var amount = market.AnyAmount(pool, aToB);
                var quoted = pool.Venue.Quote(pool, aToB, amount);
                if (quoted == 0) { continue; }
                swaps.Add(new Replayed(aToB, amount));
                received.Add(market.Swap(pool, aToB, amount));
                Assert.Equal(quoted, received[^1]);
            }

            Assert.NotEmpty(swaps);
            var end = pool.Snapshot();
            var answers = new ulong[swaps.Count];
            Replay.Run(pool, start, swaps.ToArray(), answers);
            Assert.Equal(received, answers);
            Assert.Equal(end with { State = null }, pool.Snapshot() with { State = null });

            // Once more, and left there: vaults and prices end where the transactions left them.
            pool.Restore(start);
            foreach (var swap in swaps) { pool.Venue.Apply(pool, swap.AToB, swap.Amount); }
            Assert.Equal(end with { State = null }, pool.Snapshot() with { State = null });
            Assert.Equal(pool.Venue.Quote(pool, true, 1_000_000), QuoteAt(pool, end, 1_000_000));
        }
    }

    [Fact]
    public void Without_the_front_run_a_victim_receives_what_it_would_have_received()
    {
        var market = new TestMarket(12);
        Span<ulong> answer = stackalloc ulong[1];
        foreach (var pool in market.World.Pools.Where(p => p.MintA.TransferFeeBps == 0))
        {
            var (a, _) = pool.Venue.Reserves(pool);
            var before = pool.Snapshot();
            var alone = pool.Venue.Quote(pool, true, a / 200);
            market.Swap(pool, true, a / 100);
            var behind = market.Swap(pool, true, a / 200);
            Replay.Run(pool, before, [new Replayed(true, a / 200)], answer);
            Assert.Equal(alone, answer[0]);
            Assert.True(behind < answer[0], $"{VenueNames.Of(pool.Kind)}: {behind} behind a front-run, {answer[0]} without");
        }
    }

    private static ulong QuoteAt(Pool pool, PoolSnapshot at, ulong amount)
    {
        Span<ulong> answer = stackalloc ulong[1];
        Replay.Run(pool, at, [new Replayed(true, amount)], answer);
        return answer[0];
    }
}
