using System.Buffers.Binary;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Finds the liquidations of known lending and margin protocols by their layouts.</summary>
/// <remarks>
/// 1. The layout names obligation, market and reserves; of a failed transaction that is all there is.
/// 2. Repaid is what reached the debt's vault below the instruction. Seized is what left the vault of the collateral itself, or, where it was
///    not redeemed, of the receipts for it; the protocol's share is taken off.
/// 3. A liquidation that one instruction opens and another closes consists of its parts between the two.
/// 4. Where the protocol moves only numbers of its own, its event tells the amounts.
/// A transfer that belongs to a liquidation is claimed by it, so that nothing else counts it.
/// </remarks>
internal sealed class LiquidationDecoder(TransactionView view, RejectionCounts rejections)
{
    private readonly LiquidationEvents _events = new(view);

    /// <summary>Writes the transaction's liquidations, in order. Of a failed one nothing but instructions is known.</summary>
    public void Write(bool isFailed, RecordList<LiquidationCall> records)
    {
        var instructions = view.Instructions;
        for (var i = 0; i < instructions.Length; i++)
        {
            ref readonly var ix = ref instructions[i];
            var entry = view.Entries[view.EntryOfKey[view.KeyAt(ix.ProgramAccount)]];
            if (entry.Lending.Liquidations.IsEmpty || !ix.IsRaw || view.Raw.Slot < entry.ValidFromSlot) { continue; }
            var data = view.DataOf(ix);
            if (entry.Lending.Liquidations.Find(data) is not { } layout) { continue; }
            var accounts = view.AccountsOf(ix);
            if (accounts.Length < layout.File.MinAccounts)
            {
                rejections.Count(RejectionCounts.ShortAccounts);
                continue;
            }

            ref var call = ref records.Add();
            call.IxIndex = ix.OuterIndex;
            call.InnerIxIndex = ix.InnerIndex;
            call.Protocol = entry.Name;
            call.Program = entry.Id;
            call.Instruction = layout.File.Name;
            call.Market = KeyOf(accounts, layout.File.Market);
            call.Obligation = KeyOf(accounts, layout.File.Obligation) ?? default;
            call.Liquidator = KeyOf(accounts, layout.File.Liquidator) ?? view.Raw.Keys[view.KeyAt(0)];
            call.RepayReserve = KeyOf(accounts, layout.File.RepayReserve);
            call.WithdrawReserve = KeyOf(accounts, layout.File.WithdrawReserve);
            if (layout.File.Requested is { } offset && data.Length >= layout.PrefixLength + offset + 8)
            {
                call.RequestedAmount = BinaryPrimitives.ReadUInt64LittleEndian(data[(layout.PrefixLength + offset)..]);
            }

            if (isFailed) { continue; }
            if (layout.Until.Length > 0) { ReadParts(i, entry, layout, ref call); }
            else { ReadMovements(i, layout.File, accounts, ref call); }

            if (call.RepaidAmount is null && call.SeizedAmount is null && entry.Lending.Event is { } stated) { _events.TryApply(i, stated, ref call); }
        }
    }

    private void ReadMovements(int frame, LiquidationFile layout, ReadOnlySpan<ushort> accounts, ref LiquidationCall call)
    {
        var repay = At(accounts, layout.RepayVault);
        var receipts = At(accounts, layout.ReceiptVault);
        var underlying = At(accounts, layout.UnderlyingVault);
        var feeReceiver = At(accounts, layout.FeeReceiver);
        if (repay < 0 && receipts < 0 && underlying < 0) { return; }
        ulong repaid = 0, fee = 0, feeFromReceived = 0;
        (ulong Amount, int Mint) asReceipts = (0, -1), redeemed = (0, -1);
        var repayMint = -1;
        ref readonly var f = ref view.Frames[frame];
        for (var t = f.FirstTransfer; t < f.EndTransfer; t++)
        {
            ref var transfer = ref view.Transfers[t];
            if (transfer.ClaimedBy >= 0 || transfer.IsNative) { continue; }
            var isFee = feeReceiver >= 0 && transfer.Destination == feeReceiver;
            var received = Balances.Received(view, t);
            unchecked
            {
                if (repay >= 0 && transfer.Destination == repay) { (repaid, repayMint) = (repaid + received, transfer.Mint); }
                else if (underlying >= 0 && transfer.Source == underlying)
                {
                    if (!isFee) { redeemed = (redeemed.Amount + received, transfer.Mint); }
                }
                else if (receipts >= 0 && transfer.Source == receipts)
                {
                    if (!isFee) { asReceipts = (asReceipts.Amount + received, transfer.Mint); }
                }
                else if (isFee) { feeFromReceived += transfer.Sent; }
                else { continue; }

                if (isFee) { fee += received; }
            }

            transfer.ClaimedBy = frame;
        }

        if (repayMint >= 0) { (call.RepaidAmount, call.RepayMint) = (repaid, view.Raw.Keys[repayMint]); }
        var (seized, mint) = redeemed.Mint >= 0 ? redeemed : asReceipts;
        if (mint < 0) { return; }
        call.SeizedAmount = seized - Math.Min(seized, feeFromReceived);
        call.SeizedMint = view.Raw.Keys[mint];
        if (feeReceiver >= 0) { call.ProtocolFeeAmount = fee; }
    }

    /// <summary>Adds up the parts from the opening instruction to the closing one. Of several debts or collaterals the first of each counts.</summary>
    private void ReadParts(int open, ProgramEntry entry, LiquidationLayout layout, ref LiquidationCall call)
    {
        var instructions = view.Instructions;
        for (var i = open; i < instructions.Length; i++)
        {
            ref readonly var ix = ref instructions[i];
            if (view.KeyAt(ix.ProgramAccount) != view.Frames[open].Program || !ix.IsRaw) { continue; }
            var data = view.DataOf(ix);
            if (entry.Lending.Parts.Find(data) is { } part) { ReadPart(i, part, view.AccountsOf(ix), ref call); }
            if (data.StartsWith(layout.Until)) { return; }
        }
    }

    private void ReadPart(int frame, LiquidationPartFile part, ReadOnlySpan<ushort> accounts, ref LiquidationCall call)
    {
        if (KeyOf(accounts, part.Obligation) is not { } obligation || obligation != call.Obligation) { return; }
        var repay = At(accounts, part.RepayVault);
        var underlying = At(accounts, part.UnderlyingVault);
        ref readonly var f = ref view.Frames[frame];
        for (var t = f.FirstTransfer; t < f.EndTransfer; t++)
        {
            ref var transfer = ref view.Transfers[t];
            if (transfer.ClaimedBy >= 0 || transfer.Mint < 0 || transfer.IsNative) { continue; }
            var mint = view.Raw.Keys[transfer.Mint];
            if (repay >= 0 && transfer.Destination == repay)
            {
                call.RepayMint ??= mint;
                call.RepayReserve ??= KeyOf(accounts, part.Reserve);
                if (call.RepayMint == mint) { unchecked { call.RepaidAmount = (call.RepaidAmount ?? 0) + Balances.Received(view, t); } }
            }
            else if (underlying >= 0 && transfer.Source == underlying)
            {
                call.SeizedMint ??= mint;
                call.WithdrawReserve ??= KeyOf(accounts, part.Reserve);
                if (call.SeizedMint == mint) { unchecked { call.SeizedAmount = (call.SeizedAmount ?? 0) + Balances.Received(view, t); } }
            }
            else if (underlying >= 0 && transfer.Destination == underlying)
            {
                // What a swap left over of the collateral goes back.
                if (call.SeizedMint == mint) { call.SeizedAmount -= Math.Min(call.SeizedAmount ?? 0, Balances.Received(view, t)); }
            }
            else { continue; }

            transfer.ClaimedBy = frame;
        }
    }

    private Pubkey? KeyOf(ReadOnlySpan<ushort> accounts, int? index) => At(accounts, index) is >= 0 and var at ? view.Raw.Keys[view.KeyAt(at)] : null;

    private int At(ReadOnlySpan<ushort> accounts, int? index) =>
        index is { } at && (uint)at < (uint)accounts.Length && accounts[at] < view.Tx.AccountCount ? accounts[at] : -1;
}
