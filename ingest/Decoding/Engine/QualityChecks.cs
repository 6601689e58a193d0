using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>The chain's own arithmetic, checked on what was read.</summary>
internal sealed class QualityChecks(TransactionView view, DecoderOptions options)
{
    private readonly Pile<(int Mint, Int128 Change, bool MayWithhold)> _mints = new();

    /// <summary>A transaction destroys its fee and nothing else: the lamports before, less the fee, are those after.</summary>
    public static void Lamports(RawBlock raw, in RawTransaction tx, ref Quality quality)
    {
        if (!tx.HasBalances) { return; }
        // Sums modulo 2^64: the supply is far below it, and wrong data that wraps is not made right by wrapping.
        ulong pre = 0, post = 0;
        unchecked
        {
            foreach (var lamports in raw.PreBalances.Span.Slice(tx.AccountStart, tx.AccountCount)) { pre += lamports; }
            foreach (var lamports in raw.PostBalances.Span.Slice(tx.AccountStart, tx.AccountCount)) { post += lamports; }
            quality.LamportsChecked++;
            if (pre - tx.FeeLamports != post) { quality.LamportsFailed++; }
        }
    }

    /// <summary>Of a mint that was neither minted nor burned, as much is there after as before. wSOL is left out: wrapping makes it.</summary>
    public void Tokens(ref Quality quality)
    {
        ref readonly var tx = ref view.Tx;
        if (!tx.HasTokenBalances || !tx.HasInnerInstructions || view.HasOpaque || tx.TokenBalanceCount == 0) { return; }
        _mints.Clear();
        foreach (ref readonly var balance in view.Raw.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount))
        {
            if (balance.Mint != view.WrappedSol) { Add(balance); }
        }

        foreach (ref readonly var mint in _mints.Span)
        {
            if (HasSupplyChange(mint.Mint)) { continue; }
            quality.TokensChecked++;
            if (mint.MayWithhold ? mint.Change > 0 : mint.Change != 0) { quality.TokensFailed++; }
        }
    }

    /// <summary>
    /// Whether every token account has what its transfers leave in it. Left out are wSOL, which wraps and unwraps without a transfer, mints that were minted
    /// or burned, and Token-2022, which may withhold a fee.
    /// </summary>
    public bool BalancesAreExplained()
    {
        ref readonly var tx = ref view.Tx;
        if (!tx.HasTokenBalances || !tx.HasInnerInstructions || view.HasOpaque) { return true; }
        foreach (ref readonly var balance in view.Raw.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount))
        {
            if (balance.Pre == balance.Post || balance.Mint == view.WrappedSol || HasSupplyChange(balance.Mint)) { continue; }
            if (balance.TokenProgram >= 0 && view.Entries[view.EntryOfKey[balance.TokenProgram]].IsToken2022) { continue; }
            var amount = (Int128)balance.Pre;
            foreach (ref readonly var transfer in view.Transfers.Span)
            {
                if (transfer.IsNative) { continue; }
                if (transfer.Destination == balance.Account) { amount += transfer.Received; }
                if (transfer.Source == balance.Account) { amount -= transfer.Sent; }
            }

            if (amount != balance.Post) { return false; }
        }

        return true;
    }

    /// <summary>The leader's fee reward against the rule of its slot.</summary>
    public void Reward(in Block block, ulong slot, ref Quality quality)
    {
        if (block.LeaderRewardLamports is not { } reward || !block.IsComplete) { return; }
        quality.RewardChecked = 1;
        var fees = block.FeesLamports;
        var shared = slot < options.FullPriorityFeeFromSlot ? fees : fees - block.PriorityFeesLamports;
        var expected = fees - (shared / 2); // what is burned is rounded down
        quality.RewardFailed = reward >= 0 && (ulong)reward == expected ? 0 : 1;
    }

    private void Add(in RawTokenBalance balance)
    {
        var change = (Int128)balance.Post - balance.Pre;
        var mayWithhold = balance.TokenProgram >= 0 && view.Entries[view.EntryOfKey[balance.TokenProgram]].IsToken2022;
        foreach (ref var mint in _mints.Span)
        {
            if (mint.Mint != balance.Mint) { continue; }
            mint.Change += change;
            mint.MayWithhold |= mayWithhold;
            return;
        }

        _mints.Add() = (balance.Mint, change, mayWithhold);
    }

    private bool HasSupplyChange(int mint)
    {
        foreach (ref readonly var change in view.SupplyChanges.Span)
        {
            if (change.Mint == mint) { return true; }
        }

        return false;
    }
}
