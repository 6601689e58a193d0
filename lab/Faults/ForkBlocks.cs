using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sluice.Lab.Chain;

namespace Sluice.Lab.Faults;

/// <summary>Makes the blocks of a fork from the true ones of the same slots.</summary>
/// <remarks>
/// A fork has the same transactions in the same order, but later: a block takes what the one before it left over, and a part of the true
/// block's. So a transaction lands in another slot than on the true chain, as happens on real forks, and whatever is left when the
/// fork ends is only on the true chain. Blockhashes are the fork's own, and the leader's reward is that of the fees that are in the block.
/// </remarks>
internal sealed class ForkBlocks(ulong seed)
{
    private readonly List<byte[]> _left = [];
    private ChainBlock? _parent;
    private ulong _first;

    /// <summary>The fork's block at the slot of a true block.</summary>
    /// <param name="fork">The fork that covers the slot.</param>
    /// <param name="block">The true block.</param>
    /// <param name="before">The last true block before the fork; null where it begins with the chain.</param>
    public ChainBlock Make(Fork fork, ChainBlock block, ChainBlock? before)
    {
        if (_first != fork.First || _parent is null)
        {
            (_first, _parent) = (fork.First, before);
            _left.Clear();
        }

        var random = new Prng(seed, stream: 0xF02B_0000_0000_0000 + block.Slot);
        var (transactions, fees) = Take(block, random);
        var head = JsonNode.Parse(Encoding.UTF8.GetString(block.Json.AsSpan(0, block.Body.Start.Value - 1)) + "}")!.AsObject();
        head["blockhash"] = random.Key().ToString();
        if (_parent is { } parent)
        {
            head["parentSlot"] = parent.Slot;
            head["previousBlockhash"] = parent.Blockhash;
        }

        foreach (var reward in head["rewards"]!.AsArray())
        {
            if ((string?)reward!["rewardType"] != "Fee") { continue; }
            var instead = (fees.Base / 2) + fees.Priority;
            reward["postBalance"] = (ulong)reward["postBalance"]! - (ulong)reward["lamports"]! + instead;
            reward["lamports"] = instead;
        }

        using var json = new MemoryStream();
        json.Write(Encoding.UTF8.GetBytes(head.ToJsonString())[..^1]);
        json.Write(",\"transactions\":["u8);
        for (var i = 0; i < transactions.Count; i++)
        {
            if (i > 0) { json.WriteByte((byte)','); }
            json.Write(transactions[i]);
        }

        json.Write("]}"u8);
        return _parent = new ChainBlock(block.Slot, block.Leader, json.ToArray(), transactions.Count, block.TransactionsBefore, isFork: true);
    }

    /// <summary>What was left over and between a third and all of the block; the rest is left over.</summary>
    private (List<byte[]> Transactions, (ulong Base, ulong Priority) Fees) Take(ChainBlock block, Prng random)
    {
        var taken = new List<byte[]>(_left);
        _left.Clear();
        var wanted = taken.Count + (block.Transactions / 3) + random.Below(Math.Max(1, block.Transactions * 2 / 3));
        ulong baseFees = 0, priority = 0;
        foreach (var transaction in taken) { AddFees(transaction, ref baseFees, ref priority); }
        foreach (var range in TransactionRanges.Of(block))
        {
            var bytes = block.Json.AsSpan(range).ToArray();
            if (taken.Count == wanted)
            {
                _left.Add(bytes);
                continue;
            }

            taken.Add(bytes);
            AddFees(bytes, ref baseFees, ref priority);
        }

        return (taken, (baseFees, priority));
    }

    private static void AddFees(byte[] transaction, ref ulong baseFees, ref ulong priority)
    {
        using var document = JsonDocument.Parse(transaction);
        var fee = document.RootElement.GetProperty("meta").GetProperty("fee").GetUInt64();
        var signatures = 5_000UL * (ulong)document.RootElement.GetProperty("transaction").GetProperty("signatures").GetArrayLength();
        baseFees += signatures;
        priority += fee - signatures;
    }
}
