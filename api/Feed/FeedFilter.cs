using Sluice.Schemas.Chain;

namespace Sluice.Api.Feed;

/// <summary>What a subscription asks for: every condition must hold; of several values of one, any.</summary>
internal sealed class FeedFilter
{
    /// <summary>Everything.</summary>
    public static readonly FeedFilter None = new() { Channels = FeedChannel.All };

    private readonly uint _channels;

    public required IReadOnlyList<FeedChannel> Channels
    {
        get;
        init
        {
            field = value;
            foreach (var channel in value) { _channels |= 1u << channel.Index; }
        }
    }

    public Pubkey[] Pools { get; init; } = [];

    public Pubkey[] Signers { get; init; } = [];

    public Pubkey[] Mints { get; init; } = [];

    public Pubkey[] Victims { get; init; } = [];

    public Pubkey[] Leaders { get; init; } = [];

    public string[] Classes { get; init; } = [];

    /// <summary>Lamports; events without a net are left out.</summary>
    public Int128? MinNetLamports { get; init; }

    public bool Matches(FeedEvent candidate)
    {
        if ((_channels & (1u << candidate.Channel.Index)) == 0) { return false; }
        var facets = candidate.Facets;
        return facets.IsAnything
            || (HasAny(Pools, facets.Pools)
                && HasAny(Signers, facets.Signers)
                && HasAny(Mints, facets.Mints)
                && HasAny(Victims, facets.Victims)
                && (Leaders.Length == 0 || (facets.Leader is { } leader && Array.IndexOf(Leaders, leader) >= 0))
                && (Classes.Length == 0 || (facets.Class is { } ofClass && Array.IndexOf(Classes, ofClass) >= 0))
                && (MinNetLamports is not { } least || facets.NetLamports >= least));
    }

    private static bool HasAny(Pubkey[] asked, ReadOnlySpan<Pubkey> there) => asked.Length == 0 || there.IndexOfAny(asked) >= 0;
}
