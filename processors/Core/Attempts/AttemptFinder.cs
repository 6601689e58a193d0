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
/// <item>Every successful transaction counts for its program and its signer, and as a finding when it liquidates or is an arbitrage. What a signer did is noted, and
/// summed up for those who failed when the window is whole: they are few.</item>
/// <item>Every failed one of the group is kept until the window is whole.</item>
/// <item>It is an attempt by its own liquidation instruction; else by its program, when that is nobody's known router, venue or wallet and at least half of
/// what it did successfully in the window are findings; else by its signer, likewise.</item>
/// </list>
/// Order does not matter, nor does anything outside the window. Memory is that of one group's failures; nothing is allocated once buffers have
/// grown. Not thread-safe.
/// </remarks>
public sealed class AttemptFinder
{
    private readonly Precedence _precedence = new();
    private readonly BlockContext _block = new();
    private readonly PriceFeed _feed = new();
    private readonly Dictionary<Pubkey, Tally> _programs = [];
    private readonly ValueList<(Pubkey Signer, LegClaim Claim)> _claims = new();
    private readonly KeyIndex<Pubkey> _failed = new(); // signers
    private readonly ValueList<Tally> _signers = new(); // of those who failed
    private readonly ValueList<int> _liquidating = new();
    private readonly ValueList<int> _routes = new(); // of the newest block, what may be a finding: judged when all of it was seen
    private Failure[] _failures = new Failure[64];
    private bool _isSummed;

    /// <summary>Failed transactions of the group so far.</summary>
    public int Count { get; private set; }

    /// <summary>Positions, in the list of the newest block, of the transactions with liquidation instructions, failed ones too.</summary>
    public ReadOnlySpan<int> Liquidating => _liquidating.Span;

    /// <summary>Forgets everything and turns to another group.</summary>
    public void Begin()
    {
        _programs.Clear();
        _claims.Clear();
        _failed.Clear();
        _isSummed = false;
        Array.Clear(_failures, 0, Count);
        Count = 0;
    }

    /// <summary>Takes a block of the window.</summary>
    /// <param name="block">Block, whose successes count.</param>
    /// <param name="isContext">True when its failures are another group's.</param>
    /// <param name="prices">Prices of the window, where they take the block too.</param>
    /// <param name="neighbour">Finder of a neighbouring group that the block is context for, so that it is read once.</param>
    /// <param name="neighbourPrices">Prices of that group's window, where they take the block too.</param>
    public void Take(in Block block, bool isContext, PriceBook? prices = null, AttemptFinder? neighbour = null, PriceBook? neighbourPrices = null)
    {
        if (prices?.TryBeginBlock(block.Slot) == false) { prices = null; }
        if (neighbourPrices?.TryBeginBlock(block.Slot) == false) { neighbourPrices = null; }
        _feed.Begin(block.Transactions, prices, neighbourPrices);
        _block.BeginTold(block);
        _routes.Clear();
        _liquidating.Clear();
        _isSummed = false;
        if (neighbour is not null) { neighbour._isSummed = false; }
        ReadOnlySpan<Transaction> transactions = block.Transactions.Span;
        for (var i = 0; i < transactions.Length; i++)
        {
            Ahead.Fetch(transactions, i, Reads.Record | Reads.Swaps | Reads.Liquidations);
            ref readonly var tx = ref transactions[i];
            if (tx.Liquidations.Count > 0) { _liquidating.Add(i); }
            if (tx.Status == TransactionStatus.Success)
            {
                if (tx.Swaps.Count > 1 || tx.Liquidations.Count > 0) { _routes.Add(i); }
                else if (tx.Swaps.Count > 0) { Note(tx, LegClaim.None, neighbour); }
            }
            else if (!isContext) { Keep(block, tx); }
            var swaps = tx.Swaps.Span;
            for (var s = 0; s < swaps.Length; s++)
            {
                ref readonly var swap = ref swaps[s];
                var units = SwapUnits.Of(swap);
                if (units.IsSolForDollar && swap.AmountIn > 0 && swap.AmountOut > 0) { _block.TakeSolForDollar(swap); }
                if (tx.Status == TransactionStatus.Success) { _feed.Take(i, s, swap, units); }
            }
        }

        _feed.End();

        var routes = _routes.Span;
        for (var i = 0; i < routes.Length; i++)
        {
            Ahead.Fetch(transactions, routes, i, Reads.Record | Reads.WholeRoutes);
            ref readonly var tx = ref transactions[routes[i]];
            Note(tx, _precedence.ClaimOf(tx, _block), neighbour);
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
            if (failure.Wrapper is { } program && failure.WrapperName is null && Says(_programs.GetValueOrDefault(program), out tally, ref isMixed)) { evidence = AttemptEvidence.Program; }
            else if (Says(TallyOf(failure.Signer), out tally, ref isMixed)) { evidence = AttemptEvidence.Signer; }
            else { return isMixed ? AttemptVerdict.MixedSuccesses : AttemptVerdict.PlainFailure; }
        }

        Write(failure, evidence, tally, ref finding);
        return AttemptVerdict.Attempt;
    }

    private static bool Says(in Tally of, out Tally tally, ref bool isMixed)
    {
        tally = of;
        if (tally.Findings == 0) { return false; }
        if (tally.Findings * AttemptRules.FindingPart >= tally.Successes) { return true; }
        isMixed = true;
        return false;
    }

    /// <summary>What a signer who failed did successfully.</summary>
    private Tally TallyOf(in Pubkey signer)
    {
        if (!_isSummed)
        {
            _isSummed = true;
            _signers.Clear();
            _signers.Reserve(_failed.Count).Clear();
            foreach (ref readonly var claim in _claims.Span)
            {
                if (_failed.Find(claim.Signer) is >= 0 and var number) { _signers[number].Add(claim.Claim); }
            }
        }

        return _signers[_failed.Find(signer)];
    }

    /// <summary>Notes a success. What neither swaps nor liquidates, such as opening an account, says nothing of what somebody is after, and is not noted.</summary>
    private void Note(in Transaction tx, LegClaim claim, AttemptFinder? neighbour)
    {
        Note(tx, claim);
        neighbour?.Note(tx, claim);
    }

    private void Note(in Transaction tx, LegClaim claim)
    {
        if (tx.WrapperName is null && tx.Wrapper is { } wrapper) { CollectionsMarshal.GetValueRefOrAddDefault(_programs, wrapper, out _).Add(claim); }
        ref var noted = ref _claims.Reserve(1)[0];
        noted.Signer = tx.Signer;
        noted.Claim = claim;
    }

    private void Keep(in Block block, in Transaction tx)
    {
        if (Count == _failures.Length) { Array.Resize(ref _failures, Count * 2); }
        _failed.Intern(tx.Signer);
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
        finding.Id = FindingId.Attempt(failure.Signature);
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
