namespace Sluice.Lab.Node;

/// <summary>Which software the node says that it is: the most common one of November 2025.</summary>
internal static class NodeVersion
{
    public const string Core = "3.0.6";

    /// <summary>First four bytes of a feature set's hash; made up.</summary>
    public const uint FeatureSet = 3_604_001_754;

    /// <summary>Version of the shreds that the cluster's nodes exchange; made up, and the same for all.</summary>
    public const ushort Shred = 50_093;
}
