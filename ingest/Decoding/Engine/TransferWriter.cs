using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Writes what changed hands beside trades: transfers between owners, and token accounts that were given away.</summary>
/// <remarks>
/// A swap, a liquidity change or a liquidation explains every transfer at or below its instruction, its fees to third parties too.
/// Left out as well are moves between accounts of one owner, those that an aggregator itself makes on its route (its own accounts
/// would link everybody with everybody), rent that opens an account for somebody, and tokens of an account whose owner nothing tells.
/// </remarks>
internal sealed class TransferWriter(TransactionView view)
{
    /// <summary>Writes the transfers, in order.</summary>
    /// <param name="withLamports">Whether lamports that the System program moved count.</param>
    public void Write(bool withLamports, RecordList<TokenTransfer> records)
    {
        var transfers = view.Transfers.Span;
        foreach (ref readonly var transfer in transfers)
        {
            if (transfer.ClaimedBy >= 0) { view.Frames[transfer.ClaimedBy].IsExplained = true; }
        }

        for (var t = 0; t < transfers.Length; t++)
        {
            ref readonly var transfer = ref transfers[t];
            if (transfer.ClaimedBy >= 0 || transfer.Mint < 0 || (transfer.IsNative && !withLamports) || IsExplained(transfer)) { continue; }
            var from = OwnerOf(transfer.Source, transfer.IsNative);
            var to = OwnerOf(transfer.Destination, transfer.IsNative);
            if (from < 0 || to < 0 || from == to) { continue; }

            ref readonly var ix = ref view.Instructions[transfer.Frame];
            ref var record = ref records.Add();
            record.IxIndex = ix.OuterIndex;
            record.InnerIxIndex = ix.InnerIndex;
            record.Mint = view.Raw.Keys[transfer.Mint];
            record.From = view.Raw.Keys[from];
            record.To = view.Raw.Keys[to];
            record.Amount = Balances.Received(view, t);
        }
    }

    /// <summary>Writes the token accounts that were given to another owner, in order.</summary>
    public void Write(RecordList<AuthorityChange> records)
    {
        foreach (ref readonly var change in view.HandOvers.Span)
        {
            ref readonly var ix = ref view.Instructions[change.Frame];
            ref var record = ref records.Add();
            record.IxIndex = ix.OuterIndex;
            record.InnerIxIndex = ix.InnerIndex;
            record.Account = view.Raw.Keys[view.KeyAt(change.Account)];
            record.Mint = view.Tokens[change.Account].Mint is >= 0 and var mint ? view.Raw.Keys[mint] : null;
            record.From = view.Raw.Keys[view.KeyAt(change.From)];
            record.To = change.To;
        }
    }

    private bool IsExplained(in Transfer transfer)
    {
        var parent = view.Frames[transfer.Frame].Parent;
        if (parent < 0) { return false; }
        if (view.EntryOf(view.Frames[parent]).Kind is ProgramKind.Aggregator or ProgramKind.AssociatedToken) { return true; }
        for (; parent >= 0; parent = view.Frames[parent].Parent)
        {
            if (view.Frames[parent].IsExplained) { return true; }
        }

        return false;
    }

    private int OwnerOf(int position, bool isNative) => isNative ? view.HolderOf(position) : view.Tokens[position].Owner;
}
