namespace Sluice.Sinks.Writing;

/// <summary>Which tables hold rows that belong to a slot, and how they are written around the row of <c>blocks</c>.</summary>
internal static class StoreTables
{
    public const string Blocks = "blocks";
    public const string Checkpoints = "checkpoints";
    public const string DeadLetters = "dead_letters";
    public const string Sessions = "writer_sessions";

    /// <summary>Tables whose rows count only when their slot stands in <c>blocks</c>, with the column of that slot.</summary>
    public static IReadOnlyList<(string Table, string SlotColumn)> Facts { get; } =
    [
        ("transactions", "slot"),
        ("swaps", "slot"),
        ("arbitrages", "slot"),
        ("sandwiches", "slot"),
        ("round_trips", "slot"),
        ("jit", "slot"),
        ("liquidations", "slot"),
        ("failed_attempts", "slot"),
        ("bundles", "slot"),
        ("rejections", "slot"),
        ("data_quality", "slot"),
        ("decoder_agreement", "slot"),
        ("skipped_slots", "proven_by_slot"),
    ];

    /// <summary>Facts first, then the blocks that make them count, then the positions that rest on the blocks.</summary>
    public static int Order(string table) => table switch
    {
        Blocks => 1,
        Checkpoints => 2,
        _ => 0,
    };
}
