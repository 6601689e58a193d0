using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Attempts;

/// <summary>What a failed transaction is, and why it is no attempt.</summary>
public enum AttemptVerdict
{
    /// <summary>It tried to extract value.</summary>
    Attempt,

    /// <summary>Nothing says that it tried more than a trade.</summary>
    PlainFailure,

    /// <summary>Its program or signer has findings in the window, but most of what they did there was something else.</summary>
    MixedSuccesses,
}

/// <summary>Names and thresholds of the rules for failed attempts.</summary>
public static class AttemptRules
{
    private static readonly string[] Reasons = ["attempt", "plain_failure", "mixed_successes"];

    /// <summary>Number of verdicts.</summary>
    public static int Count => Reasons.Length;

    /// <summary>Metric label and rejection reason of a verdict.</summary>
    public static string NameOf(AttemptVerdict verdict) => Reasons[(int)verdict];

    /// <summary>Of what a program or signer did successfully in the window, findings must be at least one part in this.</summary>
    public const int FindingPart = 2;

    /// <summary>Confidence by what says so, and by how many findings say so.</summary>
    internal static double Confidence(AttemptEvidence evidence, int successes) => evidence switch
    {
        AttemptEvidence.Instruction => 0.95,
        AttemptEvidence.Program => Math.Round(0.45 + (0.1 * Math.Min(successes, 4)), 2),
        _ => Math.Round(0.35 + (0.1 * Math.Min(successes, 4)), 2),
    };
}
