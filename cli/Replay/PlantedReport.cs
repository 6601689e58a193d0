using Sluice.Cli.Output;
using Sluice.Lab;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Cli.Replay;

/// <summary>Compares what was found with what the simulator planted, transaction by transaction.</summary>
internal sealed class PlantedReport : IFindings
{
    private readonly HashSet<Signature> _found = [];
    private readonly HashSet<Signature> _victims = [];
    private long _sandwiches;

    /// <summary>Planted arbitrages that were not found.</summary>
    public long Missed { get; private set; }

    /// <summary>Findings that were not planted.</summary>
    public long Invented { get; private set; }

    public void Write(in Arbitrage finding) => _found.Add(finding.Signature);

    public void Write(in Sandwich finding)
    {
        _sandwiches++;
        _victims.Add(finding.Victims[0].Signature);
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

        var sandwiches = truth.Where(t => t.Kind == TruthKind.Sandwich).ToArray();
        var seen = sandwiches.Count(t => _victims.Contains(t.Signature));
        output.WriteLine($"Planted and found: {Human.Count(seen)} of {Human.Count(sandwiches.Length)} sandwiches; {Human.Count(_sandwiches - seen)} findings were not planted.");
        foreach (var group in sandwiches.GroupBy(t => t.Class).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            output.WriteLine($"  {group.Key,-12} {group.Count(t => _victims.Contains(t.Signature)),8:N0} of {group.Count(),8:N0}");
        }

        var lookAlikes = truth.Where(t => t.Kind == TruthKind.LookAlike).ToArray();
        output.WriteLine($"Look-alikes taken for arbitrages: {Human.Count(lookAlikes.Count(t => _found.Contains(t.Signature)))} of {Human.Count(lookAlikes.Length)}.");
        foreach (var missed in planted.Where(t => !_found.Contains(t.Signature)).Take(5)) { output.WriteLine($"  missed: {missed.Id} {missed.Class} slot {missed.Slot} {missed.Signature}"); }
        var labels = truth.ToLookup(t => t.Signature);
        foreach (var invented in _found.Where(s => !plantedSignatures.Contains(s)).Take(5))
        {
            output.WriteLine($"  not planted: {invented} {string.Join(", ", labels[invented].Select(t => t.Class))}");
        }
    }
}
