using System.Buffers;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;
using Xunit.Abstractions;

namespace Sluice.Tests.Simulation.Detection;

/// <summary>Just-in-time liquidity that the simulator planted, found by topology over blocks that were read and decoded.</summary>
public sealed class PlantedJit(ITestOutputHelper output)
{
    [Theory]
    [InlineData(201)]
    [InlineData(202)]
    public void Just_in_time_liquidity_is_found_to_the_unit_and_look_alikes_are_not(int seed)
    {
        var truth = new List<TruthEntry>();
        var changes = new Dictionary<(Signature, Pubkey), Int128>();
        var found = new Dictionary<(Signature, Pubkey), (Pubkey Mint, Int128? Gross, string Venue)>();
        var driver = new TopologyTestDriver(JitTopology.Build(1));
        var (json, reader, raw, decoder) = (new ArrayBufferWriter<byte>(1 << 20), new BlockReader(), new RawBlock(), new BlockDecoder());
        var simulator = new Simulator(new SimulatorOptions
        {
            Seed = (ulong)seed,
            Slots = 220,
            VotesPerBlock = 4,
            NonVotesPerBlock = 60,
            JitPerThousandBlocks = 900,
            SandwichesPerThousandBlocks = 300,
        });
        while (true)
        {
            json.ResetWrittenCount();
            if (!simulator.TryNextBlock(json, out var slot)) { break; }
            truth.AddRange(slot.Truth);
            if (slot.Skipped) { continue; }
            Assert.True(reader.Read(json.WrittenSpan, new DocumentOrigin("simulator", slot.Slot), raw).IsRead);
            var batch = driver.PoolOf(Topics.Blocks).Rent();
            ref var block = ref batch.Records.Add();
            decoder.Decode(raw, ref block);
            foreach (ref readonly var tx in block.Transactions.Span)
            {
                foreach (ref readonly var change in tx.LiquidityChanges.Span)
                {
                    Note(changes, tx.Signature, change.MintA, change.Kind == LiquidityChangeKind.Add ? -(Int128)change.AmountA : change.AmountA);
                    if (change.MintB is { } second) { Note(changes, tx.Signature, second, change.Kind == LiquidityChangeKind.Add ? -(Int128)change.AmountB : change.AmountB); }
                }
            }

            batch.Slot = (long)slot.Slot;
            driver.Pipe(batch);
        }

        driver.Finish();
        foreach (var jit in driver.ReadAll(Topics.Jit, j => (j.Victims[0].Signature, j.Provider, j.ProfitMint, j.Gross, j.Venue)))
        {
            found.Add((jit.Signature, jit.Provider), (jit.ProfitMint, jit.Gross, jit.Venue));
        }

        var planted = truth.Where(t => t.Kind == TruthKind.Jit).ToArray();
        Assert.True(planted.Length > 100, $"{planted.Length} planted");
        Assert.Equal(4, planted.Select(p => p.Class).Distinct().Count());
        var missed = planted.Where(p => !found.ContainsKey((p.Signature, p.Signer))).ToArray();
        var errors = new List<double>();
        var byVenue = new List<(string Venue, double Error)>();
        foreach (var p in planted)
        {
            // What instructions moved is what the decoder read.
            foreach (var leg in p.Legs.Where(l => l.Role is TruthRole.Add or TruthRole.Remove))
            {
                var (mint, amount) = leg.Role == TruthRole.Add ? (leg.MintIn!.Value, -(Int128)leg.AmountIn) : (leg.MintOut!.Value, leg.AmountOut);
                Assert.Equal(amount, changes[(leg.Signature, mint)]);
            }

            if (!found.Remove((p.Signature, p.Signer), out var f)) { continue; }
            Assert.Equal(p.ProfitMint, f.Mint);
            Assert.Equal(p.Class, f.Venue);
            errors.Add(Math.Abs((double)(f.Gross!.Value - p.Gross!.Value)) / Math.Max(1, Math.Abs((double)p.Gross!.Value)));
            byVenue.Add((p.Class, errors[^1]));
        }

        errors.Sort();
        var labels = truth.Where(t => t.LookAlikeOf.Contains(TruthKind.Jit)).CountBy(t => t.Class).ToDictionary();
        output.WriteLine($"{planted.Length} planted, {missed.Length} missed, {found.Count} invented; error of gross: median {errors[errors.Count / 2]:g3}, 90 % {errors[errors.Count * 9 / 10]:g3}");
        output.WriteLine(string.Join(", ", labels));
        foreach (var venue in byVenue.GroupBy(e => e.Venue)) { output.WriteLine($"{venue.Key}: {venue.Count()}, {venue.Count(e => e.Error > 0.001)} with an error above a thousandth"); }
        foreach (var (key, f) in found) { output.WriteLine($"invented {f.Venue} {key} {truth.FirstOrDefault(t => t.Signature == key.Item1)?.Class}"); }
        Assert.Equal(6, labels.Count);
        Assert.Empty(found);

        Assert.True(missed.Length == 0, string.Join("; ", missed.Select(m => $"missed {m.Class} {m.Slot}")));
        Assert.True(errors.Count(e => e > 0.001) * 100 <= errors.Count, $"errors of gross: {string.Join(", ", errors.Where(e => e > 0.001))}");
    }

    private static void Note(Dictionary<(Signature, Pubkey), Int128> changes, Signature signature, Pubkey mint, Int128 amount) =>
        changes[(signature, mint)] = changes.GetValueOrDefault((signature, mint)) + amount;
}
