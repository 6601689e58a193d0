using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Lab.Definitions;

/// <summary>What the published definitions look at in a block, kept as long as one of them needs it; made once and shared by all.</summary>
/// <remarks>Successful transactions with swaps, token transfers or hand-overs of token accounts, in block order.</remarks>
public sealed class SeenBlock
{
    public required ulong Slot { get; init; }

    /// <summary>Unix milliseconds; null where unknown.</summary>
    public long? TimeUnixMs { get; init; }

    public Pubkey? Leader { get; init; }

    public required IReadOnlyList<SeenTransaction> Transactions { get; init; }

    /// <summary>All swaps in the order of execution.</summary>
    public IEnumerable<SeenSwap> Swaps => Transactions.SelectMany(t => t.Swaps);

    /// <summary>Takes what is needed of a decoded block; nothing of the record is kept.</summary>
    public static SeenBlock From(in Block block)
    {
        var transactions = new List<SeenTransaction>();
        foreach (ref readonly var tx in block.Transactions.Span)
        {
            if (tx.Status != TransactionStatus.Success || (tx.Swaps.Count == 0 && tx.Transfers.Count == 0 && tx.AuthorityChanges.Count == 0)) { continue; }
            transactions.Add(From(in tx, (ulong)block.Slot));
        }

        return new SeenBlock { Slot = (ulong)block.Slot, TimeUnixMs = block.BlockTimeUnixMs, Leader = block.Leader, Transactions = transactions };
    }

    private static SeenTransaction From(in Transaction tx, ulong slot)
    {
        var swaps = new List<SeenSwap>(tx.Swaps.Count);
        var isDirect = false;
        foreach (ref readonly var swap in tx.Swaps.Span) { isDirect |= swap.Program == tx.Wrapper; }
        var seen = new SeenTransaction
        {
            Slot = slot,
            Index = tx.Index,
            Signature = tx.Signature,
            Signer = tx.Signer,
            Wrapper = isDirect ? null : tx.Wrapper,
            UsesAggregator = tx.UsesAggregator,
            FeeLamports = tx.FeeLamports,
            TipLamports = tx.TipLamports,
            Swaps = swaps,
            Transfers = [.. tx.Transfers.Span.ToArray().Select(t => new SeenTransfer(t.Mint, t.From, t.To))],
            HandOvers = [.. tx.AuthorityChanges.Span.ToArray().Select(a => new SeenTransfer(a.Mint ?? default, a.From, a.To))],
            Gains = [.. tx.BalanceChanges.Span.ToArray().Select(b => (b.Owner, b.Mint, b.Delta))],
        };
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            swaps.Add(new SeenSwap
            {
                Transaction = seen,
                Place = swaps.Count,
                Program = swap.Program,
                Pool = swap.Pool,
                Trader = swap.Trader,
                MintIn = swap.MintIn,
                MintOut = swap.MintOut,
                AmountIn = swap.AmountIn + (swap.TransferFeeIn ?? 0),
                AmountOut = swap.AmountOut - Math.Min(swap.AmountOut, swap.TransferFeeOut ?? 0),
            });
        }

        return seen;
    }
}

/// <summary>A transaction as definitions see it.</summary>
public sealed class SeenTransaction
{
    public required ulong Slot { get; init; }

    /// <summary>Position in the block, votes counted.</summary>
    public required int Index { get; init; }

    public required Signature Signature { get; init; }

    public required Pubkey Signer { get; init; }

    /// <summary>The program that was called; null where a venue was called directly.</summary>
    public Pubkey? Wrapper { get; init; }

    /// <summary>Whether a known aggregator was invoked.</summary>
    public bool UsesAggregator { get; init; }

    public ulong FeeLamports { get; init; }

    public ulong TipLamports { get; init; }

    public IReadOnlyList<SeenSwap> Swaps { get; init; } = [];

    public IReadOnlyList<SeenTransfer> Transfers { get; init; } = [];

    /// <summary>Token accounts that changed hands; the mint is default where it is not known.</summary>
    public IReadOnlyList<SeenTransfer> HandOvers { get; init; } = [];

    /// <summary>Changes of balances, SOL and wSOL as one.</summary>
    public IReadOnlyList<(Pubkey Owner, Pubkey Mint, Int128 Delta)> Gains { get; init; } = [];
}

/// <summary>Tokens, or a token account, from one owner to another.</summary>
public readonly record struct SeenTransfer(Pubkey Mint, Pubkey From, Pubkey To);

/// <summary>A swap as definitions see it; amounts are what the trader paid and received.</summary>
public sealed class SeenSwap
{
    public required SeenTransaction Transaction { get; init; }

    /// <summary>Place among the transaction's swaps.</summary>
    public int Place { get; init; }

    public Pubkey Program { get; init; }

    public required Pubkey Pool { get; init; }

    /// <summary>Owner of the token accounts.</summary>
    public required Pubkey Trader { get; init; }

    public required Pubkey MintIn { get; init; }

    public required Pubkey MintOut { get; init; }

    public required ulong AmountIn { get; init; }

    public required ulong AmountOut { get; init; }

    public Pubkey Signer => Transaction.Signer;

    public ulong Slot => Transaction.Slot;

    /// <summary>True when it was executed before the other.</summary>
    public bool IsBefore(SeenSwap other) =>
        (Slot, Transaction.Index, Place).CompareTo((other.Slot, other.Transaction.Index, other.Place)) < 0;

    /// <summary>Same pool and direction.</summary>
    public bool IsLike(SeenSwap other) => Pool == other.Pool && MintIn == other.MintIn && MintOut == other.MintOut;

    /// <summary>Same pool, opposite direction.</summary>
    public bool IsAgainst(SeenSwap other) => Pool == other.Pool && MintIn == other.MintOut && MintOut == other.MintIn;
}
