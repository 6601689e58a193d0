using Sluice.Schemas.Records;

namespace Sluice.Api.Feed;

/// <summary>Fields of an event by which readers may choose.</summary>
[Flags]
internal enum FeedFields
{
    None = 0,
    Pool = 1,
    Signer = 2,
    Mint = 4,
    Victim = 8,
    Class = 16,
    NetLamports = 32,

    /// <summary>Blocks and findings of every kind have it, where the block carries rewards.</summary>
    Leader = 64,
}

/// <summary>One stream of the live feed, named as its table and its resource.</summary>
public sealed class FeedChannel
{
    private FeedChannel(int index, string name, FeedFields fields, params string[] classes) =>
        (Index, Name, Fields, Classes) = (index, name, fields | FeedFields.Leader, [.. classes.Where(c => c != "unknown")]);

    public static FeedChannel Blocks { get; } = new(0, "blocks", FeedFields.None);

    public static FeedChannel Arbitrages { get; } = new(
        1, "arbitrages", FeedFields.Pool | FeedFields.Signer | FeedFields.Mint | FeedFields.Class | FeedFields.NetLamports, ArbitrageClassNames.Snake);

    public static FeedChannel Sandwiches { get; } = new(
        2, "sandwiches", FeedFields.Pool | FeedFields.Signer | FeedFields.Mint | FeedFields.Victim | FeedFields.Class | FeedFields.NetLamports, SandwichClassNames.Snake);

    public static FeedChannel RoundTrips { get; } = new(
        3, "round_trips", FeedFields.Pool | FeedFields.Signer | FeedFields.Mint | FeedFields.Class, RoundTripClassNames.Snake);

    public static FeedChannel Jit { get; } = new(
        4, "jit", FeedFields.Pool | FeedFields.Signer | FeedFields.Mint | FeedFields.Victim | FeedFields.NetLamports);

    public static FeedChannel Liquidations { get; } = new(5, "liquidations", FeedFields.Signer | FeedFields.Mint | FeedFields.NetLamports);

    public static FeedChannel FailedAttempts { get; } = new(6, "failed_attempts", FeedFields.Signer | FeedFields.Class, AttemptClassNames.Snake);

    public static FeedChannel Bundles { get; } = new(7, "bundles", FeedFields.Signer);

    /// <summary>Every channel, by <see cref="Index"/>.</summary>
    public static IReadOnlyList<FeedChannel> All { get; } =
        [Blocks, Arbitrages, Sandwiches, RoundTrips, Jit, Liquidations, FailedAttempts, Bundles];

    /// <summary>As in the URL and in messages.</summary>
    public string Name { get; }

    /// <summary>Place in <see cref="All"/>.</summary>
    internal int Index { get; }

    internal FeedFields Fields { get; }

    internal IReadOnlyList<string> Classes { get; }

    /// <summary>The channel of a table.</summary>
    /// <exception cref="ArgumentException">The table has none.</exception>
    public static FeedChannel Named(string table) => Find(table) ?? throw new ArgumentException($"{table} has no channel", nameof(table));

    internal static FeedChannel? Find(string name) => All.FirstOrDefault(c => c.Name == name);

    public override string ToString() => Name;
}
