using Sluice.Ingest.Decoding.Model;

namespace Sluice.Ingest.Blocks;

/// <summary>Joins the two sides of a token account's balance: what it had before a transaction and after it.</summary>
internal sealed class TokenBalanceJoin
{
    // Token balance that last named an account position. An entry is believed only when that balance names the position back,
    // so the table is never cleared.
    private readonly int[] _balanceOf = new int[ushort.MaxValue + 1];

    /// <summary>Takes one side. All sides before come first.</summary>
    /// <param name="entry">Account, mint, owner, token program and decimals.</param>
    /// <param name="amount">Base units of the side.</param>
    public void Add(TransactionDraft draft, RawTokenBalance entry, ulong amount, bool isPost)
    {
        var balances = draft.Block.TokenBalances;
        var known = _balanceOf[entry.Account];
        if (isPost && known >= draft.Tx.TokenBalanceStart && known < balances.Count && balances[known].Account == entry.Account)
        {
            // An account that was closed and opened again for another mint has one entry a mint.
            ref var pre = ref balances[known];
            if (pre.Mint == entry.Mint)
            {
                pre.Post = amount;
                pre.HasPost = true;
                if (entry.Owner >= 0) { pre.Owner = entry.Owner; }
                if (entry.TokenProgram >= 0) { pre.TokenProgram = entry.TokenProgram; }
                return;
            }
        }

        if (isPost) { (entry.Post, entry.HasPost) = (amount, true); }
        else { (entry.Pre, entry.HasPre) = (amount, true); }
        _balanceOf[entry.Account] = balances.Count;
        balances.Add(entry);
    }
}
