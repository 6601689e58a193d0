using System.Text;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>A raw block as lines of text, keys spelled out, so that two blocks are equal when their texts are.</summary>
internal static class RawBlockText
{
    public static string Of(RawBlock block)
    {
        var text = new StringBuilder();
        text.Append($"slot {block.Slot} parent {block.ParentSlot} hash {block.Blockhash} previous {block.PreviousBlockhash} ");
        text.AppendLine($"time {block.BlockTime} height {block.BlockHeight} partial {block.IsPartial}");
        foreach (var reward in block.Rewards.Span) { text.AppendLine($"reward {block.Keys[reward.Account]} {reward.Lamports} {reward.Kind}"); }
        foreach (var rejection in block.Rejections.Span) { text.AppendLine($"rejected {rejection.Transaction} {rejection.Reason}"); }
        foreach (ref readonly var tx in block.Transactions.Span) { Append(text, block, tx); }
        return text.ToString();
    }

    public static string Of(RawBlock block, int transaction)
    {
        var text = new StringBuilder();
        Append(text, block, block.Transactions[transaction]);
        return text.ToString();
    }

    private static void Append(StringBuilder text, RawBlock block, in RawTransaction tx)
    {
        text.Append($"tx {tx.Index} {tx.Signature} signatures {tx.SignatureCount} vote {tx.IsVote} failed {tx.IsFailed} v0 {tx.IsVersioned} ");
        text.Append($"has {tx.HasBalances} {tx.HasTokenBalances} {tx.HasInnerInstructions} fee {tx.FeeLamports} units {tx.ComputeUnits} ");
        text.AppendLine($"static {tx.StaticAccountCount} err {Encoding.UTF8.GetString(block.Data.Span.Slice(tx.ErrorStart, tx.ErrorLength))}");
        for (var i = tx.AccountStart; i < tx.AccountStart + tx.AccountCount; i++)
        {
            text.AppendLine($"  key {block.Keys[block.AccountKeys[i]]} {block.PreBalances[i]} {block.PostBalances[i]}");
        }

        foreach (ref readonly var ix in block.Instructions.Span.Slice(tx.InstructionStart, tx.InstructionCount))
        {
            var accounts = string.Join(',', block.InstructionAccounts.Span.Slice(ix.AccountStart, ix.AccountCount).ToArray());
            var data = Convert.ToHexStringLower(block.Data.Span.Slice(ix.DataStart, ix.DataLength));
            text.AppendLine($"  ix {ix.OuterIndex}.{ix.InnerIndex} h{ix.StackHeight} p{ix.ProgramAccount} raw {ix.IsRaw} [{accounts}] {data}");
        }

        foreach (ref readonly var tb in block.TokenBalances.Span.Slice(tx.TokenBalanceStart, tx.TokenBalanceCount))
        {
            text.Append($"  token {tb.Account} {block.Keys[tb.Mint]} owner {Key(block, tb.Owner)} program {Key(block, tb.TokenProgram)} ");
            text.AppendLine($"{(tb.HasPre ? tb.Pre.ToString() : "-")} {(tb.HasPost ? tb.Post.ToString() : "-")} d{tb.Decimals}");
        }

        foreach (ref readonly var e in block.LogEvents.Span.Slice(tx.LogEventStart, tx.LogEventCount))
        {
            var data = Convert.ToHexStringLower(block.Data.Span.Slice(e.DataStart, e.DataLength));
            text.AppendLine($"  event {block.Keys[e.Program]} #{e.Invocation} ray {e.IsRayLog} {data}");
        }
    }

    private static string Key(RawBlock block, int key) => key < 0 ? "-" : block.Keys[key].ToString();
}
