namespace Sluice.Ingest.Live;

/// <summary>How certain a block is to stay on the chain before it is taken.</summary>
public enum Commitment
{
    /// <summary>Two thirds of the stake have voted for it: there in about a second, and seldom replaced.</summary>
    Confirmed,

    /// <summary>Never replaced; about thirteen seconds later.</summary>
    Finalized,
}

/// <summary>What nodes call the commitments.</summary>
internal static class Commitments
{
    public static string NameOf(Commitment commitment) => commitment == Commitment.Finalized ? "finalized" : "confirmed";
}
