using System.Buffers.Binary;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Reads the traders' own limits from the arguments of swap instructions.</summary>
/// <remarks>
/// An instruction of several legs has one limit: for the last leg's amount out, or the first leg's amount in where the amount out is
/// fixed. A limit that does not limit (0, or the greatest number) stays as it is.
/// </remarks>
internal static class Limits
{
    /// <summary>Fills in the limits.</summary>
    /// <param name="swaps">A transaction's swaps in order of execution, so that an instruction's legs are neighbours.</param>
    public static void Apply(TransactionView view, Span<SwapDraft> swaps)
    {
        int first = 0, next;
        for (; first < swaps.Length; first = next)
        {
            next = first + 1;
            while (next < swaps.Length && swaps[next].Frame == swaps[first].Frame) { next++; }
            ref readonly var ix = ref view.Instructions[swaps[first].Frame];
            if (!ix.IsRaw) { continue; }
            var data = view.DataOf(ix);
            if (view.EntryOf(view.Frames[swaps[first].Frame]).Swaps.Find(data) is not { Limit: { } limit } layout) { continue; }
            var arguments = data[layout.ArgumentsAt..];
            if (arguments.Length < limit.At + sizeof(ulong) || arguments.Length <= limit.ModeAt) { continue; }
            var isExactOut = limit.ModeAt is { } mode ? arguments[mode] == limit.ExactOutMode : limit.ExactOut;
            foreach (ref var swap in swaps[first..next]) { swap.IsExactOut = isExactOut; }
            swaps[isExactOut ? first : next - 1].LimitAmount = BinaryPrimitives.ReadUInt64LittleEndian(arguments[limit.At..]);
        }
    }
}
