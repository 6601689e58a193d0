namespace Sluice.Lab.Node;

/// <summary>How sure a node is of a block.</summary>
internal enum Commitment
{
    Processed,
    Confirmed,
    Finalized,
}
