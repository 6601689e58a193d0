using Sluice.Lab.Node.Rpc;

namespace Sluice.Lab.Node.Subscriptions;

/// <summary>What a subscriber wants to be told.</summary>
internal enum Topic
{
    Slots,
    Roots,
    Blocks,
}

/// <summary>One subscription.</summary>
/// <param name="Id">Number that the client knows it by.</param>
/// <param name="Topic">What it is about.</param>
/// <param name="Commitment">Confirmed or finalized; only of blocks.</param>
/// <param name="Format">How blocks are written; null of other topics.</param>
/// <param name="Mentions">Only transactions that name this account; null for all.</param>
internal sealed record Subscription(ulong Id, Topic Topic, Commitment Commitment, BlockFormat? Format, string? Mentions);
