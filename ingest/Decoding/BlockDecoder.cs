using Sluice.Ingest.Decoding.Catalog;
using Sluice.Ingest.Decoding.Engine;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding;

/// <summary>Turns a block as it was read into the record of topic <c>chain.blocks</c>: counts, fees, tips, swaps, balance changes, checks.</summary>
/// <remarks>
/// Total: whatever is in the raw block, a record comes out, and what was turned down is counted in it. Allocates nothing once its
/// buffers have grown, but for texts it has not met before. One instance serves one thread; instances share the catalogue.
/// <para>
/// Votes and failed transactions only count. A successful transaction goes through <see cref="FlowBuilder"/> (what moved),
/// <see cref="VenueDecoder"/> (what layouts tell), <see cref="GenericDetector"/> (what the movements alone tell) and
/// <see cref="SwapMerger"/> (where the two agree).
/// </para>
/// </remarks>
public sealed class BlockDecoder
{
    private const ulong LamportsPerSignature = 5_000;

    private readonly DecoderOptions _options;
    private readonly TransactionView _view;
    private readonly FlowBuilder _flow;
    private readonly VenueDecoder _venues;
    private readonly GenericDetector _generic;
    private readonly SwapMerger _merger;
    private readonly LiquidationDecoder _liquidations;
    private readonly LiquidityDecoder _liquidity;
    private readonly BalanceChangeBuilder _changes;
    private readonly QualityChecks _quality;
    private readonly DontFrontMarks _marks;
    private readonly TransferWriter _transfers;
    private readonly RejectionCounts _rejections = new();
    private readonly RejectionCounts _readRejections = new();
    private readonly TextCache _texts = new();
    private readonly HashSet<Schemas.Chain.Signature> _signatures = [];
    private readonly int[] _tipKeys = new int[WellKnown.TipAccounts.Length];
    private bool _mayLiquidate; // the transaction at hand invokes a protocol that can liquidate

    public BlockDecoder(ProgramCatalog? catalog = null, DecoderOptions? options = null)
    {
        _options = options ?? DecoderOptions.Default;
        _view = new(catalog ?? ProgramCatalog.Default);
        _flow = new(_view);
        _venues = new(_view, new EventReader(_view), _rejections);
        _generic = new(_view);
        _merger = new(_view, _venues, _generic, _texts);
        _liquidations = new(_view, _rejections);
        _liquidity = new(_view, _rejections);
        _changes = new(_view);
        _quality = new(_view, _options);
        _marks = new(_options);
        _transfers = new(_view);
    }

    /// <summary>Fills <paramref name="block"/> from <paramref name="raw"/>. The record is reset first; the raw block gains at most one key, wSOL's.</summary>
    public void Decode(RawBlock raw, ref Block block)
    {
        block.Reset();
        _rejections.Clear();
        _readRejections.Clear();
        _signatures.Clear();
        WriteHeader(raw, ref block);
        _view.Begin(raw);
        _marks.Begin(raw);
        for (var i = 0; i < _tipKeys.Length; i++) { _tipKeys[i] = raw.Keys.Find(WellKnown.TipAccounts[i]); }

        foreach (ref readonly var tx in raw.Transactions.Span)
        {
            if (!IsSound(raw, tx))
            {
                _rejections.Add(RejectionCounts.BrokenTransaction);
                continue;
            }

            if (!_signatures.Add(tx.Signature)) { _rejections.Add(RejectionCounts.DuplicateSignature); }
            if (tx.IsVote) { CountVote(tx, ref block); }
            else { DecodeTransaction(raw, tx, ref block); }
        }

        _quality.Reward(block, raw.Slot, ref block.Quality);
        block.Quality.DecodeRejected = _rejections.Instructions;
        foreach (ref readonly var rejection in raw.Rejections.Span) { _readRejections.Add(rejection.Reason); }
        _readRejections.WriteTo(block.Rejections, "read");
        _rejections.WriteTo(block.Rejections, "decode");
    }

    private static void WriteHeader(RawBlock raw, ref Block block)
    {
        block.Slot = (long)raw.Slot;
        block.ParentSlot = (long)raw.ParentSlot;
        block.Blockhash = raw.Blockhash;
        block.PreviousBlockhash = raw.PreviousBlockhash;
        block.BlockHeight = (long?)raw.BlockHeight;
        block.BlockTimeUnixMs = raw.BlockTime is { } seconds and > -(1L << 50) and < 1L << 50 ? seconds * 1000 : null;
        block.IsComplete = !raw.IsPartial;
        block.Source = raw.Source;
        foreach (ref readonly var reward in raw.Rewards.Span)
        {
            if (reward.Kind != RewardKind.Fee || (uint)reward.Account >= (uint)raw.Keys.Count) { continue; }
            block.Leader = raw.Keys[reward.Account];
            block.LeaderRewardLamports = reward.Lamports;
            break;
        }
    }

    private static void CountVote(in RawTransaction tx, ref Block block)
    {
        block.TransactionCount++;
        block.VoteCount++;
        if (tx.IsFailed)
        {
            block.FailedCount++;
            block.FailedVoteCount++;
        }

        var baseFee = LamportsPerSignature * (ulong)tx.SignatureCount;
        block.Quality.FeeFormulaChecked++;
        if (tx.FeeLamports != baseFee) { block.Quality.FeeFormulaFailed++; }
        AddUp(ref block, tx, tx.FeeLamports > baseFee ? tx.FeeLamports - baseFee : 0, 0);
    }

    /// <summary>Adds to the block's sums. A sum that impossible amounts would overflow stays at its largest value.</summary>
    private static void AddUp(ref Block block, in RawTransaction tx, ulong priorityFee, ulong tip)
    {
        block.FeesLamports = Saturating(block.FeesLamports, tx.FeeLamports);
        block.PriorityFeesLamports = Saturating(block.PriorityFeesLamports, priorityFee);
        block.TipsLamports = Saturating(block.TipsLamports, tip);
        if (tx.ComputeUnits > 0) { block.ComputeUnits = (long)Math.Min(long.MaxValue, (ulong)block.ComputeUnits + (ulong)tx.ComputeUnits); }
    }

    private static ulong Saturating(ulong left, ulong right) => left + right < left ? ulong.MaxValue : left + right;

    private void DecodeTransaction(RawBlock raw, in RawTransaction tx, ref Block block)
    {
        ref var record = ref block.Transactions.Add();
        record.Index = tx.Index;
        record.Signature = tx.Signature;
        if (tx.AccountCount > 0) { record.Signer = raw.Keys[raw.AccountKeys[tx.AccountStart]]; }
        record.Status = tx.IsFailed ? TransactionStatus.Failed : TransactionStatus.Success;
        record.IsVersioned = tx.IsVersioned;
        record.SignatureCount = tx.SignatureCount;
        record.FeeLamports = tx.FeeLamports;
        record.ComputeUnits = tx.ComputeUnits >= 0 ? tx.ComputeUnits : null;
        if (tx.IsFailed && tx.ErrorLength > 0) { record.Error = _texts.Get(raw.Data.Span.Slice(tx.ErrorStart, tx.ErrorLength)); }

        record.DontFrontMark = _marks.Find(raw, tx);
        var cranksTips = ReadPrograms(raw, tx, ref record, ref block.Quality);
        QualityChecks.Lamports(raw, tx, ref block.Quality);
        if (!tx.IsFailed)
        {
            if (!cranksTips) { record.TipLamports = Tip(raw, tx); }
            DecodeSwaps(tx, ref record, ref block);
        }
        else if (_mayLiquidate)
        {
            _view.Begin(tx);
            _liquidations.Write(isFailed: true, record.Liquidations);
        }

        if (HasActors(record)) { WriteSigners(raw, tx, ref record); }

        block.TransactionCount++;
        if (tx.IsFailed) { block.FailedCount++; }
        AddUp(ref block, tx, record.PriorityFeeLamports, record.TipLamports);

        if (record.TipLamports > 0) { block.TippedTransactionCount++; }
        block.DigestLast();
    }

    /// <summary>Reads fee, wrapper and flags from the instructions. Returns true when the tip payment program was invoked.</summary>
    private bool ReadPrograms(RawBlock raw, in RawTransaction tx, ref Transaction record, ref Quality quality)
    {
        var fee = new FeeFacts();
        var cranksTips = false;
        _mayLiquidate = false;
        var data = raw.Data.Span;
        foreach (ref readonly var ix in raw.Instructions.Span.Slice(tx.InstructionStart, tx.InstructionCount))
        {
            var key = raw.AccountKeys[tx.AccountStart + ix.ProgramAccount];
            var entry = _view.Entries[_view.EntryOfKey[key]];
            var isTop = ix.InnerIndex < 0;
            if (isTop)
            {
                record.InstructionCount++;
                fee.Add(entry.Kind, entry.IsBuiltin(raw.Slot), ix.IsRaw, data.Slice(ix.DataStart, ix.DataLength));
            }

            if (isTop && record.Wrapper is null && IsWrapper(entry.Kind))
            {
                record.Wrapper = raw.Keys[key];
                record.WrapperName = entry.Name.Length > 0 ? entry.Name : null;
            }

            if (entry.Kind == ProgramKind.Aggregator)
            {
                record.UsesAggregator = true;
                if (!tx.IsFailed) { RouteReader.Read(raw, ix, key, entry, record.Routes); }
            }
            else if (entry.Kind == ProgramKind.TipPayment) { cranksTips = true; }
            _mayLiquidate |= !entry.Lending.Liquidations.IsEmpty;
            if (!entry.Marks.IsEmpty && ix.IsRaw && entry.Marks.Find(data.Slice(ix.DataStart, ix.DataLength)) is not null)
            {
                record.UsesFlashLoan = true;
            }
        }

        var baseFee = fee.BaseFee(tx.SignatureCount);
        record.PriorityFeeLamports = tx.FeeLamports > baseFee ? tx.FeeLamports - baseFee : 0;
        fee.WriteTo(ref record);
        if (fee.Follows(tx.FeeLamports, tx.SignatureCount, raw.Slot, _options) is { } follows)
        {
            quality.FeeFormulaChecked++;
            if (!follows) { quality.FeeFormulaFailed++; }
        }

        return cranksTips;
    }

    /// <summary>True when a detector may ask who signed: something was traded, provided, liquidated or handed over.</summary>
    private static bool HasActors(in Transaction record) =>
        record.Swaps.Count + record.LiquidityChanges.Count + record.Liquidations.Count + record.Transfers.Count + record.AuthorityChanges.Count > 0;

    private static void WriteSigners(RawBlock raw, in RawTransaction tx, ref Transaction record)
    {
        var count = Math.Min(tx.SignatureCount, tx.AccountCount);
        for (var i = 1; i < count; i++) { record.Signers.Add(raw.Keys[raw.AccountKeys[tx.AccountStart + i]]); }
    }

    private static bool IsWrapper(ProgramKind kind) => kind is ProgramKind.Unknown or > ProgramKind.Plumbing;

    private void DecodeSwaps(in RawTransaction tx, ref Transaction record, ref Block block)
    {
        _view.Begin(tx);
        _flow.Build();
        _venues.Run();
        _generic.Run();
        _merger.Write(ref block, ref record);
        record.MintsOrBurnsShares = ChangesShares();
        if (_mayLiquidate) { _liquidations.Write(isFailed: false, record.Liquidations); }
        _liquidity.Write(record.LiquidityChanges);
        var isOfInterest = record.Swaps.Count + record.Liquidations.Count + record.LiquidityChanges.Count > 0;
        if (isOfInterest) { _changes.Write(record.BalanceChanges); }
        _transfers.Write(withLamports: isOfInterest, record.Transfers);
        _transfers.Write(record.AuthorityChanges);
        _quality.Tokens(ref block.Quality);
        if (!_quality.BalancesAreExplained()) { _rejections.Add(RejectionCounts.UnexplainedBalance); }
    }

    /// <summary>
    /// True when a program minted or burned tokens other than as part of a swap (some pools pay their fees in shares) or of a launch
    /// (a bonding curve's program mints the token itself).
    /// </summary>
    private bool ChangesShares()
    {
        foreach (ref readonly var change in _view.SupplyChanges.Span)
        {
            var parent = _view.Frames[change.Frame].Parent;
            if (parent < 0) { continue; }
            var isShare = true;
            for (var f = parent; f >= 0 && isShare; f = _view.Frames[f].Parent)
            {
                isShare = !_view.Frames[f].IsSwap && _view.EntryOf(_view.Frames[f]).Kind != ProgramKind.Curve;
            }

            if (isShare) { return true; }
        }

        return false;
    }

    private ulong Tip(RawBlock raw, in RawTransaction tx)
    {
        if (!tx.HasBalances) { return 0; }
        ulong tip = 0;
        foreach (var tipKey in _tipKeys)
        {
            if (tipKey < 0) { continue; }
            var at = raw.AccountKeys.Span.Slice(tx.AccountStart, tx.AccountCount).IndexOf(tipKey);
            if (at < 0) { continue; }
            var pre = raw.PreBalances[tx.AccountStart + at];
            var post = raw.PostBalances[tx.AccountStart + at];
            if (post > pre) { unchecked { tip += post - pre; } }
        }

        return tip;
    }

    /// <summary>True when every range and index of the transaction lies within the block.</summary>
    private static bool IsSound(RawBlock raw, in RawTransaction tx)
    {
        if (!Within(tx.AccountStart, tx.AccountCount, raw.AccountKeys.Count)
            || !Within(tx.InstructionStart, tx.InstructionCount, raw.Instructions.Count)
            || !Within(tx.TokenBalanceStart, tx.TokenBalanceCount, raw.TokenBalances.Count)
            || !Within(tx.LogEventStart, tx.LogEventCount, raw.LogEvents.Count)
            || !Within(tx.ErrorStart, tx.ErrorLength, raw.Data.Count)
            || tx.SignatureCount < 0
            || (tx.HasBalances && !(Within(tx.AccountStart, tx.AccountCount, raw.PreBalances.Count)
                && Within(tx.AccountStart, tx.AccountCount, raw.PostBalances.Count))))
        {
            return false;
        }

        if (tx.IsVote) { return true; }
        var keys = (uint)raw.Keys.Count;
        foreach (var key in raw.AccountKeys.Span.Slice(tx.AccountStart, tx.AccountCount))
        {
            if ((uint)key >= keys) { return false; }
        }

        foreach (ref readonly var ix in raw.Instructions.Span.Slice(tx.InstructionStart, tx.InstructionCount))
        {
            if (ix.ProgramAccount >= tx.AccountCount
                || !Within(ix.AccountStart, ix.AccountCount, raw.InstructionAccounts.Count)
                || !Within(ix.DataStart, ix.DataLength, raw.Data.Count)) { return false; }
        }

        foreach (ref readonly var balance in raw.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount))
        {
            if ((uint)balance.Mint >= keys || balance.Owner >= (int)keys || balance.TokenProgram >= (int)keys) { return false; }
        }

        foreach (ref readonly var log in raw.LogEvents.Span.Slice(tx.LogEventStart, tx.LogEventCount))
        {
            if (!Within(log.DataStart, log.DataLength, raw.Data.Count)) { return false; }
        }

        return true;
    }

    private static bool Within(int start, int count, int limit) => start >= 0 && count >= 0 && start <= limit - count;
}
