using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Catalog;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Finds the event that a swap instruction left: in an inner instruction of the program to itself, or in the log.</summary>
/// <remarks>
/// A log event names its program and which invocation of it wrote; the k-th invocation is the k-th frame of that program in
/// pre-order, CPI events included, since a program's call to itself is an invocation as well.
/// </remarks>
internal sealed class EventReader(TransactionView view)
{
    /// <summary>The event of the swap in <paramref name="frame"/>; empty when there is none.</summary>
    /// <param name="pool">Position of the pool's account, for events that name theirs.</param>
    public SwapEvent Find(int frame, ProgramEntry entry, int pool)
    {
        if (entry.Events.Length == 0) { return default; }
        var instructions = view.Instructions;
        ref readonly var f = ref view.Frames[frame];
        for (var i = frame + 1; i < f.End; i++)
        {
            if (view.Frames[i].Program != f.Program || !instructions[i].IsRaw) { continue; }
            if (instructions[i].StackHeight != 0 && view.Frames[i].Parent != frame) { continue; }
            if (Match(entry, EventTransport.Cpi, view.DataOf(instructions[i]), pool) is { Layout: not null } found) { return found; }
        }

        return entry.HasLogEvents && view.Tx.LogEventCount > 0 ? FindInLog(frame, entry, pool) : default;
    }

    private SwapEvent FindInLog(int frame, ProgramEntry entry, int pool)
    {
        var program = view.Frames[frame].Program;
        var invocation = 0;
        for (var i = 0; i < frame; i++)
        {
            if (view.Frames[i].Program == program) { invocation++; }
        }

        foreach (ref readonly var log in view.Raw.LogEvents.Span.Slice(view.Tx.LogEventStart, view.Tx.LogEventCount))
        {
            if (log.Program != program || log.Invocation != invocation) { continue; }
            var data = view.Raw.Data.Span.Slice(log.DataStart, log.DataLength);
            if (Match(entry, log.IsRayLog ? EventTransport.RayLog : EventTransport.Log, data, pool) is { Layout: not null } found) { return found; }
        }

        return default;
    }

    private SwapEvent Match(ProgramEntry entry, EventTransport transport, ReadOnlySpan<byte> data, int pool)
    {
        foreach (var layout in entry.Events)
        {
            // A curve's event is made both ways by some versions; the inner instruction is looked at first and is enough.
            if (layout.Transport != transport || !data.StartsWith(layout.Prefix)) { continue; }
            var payload = data[layout.Prefix.Length..];
            if (payload.Length < layout.MinLength) { continue; }
            if (layout.Pool != ProgramEntry.NoIndex
                && !payload.Slice(layout.Pool, 32).SequenceEqual(view.Raw.Keys[view.KeyAt(pool)].Bytes)) { continue; }
            return new SwapEvent(layout, payload);
        }

        return default;
    }
}

/// <summary>An event that belongs to a swap.</summary>
internal readonly ref struct SwapEvent
{
    private readonly ReadOnlySpan<byte> _payload;

    public SwapEvent(EventLayout layout, ReadOnlySpan<byte> payload)
    {
        Layout = layout;
        _payload = payload;
    }

    /// <summary>Null when there was no event.</summary>
    public EventLayout? Layout { get; }

    /// <summary>Lamports that moved, where the event tells.</summary>
    public bool TryNativeAmount(out ulong lamports)
    {
        lamports = 0;
        if (Layout is null || Layout.NativeAmount == ProgramEntry.NoIndex) { return false; }
        lamports = U64(Layout.NativeAmount);
        return true;
    }

    /// <summary>Fills in what the event knows better than balances.</summary>
    /// <param name="isNative">Whether the swap moved a curve's lamports; such an event's reserves and fee are lamports then and else nothing.</param>
    public void Apply(ref SwapDraft swap, bool isNative)
    {
        swap.SqrtPrice = U128(Layout!.SqrtPrice);
        swap.SqrtPriceBefore = U128(Layout.SqrtPriceBefore);
        swap.Liquidity = U128(Layout.Liquidity);
        swap.TickBefore = I32(Layout.TickBefore);
        swap.TickAfter = I32(Layout.TickAfter);
        if (Layout.NativeAmount != ProgramEntry.NoIndex && !isNative) { return; }
        if (Layout.Fee is { } fee) { ApplyFee(fee, ref swap); }
        if (Layout.Reserves is not { } reserves) { return; }
        var first = Sum(reserves.First, reserves.MinusFirst);
        var second = Sum(reserves.Second, reserves.MinusSecond);
        var inIsFirst = reserves.ByDirection || swap.InIsFirst;
        var reserveIn = inIsFirst ? first : second;
        var reserveOut = inIsFirst ? second : first;
        if (reserves.After) { unchecked { reserveIn -= swap.AmountIn; reserveOut += swap.AmountOut; } }
        swap.ReserveIn = reserveIn;
        swap.ReserveOut = reserveOut;
    }

    private void ApplyFee(FeeFile fee, ref SwapDraft swap)
    {
        if (!Has(fee.Shares[0])) { return; }
        ulong sum = 0;
        foreach (var offset in fee.Shares)
        {
            if (Has(offset)) { unchecked { sum += U64(offset); } }
        }

        var isIn = fee.Of switch
        {
            FeeToken.In => true,
            FeeToken.Out => false,
            FeeToken.Second => !swap.InIsFirst,
            _ => Has(fee.Charged[0]) && Has(fee.Charged[1]) && U64(fee.Charged[0]) != U64(fee.Charged[1]),
        };
        swap.FeeAmount = sum;
        swap.FeeMint = isIn ? swap.MintIn : swap.MintOut;
    }

    private bool Has(int offset) => offset + 8 <= _payload.Length;

    private UInt128? U128(int offset) =>
        offset == ProgramEntry.NoIndex ? null : BinaryPrimitives.ReadUInt128LittleEndian(_payload[offset..]);

    private int? I32(int offset) =>
        offset == ProgramEntry.NoIndex ? null : BinaryPrimitives.ReadInt32LittleEndian(_payload[offset..]);

    private ulong Sum(int[] plus, int[] minus)
    {
        ulong sum = 0;
        unchecked
        {
            foreach (var offset in plus) { sum += U64(offset); }
            foreach (var offset in minus) { sum -= U64(offset); }
        }

        return sum;
    }

    private ulong U64(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_payload[offset..]);
}
