using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Reads the amounts of liquidations that move no tokens, from the event that the protocol wrote to the log.</summary>
/// <remarks>
/// Marginfi, <c>LendingAccountLiquidateEvent</c>: an optional signer and three keys; the liquidated account and its authority; asset bank and
/// mint; liability bank and mint; two healths; four balances before and four after (liquidated account's asset and liability, liquidator's
/// asset and liability), in base units as f64. Source: mrgnlabs/marginfi-v2, events.rs. An early version without balances is too short and tells nothing.
/// <para>
/// Drift, <c>LiquidationRecord</c>: time, kind, user, liquidator, margins, freed, id, bankrupt, cancelled orders, then one block of fields for each kind,
/// all always present. Transfers are in the markets' base units. Source: drift-labs/protocol-v2, state/events.rs.
/// </para>
/// </remarks>
internal sealed class LiquidationEvents(TransactionView view)
{
    // Marginfi: after an optional signer's tag and key come the account, its authority and the group, then the liquidated account.
    private const int MarginfiAfterSigner = 3 * 32, MarginfiBody = (6 * 32) + (10 * 8);

    // Drift: after the cancelled orders, the block of each kind of liquidation begins here.
    private const int DriftSpot = 66, DriftBorrowForPnl = DriftSpot + 60, DriftPnlForDeposit = DriftBorrowForPnl + 52, DriftEnd = DriftPnlForDeposit + 52;

    /// <summary>Fills in what the instruction's event tells. False when there is none.</summary>
    public bool TryApply(int frame, LiquidationEventLayout layout, ref LiquidationCall call)
    {
        var program = view.Frames[frame].Program;
        var first = 0;
        for (var i = 0; i < frame; i++)
        {
            if (view.Frames[i].Program == program) { first++; }
        }

        foreach (ref readonly var log in view.Raw.LogEvents.Span.Slice(view.Tx.LogEventStart, view.Tx.LogEventCount))
        {
            if (log.Program != program || log.Invocation != first || log.IsRayLog) { continue; }
            var data = view.Raw.Data.Span.Slice(log.DataStart, log.DataLength);
            if (!data.StartsWith(layout.Prefix)) { continue; }
            data = data[layout.Prefix.Length..];
            if (layout.Code == LiquidationEventCode.Marginfi ? Marginfi(data, ref call) : Drift(data, layout, ref call)) { return true; }
        }

        return false;
    }

    private static bool Marginfi(ReadOnlySpan<byte> data, ref LiquidationCall call)
    {
        if (data.Length < 1) { return false; }
        var at = 1 + (data[0] == 0 ? 0 : 32) + MarginfiAfterSigner;
        if (data.Length < at + MarginfiBody || new Pubkey(data.Slice(at, 32)) != call.Obligation) { return false; }
        var mints = data[(at + 64)..];
        var balances = data[(at + (6 * 32) + 16)..];
        call.SeizedMint = new Pubkey(mints.Slice(32, 32));
        call.RepayMint = new Pubkey(mints.Slice(96, 32));
        call.SeizedAmount = Fall(balances, 0);
        call.RepaidAmount = Fall(balances, 1);
        return true;
    }

    /// <summary>By how much one of the four balances fell: whole base units, since that is what the program moves.</summary>
    private static ulong? Fall(ReadOnlySpan<byte> balances, int which)
    {
        var before = BinaryPrimitives.ReadDoubleLittleEndian(balances[(which * 8)..]);
        var after = BinaryPrimitives.ReadDoubleLittleEndian(balances[(32 + (which * 8))..]);
        var fall = Math.Round(before - after);
        return fall is >= 0 and < 1.8e19 ? (ulong)fall : null;
    }

    private static bool Drift(ReadOnlySpan<byte> data, LiquidationEventLayout layout, ref LiquidationCall call)
    {
        const int Orders = 8 + 1 + 32 + 32 + 16 + 16 + 8 + 2 + 1;
        if (data.Length < Orders + 4 || new Pubkey(data.Slice(9, 32)) is var user && user != call.Obligation) { return false; }
        var at = Orders + 4 + (4L * BinaryPrimitives.ReadUInt32LittleEndian(data[Orders..]));
        if (at + DriftEnd > data.Length) { return false; }
        var kind = data[8];
        data = data[(int)at..];
        switch (kind)
        {
            case 1: // a borrow, for a deposit
                (call.SeizedMint, call.SeizedAmount) = Transfer(data, DriftSpot, 10, layout);
                (call.RepayMint, call.RepaidAmount) = Transfer(data, DriftSpot + 26, 10, layout);
                break;
            case 2: // a borrow, for profit of a perpetual, which is in the quote market's token
                (call.SeizedMint, call.SeizedAmount) = (layout.MintOf(0), Wide(data[(DriftBorrowForPnl + 10)..]));
                (call.RepayMint, call.RepaidAmount) = Transfer(data, DriftBorrowForPnl + 26, 10, layout);
                break;
            case 3: // a loss of a perpetual, for a deposit
                (call.RepayMint, call.RepaidAmount) = (layout.MintOf(0), Wide(data[(DriftPnlForDeposit + 10)..]));
                (call.SeizedMint, call.SeizedAmount) = Transfer(data, DriftPnlForDeposit + 26, 10, layout);
                break;
        }

        return true;
    }

    private static (Pubkey?, ulong?) Transfer(ReadOnlySpan<byte> data, int market, int amount, LiquidationEventLayout layout) =>
        (layout.MintOf(BinaryPrimitives.ReadUInt16LittleEndian(data[market..])), Wide(data[(market + amount)..]));

    private static ulong? Wide(ReadOnlySpan<byte> data) =>
        BinaryPrimitives.ReadUInt128LittleEndian(data) is var amount && amount <= ulong.MaxValue ? (ulong)amount : null;
}
