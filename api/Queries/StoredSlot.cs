using System.Text.Json.Serialization;
using Sluice.Api.Contracts;

namespace Sluice.Api.Queries;

/// <summary>A row of <c>blocks</c> as the store writes it; only the columns that are shown.</summary>
internal sealed record StoredBlock(
    ulong Slot,
    ulong ParentSlot,
    string Blockhash,
    string PreviousBlockhash,
    ulong? BlockHeight,
    DateTime? BlockTime,
    string? Leader,
    BaseUnits? LeaderRewardLamports,
    bool IsComplete,
    string Source,
    int TransactionCount,
    int VoteCount,
    int FailedCount,
    int FailedVoteCount,
    int SwapCount,
    int ArbitrageCount,
    BaseUnits FeesLamports,
    BaseUnits PriorityFeesLamports,
    BaseUnits TipsLamports,
    int TippedTransactionCount,
    ulong ComputeUnits,
    ulong Version)
{
    public const string Select =
        """
        SELECT slot, parent_slot, blockhash, previous_blockhash, block_height, block_time, leader, leader_reward_lamports, is_complete, source,
          transaction_count, vote_count, failed_count, failed_vote_count, swap_count,
          (SELECT count() FROM arbitrages WHERE slot = {slot:UInt64} AND NOT retracted) AS arbitrage_count,
          fees_lamports, priority_fees_lamports, tips_lamports, tipped_transaction_count, compute_units, version
        FROM blocks WHERE slot = {slot:UInt64}
        """;

    public ProducedSlot ToContract(StoredQuality? quality) => new()
    {
        Number = Slot,
        Epoch = Slot / Chain.SlotsPerEpoch,
        Blockhash = Blockhash,
        ParentSlot = ParentSlot,
        PreviousBlockhash = PreviousBlockhash,
        BlockHeight = BlockHeight,
        BlockTime = BlockTime,
        BlockTimeUnixMs = BlockTime is { } time ? new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeMilliseconds() : null,
        Leader = Leader,
        IsComplete = IsComplete,
        Source = Source,
        Counts = new SlotCounts
        {
            Transactions = TransactionCount,
            Votes = VoteCount,
            Failed = FailedCount,
            FailedVotes = FailedVoteCount,
            Tipped = TippedTransactionCount,
            Swaps = SwapCount,
            Arbitrages = ArbitrageCount,
        },
        Money = new SlotMoney
        {
            FeesLamports = FeesLamports,
            PriorityFeesLamports = PriorityFeesLamports,
            TipsLamports = TipsLamports,
            LeaderRewardLamports = LeaderRewardLamports,
        },
        ComputeUnits = ComputeUnits,
        Version = Version,
        Quality = quality?.ToContract(),
    };
}

/// <summary>A row of <c>data_quality</c> as the store writes it.</summary>
internal sealed record StoredQuality(
    bool Passed,
    string Parent,
    int FeeFormulaChecked,
    int FeeFormulaFailed,
    int LamportsChecked,
    int LamportsFailed,
    int TokensChecked,
    int TokensFailed,
    int RewardChecked,
    int RewardFailed,
    int DecodeRejected,
    int DriftedSwaps)
{
    public const string Select =
        """
        SELECT passed, parent, fee_formula_checked, fee_formula_failed, lamports_checked, lamports_failed,
          tokens_checked, tokens_failed, reward_checked, reward_failed, decode_rejected, drifted_swaps
        FROM data_quality WHERE slot = {slot:UInt64}
        """;

    public SlotQuality ToContract() => new()
    {
        Passed = Passed,
        Parent = Parent,
        FeeFormula = new Check { Checked = FeeFormulaChecked, Failed = FeeFormulaFailed },
        Lamports = new Check { Checked = LamportsChecked, Failed = LamportsFailed },
        Tokens = new Check { Checked = TokensChecked, Failed = TokensFailed },
        Reward = new Check { Checked = RewardChecked, Failed = RewardFailed },
        DecodeRejected = DecodeRejected,
        DriftedSwaps = DriftedSwaps,
    };
}

/// <summary>A row of <c>skipped_slots</c> as the store writes it.</summary>
internal sealed record StoredSkip(ulong Slot, ulong ProvenBySlot, ulong Version)
{
    public const string Select = "SELECT slot, proven_by_slot, version FROM skipped_slots WHERE slot = {slot:UInt64}";

    public SkippedSlot ToContract() => new()
    {
        Number = Slot,
        Epoch = Slot / Chain.SlotsPerEpoch,
        ProvenBySlot = ProvenBySlot,
        Version = Version,
    };
}

/// <summary>The store's JSON: snake_case, whole numbers of 64 and more bits as strings.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowReadingFromString,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(StoredBlock))]
[JsonSerializable(typeof(StoredQuality))]
[JsonSerializable(typeof(StoredSkip))]
internal sealed partial class StoreJson : JsonSerializerContext;
