using System.Runtime.InteropServices;
using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Composition;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Attempts;

/// <summary>Finds, over a leader group and the slots beside it, the reverted transactions that tried to extract value.</summary>
/// <remarks>
/// Steps:
/// <list type="number">
/// <item>Every successful transaction counts for its program and its signer, and as a finding when it liquidates or is an arbitrage.</item>
/// <item>Every failed one of the group is kept until the window is whole.</item>
/// <item>It is an attempt by its own liquidation instruction; else by its program, when that is nobody's known router, venue or wallet and at least half of
/// what it did successfully in the window are findings; else by its signer, likewise.</item>
/// </list>
/// Order does not matter, nor does anything outside the window. Memory is that of one group's failures; nothing is allocated once buffers have
/// grown but findings' ids. Not thread-safe.
/// </remarks>
public sealed class AttemptFinder
{
    private readonly Precedence _precedence = new();
    private readonly BlockContext _block = new();
    private readonly Dictionary<Pubkey, Tally> _programs = [];
    private readonly Dictionary<Pubkey, Tally> _signers = [];
    private Failure[] _failures = new Failure[64];

    /// <summary>Failed transactions of the group so far.</summary>
    public int Count { get; private set; }

    /// <summary>Forgets everything and turns to another group.</summary>
    public void Begin()
    {
        _programs.Clear();
        _signers.Clear();
        Array.Clear(_failures, 0, Count);
        Count = 0;
    }

    /// <summary>Takes a block of the window.</summary>
    /// <param name="block">Block, whose successes count.</param>
    /// <param name="isContext">True when its failures are another group's.</param>
    public void Take(in Block block, bool isContext)
    {
        _block.Begin(block);
        var transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Swaps | Reads.Liquidations);
            ref readonly var tx = ref transactions[i];
            if (tx.Status == TransactionStatus.Success) { TakeSuccess(tx); }
            else if (!isContext) { Keep(block, tx); }
        }
    }

    /// <summary>Slot of a failed transaction.</summary>
    public long SlotOf(int index) => _failures[index].Slot;

    /// <summary>Judges a failed transaction and fills <paramref name="finding"/> when it is an attempt.</summary>
    /// <param name="index">0 to <see cref="Count"/> − 1, in the order of the blocks.</param>
    /// <param name="finding">An empty record.</param>
    public AttemptVerdict Judge(int index, ref FailedAttempt finding)
    {
        ref readonly var failure = ref _failures[index];
        var evidence = AttemptEvidence.Instruction;
        Tally tally = default;
        if (failure.Protocol is null)
        {
            var isMixed = false;
            if (failure.Wrapper is { } program && failure.WrapperName is null && Says(_programs, program, out tally, ref isMixed)) { evidence = AttemptEvidence.Program; }
            else if (Says(_signers, failure.Signer, out tally, ref isMixed)) { evidence = AttemptEvidence.Signer; }
            else { return isMixed ? AttemptVerdict.MixedSuccesses : AttemptVerdict.PlainFailure; }
        }

        Write(failure, evidence, tally, ref finding);
        return AttemptVerdict.Attempt;
    }

    private static bool Says(Dictionary<Pubkey, Tally> tallies, in Pubkey key, out Tally tally, ref bool isMixed)
    {
        if (!tallies.TryGetValue(key, out tally) || tally.Findings == 0) { return false; }
        if (tally.Findings * AttemptRules.FindingPart >= tally.Successes) { return true; }
        isMixed = true;
        return false;
    }

    private void TakeSuccess(in Transaction tx)
    {
        // What neither swaps nor liquidates, such as opening an account, says nothing of what somebody is after.
        if (tx.Swaps.Count == 0 && tx.Liquidations.Count == 0) { return; }
        var claim = _precedence.ClaimOf(tx, _block);
        if (tx.Wrapper is { } wrapper && tx.WrapperName is null) { CollectionsMarshal.GetValueRefOrAddDefault(_programs, wrapper, out _).Add(claim); }
        CollectionsMarshal.GetValueRefOrAddDefault(_signers, tx.Signer, out _).Add(claim);
    }

    private void Keep(in Block block, in Transaction tx)
    {
        if (Count == _failures.Length) { Array.Resize(ref _failures, Count * 2); }
        ref var failure = ref _failures[Count++];
        failure = new()
        {
            Slot = block.Slot,
            BlockTimeUnixMs = block.BlockTimeUnixMs,
            Leader = block.Leader,
            TxIndex = tx.Index,
            Signature = tx.Signature,
            Signer = tx.Signer,
            Wrapper = tx.Wrapper,
            WrapperName = tx.WrapperName,
            Error = tx.Error,
            Fee = tx.FeeLamports,
            PriorityFee = tx.PriorityFeeLamports,
            ComputeUnits = tx.ComputeUnits,
        };
        if (tx.Liquidations.Count > 0)
        {
            ref readonly var call = ref tx.Liquidations[0];
            (failure.Protocol, failure.Obligation) = (call.Protocol, call.Obligation);
        }
    }

    private static void Write(in Failure failure, AttemptEvidence evidence, in Tally tally, ref FailedAttempt finding)
    {
        finding.Id = FindingIds.Of("attempt:", failure.Signature);
        finding.RuleVersion = RuleVersions.Attempt;
        finding.Slot = failure.Slot;
        finding.BlockTimeUnixMs = failure.BlockTimeUnixMs;
        finding.Leader = failure.Leader;
        finding.TxIndex = failure.TxIndex;
        finding.Signature = failure.Signature;
        finding.Signer = failure.Signer;
        finding.Wrapper = failure.Wrapper;
        finding.WrapperName = failure.WrapperName;
        finding.Class = evidence == AttemptEvidence.Instruction || tally.Liquidations * 2 > tally.Findings ? AttemptClass.Liquidation : AttemptClass.Arbitrage;
        finding.Evidence = evidence;
        finding.Successes = tally.Findings;
        finding.Protocol = failure.Protocol;
        finding.Obligation = failure.Obligation;
        finding.Error = failure.Error;
        finding.FeeLamports = failure.Fee;
        finding.PriorityFeeLamports = failure.PriorityFee;
        finding.ComputeUnits = failure.ComputeUnits;
        finding.Confidence = AttemptRules.Confidence(evidence, tally.Findings);
    }

    /// <summary>What a program or a signer did successfully in the window.</summary>
    private struct Tally
    {
        public int Successes, Findings, Liquidations;

        public void Add(LegClaim claim)
        {
            Successes++;
            if (claim == LegClaim.Liquidation) { Liquidations++; }
            if (claim is LegClaim.Liquidation or LegClaim.Arbitrage) { Findings++; }
        }
    }

    private struct Failure
    {
        public long Slot;
        public long? BlockTimeUnixMs;
        public Pubkey? Leader;
        public int TxIndex;
        public Signature Signature;
        public Pubkey Signer;
        public Pubkey? Wrapper;
        public string? WrapperName, Error, Protocol;
        public Pubkey? Obligation;
        public ulong Fee, PriorityFee;
        public long? ComputeUnits;
    }
}
