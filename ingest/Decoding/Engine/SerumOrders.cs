using System.Buffers.Binary;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Orders of Serum v3 and OpenBook v1 that trade at once.</summary>
/// <remarks>
/// NewOrderV3 (tag 10) pays the whole order into the vault; what was bought, and what was left over, is paid out by a SettleFunds
/// (tag 5) for the same market and open-orders account. An order that may rest on the book is no swap: only immediate-or-cancel
/// orders count, so the net of order and settlement is the trade. SendTake (tag 13) does both at once and needs none of this.
/// Data: version u8 (0), tag u32; NewOrderV3 goes on with side u32, limit u64, coin u64, pc u64, self-trade u32, order type u32.
/// Source: the Serum DEX program's instruction module.
/// </remarks>
internal sealed class SerumOrders(TransactionView view)
{
    private const int OrderTypeAt = 37;
    private const uint ImmediateOrCancel = 1;
    private const int Market = 0, OpenOrders = 1;

    /// <summary>Account of a settlement that gets a part of the fee back for bringing the order; no part of the trade.</summary>
    public static readonly int[] Referrer = [9];

    private static ReadOnlySpan<byte> NewOrderV3 => [0, 10, 0, 0, 0];
    private static ReadOnlySpan<byte> SettleFunds => [0, 5, 0, 0, 0];

    /// <summary>True when the order cannot rest on the book.</summary>
    public bool IsTaker(ReadOnlySpan<byte> data) =>
        !data.StartsWith(NewOrderV3)
        || (data.Length >= OrderTypeAt + 4 && BinaryPrimitives.ReadUInt32LittleEndian(data[OrderTypeAt..]) == ImmediateOrCancel);

    /// <summary>The settlement that pays the order out, before any further order on the same account; -1 without one.</summary>
    public int FindSettlement(int order, ReadOnlySpan<ushort> accounts)
    {
        var instructions = view.Instructions;
        if (!view.DataOf(instructions[order]).StartsWith(NewOrderV3)) { return -1; }
        for (var i = order + 1; i < instructions.Length; i++)
        {
            if (view.Frames[i].Program != view.Frames[order].Program || !instructions[i].IsRaw) { continue; }
            var data = view.DataOf(instructions[i]);
            var other = view.AccountsOf(instructions[i]);
            if (other.Length <= OpenOrders || other[Market] != accounts[Market] || other[OpenOrders] != accounts[OpenOrders]) { continue; }
            if (data.StartsWith(SettleFunds)) { return i; }
            if (data.StartsWith(NewOrderV3)) { return -1; }
        }

        return -1;
    }
}
