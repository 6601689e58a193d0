using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Brings the two detectors' views of a transaction together: what agrees, what only one saw, and the records of both.</summary>
internal sealed class SwapMerger(TransactionView view, VenueDecoder decoder, GenericDetector generic, TextCache texts)
{
    private readonly Pile<SwapDraft> _merged = new();

    /// <summary>Writes the transaction's swaps in order of execution and counts agreement in the block.</summary>
    public void Write(ref Block block, ref Transaction record)
    {
        var decoded = decoder.Swaps.Span;
        var seen = generic.Swaps.Span;
        if (decoded.Length == 0 && seen.Length == 0) { return; }
        foreach (ref var swap in decoded) { Match(ref swap, seen, ref block); }

        _merged.Clear();
        foreach (ref readonly var swap in decoded) { Insert(swap); }
        foreach (ref readonly var swap in seen)
        {
            if (swap.IsMatched) { continue; }
            AgreementOf(ref block, swap.Frame).GenericOnly++;
            Insert(swap);
        }

        Limits.Apply(view, _merged.Span);
        var leg = 0;
        for (var i = 0; i < _merged.Count; i++)
        {
            leg = i > 0 && _merged[i - 1].Frame == _merged[i].Frame ? leg + 1 : 0;
            Emit(_merged[i], leg, ref record.Swaps.Add());
        }
    }

    private void Match(ref SwapDraft swap, Span<SwapDraft> seen, ref Block block)
    {
        ref var agreement = ref AgreementOf(ref block, swap.Frame);
        var overlapping = -1;
        for (var i = 0; i < seen.Length; i++)
        {
            ref var other = ref seen[i];
            if (other.IsMatched || !view.IsWithin(other.Frame, swap.Frame)) { continue; }
            if (IsSame(swap, other))
            {
                other.IsMatched = true;
                swap.IsAgreed = true;
                agreement.Both++;
                return;
            }

            if (overlapping < 0) { overlapping = i; }
        }

        if (overlapping >= 0)
        {
            seen[overlapping].IsMatched = true;
            agreement.Differ++;
            block.Quality.DriftedSwaps++;
        }
        else
        {
            agreement.DecoderOnly++;
        }
    }

    /// <summary>The same movement. Which of its two sides is the pool, a layout knows; the generic detector may take the other.</summary>
    private static bool IsSame(in SwapDraft one, in SwapDraft other) =>
        (one.MintIn == other.MintIn && one.MintOut == other.MintOut && one.NetIn == other.NetIn && one.NetOut == other.NetOut)
        || (one.MintIn == other.MintOut && one.MintOut == other.MintIn && one.NetIn == other.NetOut && one.NetOut == other.NetIn);

    private void Insert(in SwapDraft swap)
    {
        ref var added = ref _merged.Add();
        added = swap;
        for (var i = _merged.Count - 1; i > 0 && IsBefore(_merged[i], _merged[i - 1]); i--)
        {
            (_merged[i - 1], _merged[i]) = (_merged[i], _merged[i - 1]);
        }
    }

    private static bool IsBefore(in SwapDraft one, in SwapDraft other) =>
        one.Frame != other.Frame ? one.Frame < other.Frame : one.Leg < other.Leg;

    private void Emit(in SwapDraft draft, int leg, ref Swap swap)
    {
        ref readonly var ix = ref view.Instructions[draft.Frame];
        ref readonly var frame = ref view.Frames[draft.Frame];
        var keys = view.Raw.Keys;
        swap.IxIndex = ix.OuterIndex;
        swap.InnerIxIndex = ix.InnerIndex;
        swap.LegIndex = leg;
        swap.Program = keys[frame.Program];
        swap.Venue = VenueOf(frame, draft.IsGeneric, swap.Program);
        swap.Pool = draft.Pool;
        swap.Trader = keys[draft.Trader];
        swap.MintIn = keys[draft.MintIn];
        swap.MintOut = keys[draft.MintOut];
        swap.AmountIn = draft.AmountIn;
        swap.AmountOut = draft.AmountOut;
        swap.VaultIn = keys[view.KeyAt(draft.VaultIn)];
        swap.VaultOut = keys[view.KeyAt(draft.VaultOut)];
        swap.ReserveIn = draft.ReserveIn;
        swap.ReserveOut = draft.ReserveOut;
        swap.SqrtPriceX64 = Signed(draft.SqrtPrice);
        swap.SqrtPriceBeforeX64 = Signed(draft.SqrtPriceBefore);
        swap.Liquidity = Signed(draft.Liquidity);
        swap.TickBefore = draft.TickBefore;
        swap.TickAfter = draft.TickAfter;
        swap.TransferFeeIn = draft.WithheldIn > 0 ? draft.WithheldIn : null;
        swap.TransferFeeOut = draft.WithheldOut > 0 ? draft.WithheldOut : null;
        swap.LimitAmount = draft.LimitAmount;
        swap.IsExactOut = draft.IsExactOut;
        swap.FeeAmount = draft.FeeAmount;
        swap.FeeMint = draft.FeeAmount is null ? null : keys[draft.FeeMint];
        swap.Source = draft.IsGeneric ? SwapSource.Generic : draft.IsAgreed ? SwapSource.Both : SwapSource.Decoder;
    }

    private static Int128? Signed(UInt128? value) => value is { } wide && wide <= (UInt128)Int128.MaxValue ? (Int128)wide : null;

    private string VenueOf(in Frame frame, bool isGeneric, in Pubkey program)
    {
        var entry = view.Entries[frame.Entry];
        // A venue without published layouts is known by name, though the generic detector alone sees its swaps.
        return entry.IsVenue && (!isGeneric || entry.Swaps.IsEmpty || frame.IsByMovements) ? entry.Name : texts.UnknownVenue(program);
    }

    private ref Agreement AgreementOf(ref Block block, int frameIndex)
    {
        ref readonly var frame = ref view.Frames[frameIndex];
        ref readonly var program = ref view.Raw.Keys[frame.Program];
        var list = block.Agreements;
        for (var i = 0; i < list.Count; i++)
        {
            if (list[i].Program == program) { return ref list[i]; }
        }

        ref var added = ref list.Add();
        var entry = view.Entries[frame.Entry];
        added.Program = program;
        added.Venue = entry.IsVenue ? entry.Name : texts.UnknownVenue(program);
        return ref added;
    }
}
