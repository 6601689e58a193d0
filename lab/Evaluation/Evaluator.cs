namespace Sluice.Lab.Evaluation;

/// <summary>Holds findings against the truth, chain by chain, and adds the figures up.</summary>
/// <remarks>Pure: truth and findings in, figures out. Of a chain nothing is kept but figures and the cases that went wrong. Not thread-safe.</remarks>
public sealed class Evaluator
{
    /// <summary>Kinds that are scored, in the order of reports.</summary>
    public static readonly TruthKind[] ScoredKinds =
        [TruthKind.Arbitrage, TruthKind.Sandwich, TruthKind.Jit, TruthKind.Liquidation, TruthKind.FailedAttempt];

    private readonly Dictionary<TruthKind, KindScore> _scores = ScoredKinds.ToDictionary(k => k, k => new KindScore(k));

    /// <summary>Chains added.</summary>
    public int Runs { get; private set; }

    /// <summary>Planted entries of all kinds, look-alikes among them.</summary>
    public long Entries { get; private set; }

    public CauseScore Causes { get; } = new();

    public KindScore this[TruthKind kind] => _scores[kind];

    /// <summary>Adds one chain.</summary>
    /// <param name="run">Its name in lists of cases: a seed, a file.</param>
    /// <param name="truth">What was planted in it.</param>
    /// <param name="output">What the detector said of it. Signatures of different chains must not meet in one call.</param>
    public void Add(string run, IReadOnlyList<TruthEntry> truth, DetectorOutput output)
    {
        Runs++;
        Entries += truth.Count;
        var places = new PlantedPlaces(truth);
        var reasons = new MissReasons(output);
        foreach (var (kind, score) in _scores)
        {
            var planted = truth.Where(t => t.Kind == kind).ToArray();
            var found = output.Findings.Where(f => f.Kind == kind).ToArray();
            new KindMatch(run, score, planted, found, truth, places, reasons).Score();
            if (kind == TruthKind.Arbitrage) { ScoreCauses(planted, found); }
        }
    }

    private void ScoreCauses(TruthEntry[] planted, Finding[] found)
    {
        var bySignature = new Dictionary<Schemas.Chain.Signature, Finding>(found.Length);
        foreach (var finding in found) { bySignature.TryAdd(finding.Signature, finding); }
        foreach (var entry in planted)
        {
            var causes = entry.Legs.Where(l => l.Role == TruthRole.Cause).Select(l => l.Signature).ToArray();
            bySignature.TryGetValue(entry.Signature, out var finding);
            if (causes.Length == 0)
            {
                if (finding?.Cause is not null) { Causes.Unplanted++; }
                continue;
            }

            Causes.Planted++;
            if (finding is null) { Causes.Missed++; }
            else if (finding.Cause is not { } stated) { Causes.None++; }
            else if (causes.Contains(stated)) { Causes.Right++; }
            else { Causes.Other++; }
            foreach (var tag in entry.Tags)
            {
                var of = Causes.Tags.GetValueOrDefault(tag);
                Causes.Tags[tag] = (of.Planted + 1, of.Right + (finding?.Cause is { } named && causes.Contains(named) ? 1 : 0));
            }
        }
    }
}
