using Sluice.Schemas.Chain;

namespace Sluice.Schemas.Records;

/// <summary>Where a swap of a block stands, and enough of it to tell whether it is worth a look. 28 bytes.</summary>
public readonly struct SwapMark
{
    /// <param name="position">Position of its transaction in the block's list.</param>
    /// <param name="index">Which of the transaction's swaps.</param>
    /// <param name="tx">The transaction.</param>
    /// <param name="swap">The swap.</param>
    internal SwapMark(int position, int index, in Transaction tx, in Swap swap)
    {
        (Position, TxIndex, Index) = (position, tx.Index, index);
        (PoolHash, MintInHash, MintOutHash) = ((uint)swap.Pool.GetHashCode(), (uint)swap.MintIn.GetHashCode(), (uint)swap.MintOut.GetHashCode());
        (UnitIn, UnitOut) = (KnownMints.UnitOf(swap.MintIn), KnownMints.UnitOf(swap.MintOut));
        IsSuccess = tx.Status == TransactionStatus.Success;
    }

    /// <summary>Position of its transaction in the block's list.</summary>
    public readonly int Position;

    /// <summary>Position of its transaction in the block, votes counted.</summary>
    public readonly int TxIndex;

    /// <summary>Which of its transaction's swaps.</summary>
    public readonly int Index;

    /// <summary>Hash of the pool, as <see cref="Pubkey.GetHashCode"/> makes it.</summary>
    public readonly uint PoolHash;

    /// <summary>Hash of what the trader paid.</summary>
    public readonly uint MintInHash;

    /// <summary>Hash of what the trader received.</summary>
    public readonly uint MintOutHash;

    /// <summary>Unit of what the trader paid.</summary>
    public readonly MintUnit UnitIn;

    /// <summary>Unit of what the trader received.</summary>
    public readonly MintUnit UnitOut;

    /// <summary>False where the transaction failed.</summary>
    public readonly bool IsSuccess;
}
