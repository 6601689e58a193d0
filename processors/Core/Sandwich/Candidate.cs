namespace Sluice.Processors.Core.Sandwich;

/// <summary>A finished position on its way to a verdict.</summary>
internal struct Candidate
{
    /// <summary>Number of the position.</summary>
    public int Position;

    /// <summary>Number of its lane's tree, and the places of the others' legs in it: after the first front leg, before the last back leg.</summary>
    public int Tree, From, To;

    /// <summary>Private program of the first front leg, or −1.</summary>
    public int Wrapper;

    public SandwichVerdict Verdict;

    /// <summary>True when nobody else traded in between: it has no tree then.</summary>
    public bool IsAlone;

    /// <summary>Most others that can be victims.</summary>
    public int Others;

    /// <summary>Gross, less fees and tips where it is in SOL.</summary>
    public Int128 Profit;

    /// <summary>Distance of the last leg from the first: slots, then transactions.</summary>
    public long Span;
}

/// <summary>What the detector gives out.</summary>
public interface ISandwichOutput
{
    /// <summary>An empty record for a finding.</summary>
    ref Schemas.Records.Sandwich AddSandwich();

    /// <summary>An empty record for what looks like a sandwich and is none.</summary>
    ref Schemas.Records.RoundTrip AddRoundTrip();

    /// <summary>
    /// Tells, when a window closes, how many candidates of a slot failed a rule and are no round trips to be named; once for each slot and rule.
    /// </summary>
    void Reject(long slot, SandwichVerdict verdict, long count);
}
