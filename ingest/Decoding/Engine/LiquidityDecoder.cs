using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Finds additions to and removals from the liquidity of known venues by their layouts.</summary>
/// <remarks>
/// Amounts are what moved through the pool's vaults below the instruction, so a removal includes the fees that a venue pays out with it.
/// The range stands in the arguments, or in those of the instruction of the same transaction that opened the position; that of a
/// position opened earlier is not known. A transfer that belongs to a change is claimed by it.
/// </remarks>
internal sealed class LiquidityDecoder(TransactionView view, RejectionCounts rejections)
{
    private const int PrefixLength = 8;

    private readonly Pile<(int Position, int Lower, int Upper)> _opened = new();

    /// <summary>Writes the transaction's liquidity changes, in order.</summary>
    public void Write(RecordList<LiquidityChange> records)
    {
        _opened.Clear();
        var instructions = view.Instructions;
        for (var i = 0; i < instructions.Length; i++)
        {
            ref readonly var ix = ref instructions[i];
            var entry = view.Entries[view.Frames[i].Entry];
            if (entry.Lending.Liquidity.IsEmpty || !ix.IsRaw || view.Raw.Slot < entry.ValidFromSlot) { continue; }
            var data = view.DataOf(ix);
            if (entry.Lending.Liquidity.Find(data) is not { } layout) { continue; }
            var accounts = view.AccountsOf(ix);
            if (accounts.Length < layout.MinAccounts || At(accounts, layout.Pool) < 0) { rejections.Count(RejectionCounts.ShortAccounts); }
            else { Decode(i, entry, layout, accounts, data, records); }
        }
    }

    private void Decode(
        int frame, ProgramEntry entry, LiquidityFile layout, ReadOnlySpan<ushort> accounts, ReadOnlySpan<byte> data, RecordList<LiquidityChange> records)
    {
        var position = layout.Position is { } index && At(accounts, index) is >= 0 and var at ? view.KeyAt(at) : -1;
        var lower = I32(data, layout.LowerTick);
        var upper = layout.Width is null ? I32(data, layout.UpperTick) : lower + I32(data, layout.Width) - 1;
        if (layout.Kind == LiquidityKind.Open || (lower is not null && upper is not null && position >= 0))
        {
            if (position >= 0 && lower is { } from && upper is { } to && !IsOpened(position)) { _opened.Add() = (position, from, to); }
            if (layout.Kind == LiquidityKind.Open) { return; }
        }

        var sums = default(Sides);
        Sum(frame, layout, accounts, ref sums);
        var (first, second) = (MintOf(accounts, layout, 0), MintOf(accounts, layout, 1));
        if (first < 0) { (first, second, sums.A, sums.B) = (second, -1, sums.B, sums.A); }
        if (first < 0)
        {
            rejections.Count(RejectionCounts.NothingMoved);
            return;
        }

        ref readonly var ix = ref view.Instructions[frame];
        ref var change = ref records.Add();
        change.IxIndex = ix.OuterIndex;
        change.InnerIxIndex = ix.InnerIndex;
        change.Venue = entry.Name;
        change.Program = entry.Id;
        change.Pool = view.Raw.Keys[view.KeyAt(At(accounts, layout.Pool))];
        change.Kind = layout.Kind switch
        {
            LiquidityKind.Add => LiquidityChangeKind.Add,
            LiquidityKind.Remove => LiquidityChangeKind.Remove,
            _ => LiquidityChangeKind.Collect,
        };
        change.Provider = view.Raw.Keys[sums.Person >= 0 ? sums.Person : view.KeyAt(0)];
        if (position >= 0) { change.Position = view.Raw.Keys[position]; }
        (change.MintA, change.AmountA) = (view.Raw.Keys[first], sums.A);
        if (second >= 0) { (change.MintB, change.AmountB) = (view.Raw.Keys[second], sums.B); }
        WriteRange(position, lower, upper, ref change);
        if (layout.Liquidity is { } offset && data.Length >= PrefixLength + offset + 16)
        {
            var liquidity = BinaryPrimitives.ReadUInt128LittleEndian(data[(PrefixLength + offset)..]);
            if (liquidity != 0 && liquidity <= (UInt128)Int128.MaxValue) { change.Liquidity = (Int128)liquidity; }
        }
    }

    private void WriteRange(int position, int? lower, int? upper, ref LiquidityChange change)
    {
        (change.LowerTick, change.UpperTick) = (lower, upper);
        foreach (ref readonly var opened in _opened.Span)
        {
            if (opened.Position == position && position >= 0) { (change.LowerTick, change.UpperTick) = (opened.Lower, opened.Upper); }
        }
    }

    private bool IsOpened(int position)
    {
        foreach (ref readonly var opened in _opened.Span)
        {
            if (opened.Position == position) { return true; }
        }

        return false;
    }

    private void Sum(int frame, LiquidityFile layout, ReadOnlySpan<ushort> accounts, ref Sides sums)
    {
        sums.Person = -1;
        var first = layout.Vaults.Length > 0 ? At(accounts, layout.Vaults[0]) : -1;
        var second = layout.Vaults.Length > 1 ? At(accounts, layout.Vaults[1]) : -1;
        var isAdd = layout.Kind == LiquidityKind.Add;
        ref readonly var f = ref view.Frames[frame];
        for (var t = f.FirstTransfer; t < f.EndTransfer; t++)
        {
            ref var transfer = ref view.Transfers[t];
            if (transfer.ClaimedBy >= 0 || transfer.IsNative) { continue; }
            var vault = isAdd ? transfer.Destination : transfer.Source;
            if (vault != first && vault != second) { continue; }
            var amount = isAdd ? Balances.Received(view, t) : transfer.Sent;
            unchecked
            {
                if (vault == first) { sums.A += amount; } else { sums.B += amount; }
            }

            if (sums.Person < 0) { sums.Person = view.HolderOf(isAdd ? transfer.Source : transfer.Destination); }
            transfer.ClaimedBy = frame;
        }
    }

    private int MintOf(ReadOnlySpan<ushort> accounts, LiquidityFile layout, int which)
    {
        if (which >= layout.Vaults.Length) { return -1; }
        var vault = At(accounts, layout.Vaults[which]);
        return vault < 0 ? -1 : view.Tokens[vault].Mint;
    }

    private static int? I32(ReadOnlySpan<byte> data, int? offset) =>
        offset is { } at && data.Length >= PrefixLength + at + 4 ? BinaryPrimitives.ReadInt32LittleEndian(data[(PrefixLength + at)..]) : null;

    private int At(ReadOnlySpan<ushort> accounts, int index) =>
        (uint)index < (uint)accounts.Length && accounts[index] < view.Tx.AccountCount ? accounts[index] : -1;

    /// <summary>What moved on the two sides, and who holds the other end.</summary>
    private struct Sides
    {
        public ulong A, B;
        public int Person;
    }
}
