using System.Buffers.Binary;
using System.Text.Unicode;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Streams;

/// <summary>Every topic of the pipeline: name, record, key and order. One record's fields stand in schemas/avro.</summary>
public static class Topics
{
    private const string ByLeaderGroup = "leader group (slot / 4), 8 bytes big-endian";
    private const string ByPool = "pool, 32 bytes";
    private const string ByVoteAccount = "vote account, 32 bytes";
    private const string BySource = "source, UTF-8, cut at 256 bytes";

    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);

    /// <summary>
    /// One decoded block a record. Produced by ingest; consumed by every detector and by the sink. The last block of a group and the first
    /// one stand, marked as context, in the partitions of the next and of the former group too.
    /// </summary>
    public static Topic<Block> Blocks { get; } = new(
        "chain.blocks", ByLeaderGroup, "slots ascending within a leader group, context copies in their place among them",
        static (in b, key) => WriteGroup(LeaderGroup.KeptWith(in b), key), static (in b) => b.Slot, Week);

    /// <summary>One swap a record, flattened from the blocks.</summary>
    public static Topic<PoolSwap> Swaps { get; } = new(
        "chain.swaps", ByPool, "slot, txIndex, ixIndex, innerIxIndex, legIndex within a pool",
        static (in s, key) =>
        {
            s.Pool.Bytes.CopyTo(key);
            return Pubkey.Size;
        },
        static (in s) => s.Slot,
        Week);

    /// <summary>What nodes say of one validator, one observation a record. Produced by whoever follows nodes; consumed by the sink.</summary>
    public static Topic<ValidatorObservation> Validators { get; } = new(
        "chain.validators", ByVoteAccount, "slot of the observation within a vote account",
        static (in v, key) =>
        {
            v.VoteAccount.Bytes.CopyTo(key);
            return Pubkey.Size;
        },
        static (in v) => v.Slot,
        Month);

    /// <summary>One atomic arbitrage a record; id and rule version make it replaceable.</summary>
    public static Topic<Arbitrage> Arbitrages { get; } = new(
        "mev.arbitrages", ByLeaderGroup, "slot, txIndex within a leader group", static (in a, key) => GroupKey(a.Slot, key), static (in a) => a.Slot, Month);

    /// <summary>One sandwich a record, in the leader group of its first victim.</summary>
    public static Topic<Sandwich> Sandwiches { get; } = new(
        "mev.sandwiches", ByLeaderGroup, "none: a sandwich is found when its last leg is seen", static (in s, key) => GroupKey(s.Slot, key), static (in s) => s.Slot, Month);

    /// <summary>What looks like a sandwich and is none: wash volume, market making, round trips.</summary>
    public static Topic<RoundTrip> RoundTrips { get; } = new(
        "mev.round-trips", ByLeaderGroup, "none: a round trip is judged when its last leg is seen", static (in r, key) => GroupKey(r.Slot, key), static (in r) => r.Slot, Month);

    /// <summary>Liquidity that was added right before swaps and removed right after.</summary>
    public static Topic<JitLiquidity> Jit { get; } = new(
        "mev.jit", ByLeaderGroup, "none: it is found when the liquidity leaves", static (in j, key) => GroupKey(j.Slot, key), static (in j) => j.Slot, Month);

    /// <summary>One liquidation a record.</summary>
    public static Topic<Liquidation> Liquidations { get; } = new(
        "mev.liquidations", ByLeaderGroup, "slot, txIndex within a leader group", static (in l, key) => GroupKey(l.Slot, key), static (in l) => l.Slot, Month);

    /// <summary>Reverted transactions that tried to extract value.</summary>
    public static Topic<FailedAttempt> Attempts { get; } = new(
        "mev.attempts", ByLeaderGroup, "none: a program may be known by what it does later in the leader group", static (in a, key) => GroupKey(a.Slot, key), static (in a) => a.Slot, Week);

    /// <summary>Runs of transactions that look like bundles.</summary>
    public static Topic<Bundle> Bundles { get; } = new(
        "mev.bundles", ByLeaderGroup, "slot, firstTxIndex within a leader group", static (in b, key) => GroupKey(b.Slot, key), static (in b) => b.Slot, Week);

    /// <summary>Counts of rejected candidates, one record a slot, stage and rule.</summary>
    public static Topic<Rejection> Rejections { get; } = new(
        "mev.rejections", ByLeaderGroup, "slots ascending within a leader group", static (in r, key) => GroupKey(r.Slot, key), static (in r) => r.Slot, Week);

    /// <summary>What could not be processed: bytes, reason and place.</summary>
    public static Topic<DeadLetter> DeadLetters { get; } = new(
        "sluice.dead", BySource, "none", static (in d, key) =>
        {
            Utf8.FromUtf16(d.Source, key, out _, out var written);
            return written;
        },
        static (in d) => d.Slot ?? 0,
        Month);

    /// <summary>The whole table.</summary>
    public static IReadOnlyList<Topic> All { get; } =
        [Blocks, Swaps, Validators, Arbitrages, Sandwiches, RoundTrips, Jit, Liquidations, Attempts, Bundles, Rejections, DeadLetters];

    private static int GroupKey(long slot, Span<byte> key) => WriteGroup(LeaderGroup.Of(slot), key);

    private static int WriteGroup(long group, Span<byte> key)
    {
        BinaryPrimitives.WriteInt64BigEndian(key, group);
        return sizeof(long);
    }
}
