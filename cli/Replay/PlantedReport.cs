using Sluice.Cli.Output;
using Sluice.Lab;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>Compares what was found with what the simulator planted, transaction by transaction.</summary>
internal sealed class PlantedReport : IFindings
{
    private readonly HashSet<Signature> _found = [];
    private readonly List<Signature[]> _sandwiches = [];

    /// <summary>Planted arbitrages that were not found.</summary>
    public long Missed { get; private set; }

    /// <summary>Findings that were not planted.</summary>
    public long Invented { get; private set; }

    public void Write(in Arbitrage finding) => _found.Add(finding.Signature);

    public void Write(in Sandwich finding)
    {
        var victims = new Signature[finding.Victims.Count];
        for (var i = 0; i < victims.Length; i++) { victims[i] = finding.Victims[i].Signature; }
        _sandwiches.Add(victims);
    }

    /// <summary>Prints the comparison; <see cref="Missed"/> and <see cref="Invented"/> are known afterwards.</summary>
    public void Print(IReadOnlyList<TruthEntry> truth, TextWriter output)
    {
        var planted = truth.Where(t => t.Kind == TruthKind.Arbitrage).ToArray();
        var plantedSignatures = planted.Select(t => t.Signature).ToHashSet();
        var hits = planted.Count(t => _found.Contains(t.Signature));
        Missed = planted.Length - hits;
        Invented = _found.Count(s => !plantedSignatures.Contains(s));
        output.WriteLine($"Planted and found: {Human.Count(hits)} of {Human.Count(planted.Length)} arbitrages; {Human.Count(Invented)} findings were not planted.");
        foreach (var group in planted.GroupBy(t => t.Class).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"  {group.Key,-12} {group.Count(t => _found.Contains(t.Signature)),8:N0} of {group.Count(),8:N0}");
        }

        PrintSandwiches([.. truth.Where(t => t.Kind == TruthKind.Sandwich)], output);
        var lookAlikes = truth.Where(t => t.Kind == TruthKind.LookAlike).ToArray();
        output.WriteLine($"Look-alikes taken for arbitrages: {Human.Count(lookAlikes.Count(t => _found.Contains(t.Signature)))} of {Human.Count(lookAlikes.Length)}.");
        foreach (var missed in planted.Where(t => !_found.Contains(t.Signature)).Take(5)) { output.WriteLine($"  missed: {missed.Id} {missed.Class} slot {missed.Slot} {missed.Signature}"); }
        var labels = truth.ToLookup(t => t.Signature);
        foreach (var invented in _found.Where(s => !plantedSignatures.Contains(s)).Take(5))
        {
            output.WriteLine($"  not planted: {invented} {string.Join(", ", labels[invented].Select(t => t.Class))}");
        }
    }

    /// <summary>A sandwich is known by its victims: chance may have put another trade before the planted one, which is a victim too.</summary>
    private void PrintSandwiches(TruthEntry[] planted, TextWriter output)
    {
        var victims = _sandwiches.SelectMany(v => v).ToHashSet();
        var seen = planted.Where(t => victims.Contains(t.Signature)).ToArray();
        var plantedVictims = planted.Select(t => t.Signature).ToHashSet();
        var others = _sandwiches.Where(v => !v.Any(plantedVictims.Contains)).ToArray();
        output.WriteLine($"Planted and found: {Human.Count(seen.Length)} of {Human.Count(planted.Length)} sandwiches; {Human.Count(others.Length)} findings were not planted.");
        foreach (var group in planted.GroupBy(t => t.Class).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"  {group.Key,-12} {group.Count(t => victims.Contains(t.Signature)),8:N0} of {group.Count(),8:N0}");
        }

        foreach (var missed in planted.Except(seen).Take(5)) { output.WriteLine($"  missed: {missed.Id} {missed.Class} slot {missed.Slot} {missed.Signature}"); }
        foreach (var other in others.Take(5)) { output.WriteLine($"  not planted: victim {other[0]}"); }
    }
}
