using Sluice.Processors.Core.Sandwich;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;
using Sluice.Tests.Unit.Detection.Cases;
using Finding = Sluice.Schemas.Records.Sandwich;

namespace Sluice.Tests.Unit.Detection.Sandwich;

/// <summary>Runs blocks through the sandwich detector and keeps what it gives out.</summary>
internal sealed class SandwichRun : ISandwichOutput
{
    private readonly RecordList<Finding> _found = new();
    private readonly RecordList<RoundTrip> _roundTrips = new();

    private SandwichRun()
    {
    }

    public ReadOnlySpan<Finding> Found => _found.Span;

    public ReadOnlySpan<RoundTrip> RoundTrips => _roundTrips.Span;

    /// <summary>Counts by slot and rule.</summary>
    public Dictionary<(long Slot, string Rule), long> Rejected { get; } = [];

    /// <summary>The only finding.</summary>
    public Finding Single
    {
        get
        {
            Assert.True(_found.Count == 1, $"{_found.Count} findings; {Describe()}");
            return _found[0];
        }
    }

    public static SandwichRun Of(string text) => Of(new BlockCase(text).Blocks);

    public static SandwichRun Of(RecordList<Block> blocks)
    {
        var run = new SandwichRun();
        var groups = new GroupWindows<SandwichGroup>(() => new SandwichGroup(run));
        foreach (ref readonly var block in blocks.Span) { groups.Take(block); }
        groups.Finish();
        return run;
    }

    /// <summary>Counts of a rule over all slots.</summary>
    public long RejectedBy(string rule) => Rejected.Where(r => r.Key.Rule == rule).Sum(r => r.Value);

    /// <summary>No finding, and the only round trip is of this class and failed this rule.</summary>
    public void AssertRoundTrip(RoundTripClass named, string rule)
    {
        Assert.True(_found.Count == 0, Describe());
        Assert.True(_roundTrips.Count > 0, Describe());
        foreach (ref readonly var trip in RoundTrips) { Assert.Equal((named, rule), (trip.Class, trip.FailedRule)); }
    }

    /// <summary>No finding and no round trip, and one candidate was rejected by this rule.</summary>
    public void AssertRejected(string rule)
    {
        Assert.True(_found.Count == 0 && _roundTrips.Count == 0, Describe());
        Assert.True(RejectedBy(rule) > 0, Describe());
    }

    public string Describe() =>
        $"found {string.Join(", ", _found.Span.ToArray().Select(f => $"{f.Id.ToString()[..20]} {f.Class} v={f.Victims.Count} l={f.Legs.Count} gross={f.Gross} [{string.Join(' ', f.Tags.Span.ToArray())}]"))}; "
        + $"round trips {string.Join(", ", _roundTrips.Span.ToArray().Select(t => $"{t.Class} {t.FailedRule}"))}; rejected {string.Join(", ", Rejected)}";

    ref Finding ISandwichOutput.AddSandwich() => ref _found.Add();

    ref RoundTrip ISandwichOutput.AddRoundTrip() => ref _roundTrips.Add();

    void ISandwichOutput.Reject(long slot, SandwichVerdict verdict, long count) => Rejected.Add((slot, SandwichRuleNames.NameOf(verdict)), count);
}
