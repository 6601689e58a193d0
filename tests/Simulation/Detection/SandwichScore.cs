using System.Buffers;
using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding;
using Sluice.Ingest.Decoding.Model;
using Sluice.Lab;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Simulation.Detection;

internal sealed record FoundVictim(Signature Signature, UInt128? Loss);

/// <summary>A finding of the detector, with what the score needs of it.</summary>
internal sealed record FoundSandwich(
    long Slot, Pubkey Attacker, Pubkey Pool, SandwichClass Class, string[] Tags, Int128 Gross, Int128? Net, FoundVictim[] Victims, Signature[] Legs, string Text);

/// <summary>What the sandwich detector makes of a simulated chain, held against the truth: keyed by victims.</summary>
internal sealed class SandwichScore
{
    public List<TruthEntry> Sandwiches { get; } = [];

    public List<TruthEntry> LookAlikes { get; } = [];

    public List<FoundSandwich> Findings { get; } = [];

    public List<string> RoundTrips { get; } = [];

    public List<TruthEntry> Missed { get; } = [];

    public List<FoundSandwich> Invented { get; } = [];

    public List<double> ProfitErrors { get; } = [];

    public List<double> LossErrors { get; } = [];

    public double RecallOf(Func<TruthEntry, bool> of)
    {
        var all = Sandwiches.Count(of);
        return all == 0 ? 1 : 1 - ((double)Missed.Count(of) / all);
    }

    public double Precision => Findings.Count == 0 ? 1 : 1 - ((double)Invented.Count / Findings.Count);

    /// <summary>Runs the detector over simulated chains, one after the other.</summary>
    public static SandwichScore Of(params SimulatorOptions[] chains)
    {
        var score = new SandwichScore();
        foreach (var options in chains) { score.Run(options); }
        score.Match();
        return score;
    }

    private void Run(SimulatorOptions options)
    {
        var simulator = new Simulator(options);
        var driver = new TopologyTestDriver(SandwichTopology.Build(1));
        var (json, reader, raw, decoder) = (new ArrayBufferWriter<byte>(1 << 20), new BlockReader(), new RawBlock(), new BlockDecoder());
        while (true)
        {
            json.ResetWrittenCount();
            if (!simulator.TryNextBlock(json, out var slot)) { break; }
            Sandwiches.AddRange(slot.Truth.Where(t => t.Kind == TruthKind.Sandwich));
            LookAlikes.AddRange(slot.Truth.Where(t => t.Kind == TruthKind.LookAlike));
            if (slot.Skipped) { continue; }
            Assert.True(reader.Read(json.WrittenSpan, new DocumentOrigin("simulator", slot.Slot), raw).IsRead);
            var batch = driver.PoolOf(Topics.Blocks).Rent();
            decoder.Decode(raw, ref batch.Records.Add());
            batch.Slot = (long)slot.Slot;
            driver.Pipe(batch);
        }

        driver.Finish();
        Findings.AddRange(driver.ReadAll(Topics.Sandwiches, s => new FoundSandwich(
            s.Slot, s.Attacker, s.Pool, s.Class, [.. s.Tags.Span.ToArray()], s.Gross, s.Net,
            [.. s.Victims.Span.ToArray().Select(v => new FoundVictim(v.Signature, v.LossLow is { } loss && v.LossHigh == loss ? loss : null))],
            [.. s.Legs.Span.ToArray().Select(l => l.Signature)],
            $"gross {s.Gross} net {s.Net} closure {s.Closure:F3} {string.Join(' ', s.Legs.Span.ToArray().Select(l => $"{l.Role}@{l.Slot % 1000}:{l.TxIndex} {l.AmountIn}>{l.AmountOut}"))} {s.Attacker}")));
        RoundTrips.AddRange(driver.ReadAll(Topics.RoundTrips, r => $"{r.Slot} {r.Actor} {r.Pool} {r.FailedRule}"));
    }

    /// <summary>Recall by label, errors, and every miss and invention with what is known of it.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        text.AppendLine($"planted {Sandwiches.Count} found {Findings.Count} missed {Missed.Count} invented {Invented.Count} precision {Precision:F4}");
        text.AppendLine($"plain {RecallOf(t => t.Evasions.Count == 0):F4} of {Sandwiches.Count(t => t.Evasions.Count == 0)}; evasions {RecallOf(t => t.Evasions.Count > 0):F4} of {Sandwiches.Count(t => t.Evasions.Count > 0)}");
        foreach (var label in Sandwiches.SelectMany(t => t.Evasions.Concat(t.Tags).Append(t.Class)).Distinct().Order())
        {
            bool Has(TruthEntry t) => t.Evasions.Contains(label) || t.Tags.Contains(label) || t.Class == label;
            text.AppendLine($"  {label,-18} {Sandwiches.Count(Has),5} recall {RecallOf(Has):F4}");
        }

        foreach (var label in LookAlikes.Where(t => t.LookAlikeOf.Contains(TruthKind.Sandwich)).GroupBy(t => t.Class)) { text.AppendLine($"  look-alike {label.Key} {label.Count()}"); }
        text.AppendLine($"profit error median {Median(ProfitErrors):E3} max {ProfitErrors.DefaultIfEmpty().Max():E3}; loss error median {Median(LossErrors):E3} of {LossErrors.Count}");
        foreach (var t in Missed) { text.AppendLine($"MISSED {t.Id} {t.Class} [{string.Join(',', t.Evasions)}] [{string.Join(',', t.Tags)}] {t.Route} slot {t.Slot} legs {string.Join(' ', t.Legs.Select(l => $"{l.Role}@{l.Slot % 1000}:{l.Index}"))} net {t.Net} {ReasonOf(t)}"); }
        foreach (var f in Invented) { text.AppendLine($"INVENTED {f.Slot} {f.Class} {string.Join(',', f.Tags)} {f.Text} is {WhatIs(f)}"); }
        return text.ToString();
    }

    private string ReasonOf(TruthEntry truth) =>
        string.Join(" | ", RoundTrips.Where(r => truth.Wallets.Any(w => r.Contains(w.ToString(), StringComparison.Ordinal)) && r.Contains(truth.Pools[0].ToString(), StringComparison.Ordinal)));

    private string WhatIs(FoundSandwich f) => string.Join(", ", LookAlikes.Concat(Sandwiches)
        .Where(t => t.Legs.Any(l => f.Legs.Contains(l.Signature)) || f.Legs.Contains(t.Signature)).Select(t => $"{t.Kind} {t.Class} [{string.Join(',', t.Evasions)}] {string.Join(' ', t.Legs.Select(l => $"{l.Role}@{l.Slot % 1000}:{l.Index} {l.AmountIn}>{l.AmountOut} {l.Signer.ToString()[..4]}"))}").Distinct());

    public static double Median(List<double> values) => values.Count == 0 ? 0 : values.Order().ElementAt(values.Count / 2);

    private void Match()
    {
        var byVictim = new Dictionary<Signature, TruthEntry>();
        foreach (var truth in Sandwiches)
        {
            foreach (var victim in truth.Victims) { byVictim[victim.Signature] = truth; }
        }

        var found = new HashSet<TruthEntry>(ReferenceEqualityComparer.Instance);
        foreach (var finding in Findings)
        {
            var truth = finding.Victims.Select(v => byVictim.GetValueOrDefault(v.Signature)).FirstOrDefault(t => t is not null && t.Wallets.Contains(finding.Attacker));
            if (truth is null)
            {
                Invented.Add(finding);
                continue;
            }

            if (!found.Add(truth)) { continue; }
            var (profit, told) = truth.Net is { } net ? (net, finding.Net) : (truth.Gross!.Value, finding.Gross);
            if (told is { } t && profit != 0) { ProfitErrors.Add(Math.Abs((double)(t - profit) / (double)profit)); }
            foreach (var victim in truth.Victims)
            {
                var row = finding.Victims.FirstOrDefault(v => v.Signature == victim.Signature);
                if (victim.Loss is { } loss && row?.Loss is { } told2) { LossErrors.Add(Math.Abs(((double)told2 - (double)loss) / (double)loss)); }
            }
        }

        Missed.AddRange(Sandwiches.Where(t => !found.Contains(t)));
    }
}
