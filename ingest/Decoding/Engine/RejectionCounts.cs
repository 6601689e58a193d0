using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>What decoding turned down in the block at hand, by reason. Reasons are a small fixed set of texts.</summary>
internal sealed class RejectionCounts
{
    /// <summary>A swap instruction with fewer accounts than its layout.</summary>
    public const string ShortAccounts = "short-accounts";

    /// <summary>A swap instruction below which nothing moved through the pool's vaults, such as an order that did not fill.</summary>
    public const string NothingMoved = "nothing-moved";

    /// <summary>Only one vault moved.</summary>
    public const string OneSided = "one-sided";

    /// <summary>Neither balances nor instructions tell a vault's mint.</summary>
    public const string UnknownMint = "unknown-mint";

    /// <summary>Both vaults hold the same mint.</summary>
    public const string OneMint = "one-mint";

    /// <summary>A transaction whose ranges or keys point outside the block.</summary>
    public const string BrokenTransaction = "broken-transaction";

    /// <summary>A transaction whose first signature another one of the block has.</summary>
    public const string DuplicateSignature = "duplicate-signature";

    /// <summary>A transaction with a token account whose balance changed by something else than what its instructions moved.</summary>
    public const string UnexplainedBalance = "unexplained-balance";

    private readonly List<(string Reason, int Count)> _counts = [];

    /// <summary>Instructions of known venues that could not be decoded.</summary>
    public int Instructions { get; private set; }

    public void Clear()
    {
        _counts.Clear();
        Instructions = 0;
    }

    /// <summary>Counts an instruction.</summary>
    public void Count(string reason)
    {
        Instructions++;
        Add(reason);
    }

    /// <summary>Counts something other than an instruction.</summary>
    public void Add(string reason)
    {
        for (var i = 0; i < _counts.Count; i++)
        {
            if (ReferenceEquals(_counts[i].Reason, reason) || _counts[i].Reason == reason)
            {
                _counts[i] = (reason, _counts[i].Count + 1);
                return;
            }
        }

        _counts.Add((reason, 1));
    }

    /// <summary>Appends the counts to the block's rejections under a stage.</summary>
    public void WriteTo(RecordList<BlockRejection> rejections, string stage)
    {
        foreach (var (reason, count) in _counts)
        {
            ref var rejection = ref rejections.Add();
            rejection.Stage = stage;
            rejection.Reason = reason;
            rejection.Count = count;
        }
    }
}
