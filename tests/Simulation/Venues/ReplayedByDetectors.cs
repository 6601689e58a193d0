using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab.Json;
using Sluice.Lab.Venues;
using Sluice.Processors.Core.Pools;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Simulation.Venues;

/// <summary>What the detectors' replay says of simulated swaps, read back from their transactions, is what the venues' own arithmetic gives.</summary>
public sealed class ReplayedByDetectors
{
    public static TheoryData<VenueKind> Kinds => [.. Enum.GetValues<VenueKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_victim_would_have_received_what_the_pool_says(VenueKind kind)
    {
        var market = new TestMarket(21);
        var (told, tried) = (0, 0);

        // On a curve buyers fix what they get, which the simulated one does not do again: there the attacker and the victim are alone.
        var count = kind == VenueKind.PumpFun ? 2 : 4;
        foreach (var pool in market.World.Pools.Where(p => p.Kind == kind && p.MintA.TransferFeeBps + p.MintB.TransferFeeBps == 0).Take(40))
        {
            var (start, json, asked, received) = (pool.Snapshot(), new Utf8Buffer(64_000), new List<Replayed>(), 0UL);
            var aToB = market.Random.PerMille(500);
            for (var i = 0; i < count; i++)
            {
                // The attacker, two others, one of them the other way, the victim.
                var way = i == 2 ? !aToB : aToB;
                var amount = market.AnyAmount(pool, way);
                if (pool.Venue.Quote(pool, way, amount) < 1_000) { break; }
                asked.Add(new Replayed(way, amount));
                received = market.Swap(pool, way, amount);
                market.Write(json, i);
            }

            if (asked.Count < count) { continue; }
            var swaps = Read(json.Written);
            Assert.Equal(count, swaps.Length);
            if (swaps[^1].AmountOut != received) { continue; } // a fee that leaves the vault beside what the trader receives

            tried++;
            var without = new ulong[count - 1];
            Replay.Run(pool, start, asked.ToArray().AsSpan(1), without);
            var losses = new LossEstimate[count];
            new PoolReplay().Estimate(
                [.. swaps.Select((s, i) => new PoolStep { Swap = s, Role = i == 0 ? StepRole.Attacker : i == count - 1 ? StepRole.Victim : StepRole.Other })], losses);
            if (losses[^1].AmountOutWithout is not { } estimate) { continue; }
            told++;
            var off = estimate > without[^1] ? estimate - without[^1] : without[^1] - estimate;

            // Exact, but for liquidity that is made of prices (a unit), and for what one lamport more or less buys where the trader fixed what it buys.
            var allowed = swaps[^1].IsExactOut ? 2 + (estimate / swaps[^1].AmountIn) : kind == VenueKind.MeteoraDammV2 ? 1UL : 0;
            Assert.True(off <= allowed, $"pool {pool.Number}, {(aToB ? "a to b" : "b to a")}, {losses[^1].Method}: {estimate}, not {without[^1]}");
        }

        // Where a price left its range or bin, nothing is told.
        var least = kind switch
        {
            VenueKind.OrcaWhirlpool or VenueKind.RaydiumClmm => 12,
            VenueKind.MeteoraDlmm => 6,
            _ => tried,
        };
        Assert.True(tried >= 6 && told >= least, $"{told} of {tried}");
    }

    private static Swap[] Read(ReadOnlySpan<byte> transactions)
    {
        const string Hash = "11111111111111111111111111111111";
        var text = $$"""{"blockHeight":1,"blockTime":1700000000,"blockhash":"{{Hash}}","parentSlot":6,"previousBlockhash":"{{Hash}}","rewards":[],"transactions":[{{Encoding.UTF8.GetString(transactions)}}]}""";
        var raw = new RawBlock();
        Assert.Equal(ReadStatus.Read, new BlockReader().Read(Encoding.UTF8.GetBytes(text), new DocumentOrigin("made", 7), raw).Status);
        var blocks = new RecordList<Block>();
        new BlockDecoder().Decode(raw, ref blocks.Add());
        return [.. blocks[0].Transactions.Span.ToArray().SelectMany(t => t.Swaps.Span.ToArray())];
    }
}
