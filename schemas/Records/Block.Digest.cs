using System.Runtime.InteropServices;

namespace Sluice.Schemas.Records;

/// <content>What is made of a block's transactions beside the record itself.</content>
[StructLayout(LayoutKind.Auto)] // as it is anyway with references in it; said, because fields stand in two files
public partial struct Block
{
    private SwapDigest? _digest;

    /// <summary>Digest of the block's swaps; null where not every transaction of the list was taken into it.</summary>
    public readonly SwapDigest? Digest => _digest is not null && _digest.Transactions == Transactions.Count ? _digest : null;

    /// <summary>Takes the transaction that was added last, and is finished, into the digest.</summary>
    public readonly void DigestLast() => _digest!.Take(Transactions[Transactions.Count - 1]);

    /// <summary>Makes the digest anew of all transactions.</summary>
    public void MakeDigest()
    {
        _digest ??= new();
        _digest.Clear();
        foreach (ref readonly var tx in Transactions.Span) { _digest.Take(tx); }
    }

    partial void OnReset()
    {
        if (_digest is null) { _digest = new(); } else { _digest.Clear(); }
    }

    partial void OnRead() => MakeDigest();
}
