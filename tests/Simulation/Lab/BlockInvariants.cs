using System.Text.Json;
using Sluice.Lab;
using Sluice.Lab.Venues;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>The chain's own arithmetic on simulated blocks, read without the product's reader.</summary>
public sealed class BlockInvariants
{
    private static readonly SimulatorOptions Options = new()
    {
        Seed = 20_251_101,
        Slots = 60,
        VotesPerBlock = 40,
        NonVotesPerBlock = 150,
        SkippedPerMille = 150,
        ArbitragesPerThousandBlocks = 5_000,
        LookAlikesPerThousandBlocks = 6_000,
    };

    private static readonly Lazy<(List<(SimulatedSlot Slot, JsonElement? Block, TruthEntry[] Truth)> Slots,
        RunTotals Totals)> Lazily =
        new(() => SimulatedBlocks.Run(Options));

    private static IEnumerable<JsonElement> Blocks =>
        Lazily.Value.Slots.Where(s => s.Block is not null).Select(s => s.Block!.Value);

    private static IEnumerable<TransactionView> Views =>
        Blocks.SelectMany(block => block.Transactions()).Select(t => new TransactionView(t));

    [Fact]
    public void Each_block_names_the_one_before_it()
    {
        string? hash = null;
        ulong? parent = null, height = null;
        foreach (var (slot, block, _) in Lazily.Value.Slots)
        {
            if (block is not { } b) { continue; }
            if (hash is not null)
            {
                Assert.Equal(hash, b.GetProperty("previousBlockhash").GetString());
                Assert.Equal(parent, b.GetProperty("parentSlot").GetUInt64());
                Assert.Equal(height + 1, b.GetProperty("blockHeight").GetUInt64());
            }

            (hash, parent, height) = (b.GetProperty("blockhash").GetString(), slot.Slot,
                b.GetProperty("blockHeight").GetUInt64());
        }
    }

    [Fact]
    public void Keys_of_every_object_are_in_alphabetical_order()
    {
        void Check(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
            {
                foreach (var item in element.EnumerateArray()) { Check(item); }
            }
            else if (element.ValueKind == JsonValueKind.Object)
            {
                var names = element.EnumerateObject().Select(p => p.Name).ToArray();
                Assert.Equal(names.Order(StringComparer.Ordinal), names);
                foreach (var property in element.EnumerateObject()) { Check(property.Value); }
            }
        }

        foreach (var block in Blocks.Take(10)) { Check(block); }
    }

    [Fact]
    public void Every_fee_follows_the_formula() => Assert.All(Views, tx => Assert.Equal(tx.FeeByFormula(), tx.Fee));

    [Fact]
    public void Lamports_are_moved_but_never_made_and_only_the_fee_disappears() => Assert.All(Views, tx =>
        Assert.Equal(tx.Before.Aggregate(UInt128.Zero, (sum, x) => sum + x) - tx.Fee,
            tx.After.Aggregate(UInt128.Zero, (sum, x) => sum + x)));

    [Fact]
    public void Wrapped_sol_accounts_hold_their_amount_and_rent() => Assert.All(Views, tx =>
        Assert.All(
            tx.Tokens("postTokenBalances").Values.Where(t => t.Mint == TransactionView.WrappedSol),
            token => Assert.Equal(token.Amount + 2_039_280, tx.After[token.Index])));

    [Fact]
    public void Tokens_are_conserved_but_for_minting_burning_and_withheld_fees()
    {
        foreach (var tx in Views.Where(tx => !tx.Failed))
        {
            var change = new Dictionary<string, Int128>();
            foreach (var token in tx.Tokens("postTokenBalances").Values)
            {
                change[token.Mint] = change.GetValueOrDefault(token.Mint) + token.Amount;
            }
            foreach (var token in tx.Tokens("preTokenBalances").Values)
            {
                change[token.Mint] = change.GetValueOrDefault(token.Mint) - token.Amount;
            }
            foreach (var ix in tx.Inner.Concat(tx.Outer).Where(ix => ix.Program.StartsWith("Token", StringComparison.Ordinal)))
            {
                if (ix.Data[0] == 7) { change[tx.Keys[ix.Accounts[0]]] -= BitConverter.ToUInt64(ix.Data, 1); }
                if (ix.Data[0] == 8) { change[tx.Keys[ix.Accounts[1]]] += BitConverter.ToUInt64(ix.Data, 1); }
            }

            foreach (var (mint, sum) in change)
            {
                if (mint == TransactionView.WrappedSol || sum == 0) { continue; }

                // Only a transfer fee takes tokens out of sight: at most one percent of what was sent, of Token-2022 mints.
                Assert.True(sum < 0, $"{tx.Signature} made {sum} of {mint}");
                var sent = tx.Inner.Concat(tx.Outer).Where(ix => ix.Program.StartsWith("TokenzQ", StringComparison.Ordinal))
                    .Sum(ix => ix.Data[0] switch
                    {
                        12 => (long)BitConverter.ToUInt64(ix.Data, 1),
                        26 => (long)BitConverter.ToUInt64(ix.Data, 2),
                        _ => 0,
                    });
                Assert.True(-sum <= (sent / 100) + 1, $"{tx.Signature} lost {-sum} of {mint}");
            }
        }
    }

    [Fact]
    public void Balances_go_on_where_the_last_transaction_left_them()
    {
        var lamports = new Dictionary<string, ulong>();
        var tokens = new Dictionary<string, ulong?>();
        foreach (var block in Blocks)
        {
            foreach (var tx in block.Transactions().Select(t => new TransactionView(t)))
            {
                var before = tx.Tokens("preTokenBalances");
                var after = tx.Tokens("postTokenBalances");
                for (var i = 0; i < tx.Keys.Length; i++)
                {
                    var key = tx.Keys[i];
                    if (lamports.TryGetValue(key, out var known)) { Assert.Equal(known, tx.Before[i]); }
                    lamports[key] = tx.After[i];
                    ulong? held = before.TryGetValue(i, out var b) ? b.Amount : null;
                    if (tokens.TryGetValue(key, out var knownTokens)) { Assert.Equal(knownTokens, held); }
                    if (held is not null || after.ContainsKey(i))
                    {
                        tokens[key] = after.TryGetValue(i, out var a) ? a.Amount : null;
                    }
                }
            }

            foreach (var reward in block.GetProperty("rewards").EnumerateArray())
            {
                lamports[reward.GetProperty("pubkey").GetString()!] = reward.GetProperty("postBalance").GetUInt64();
            }
        }
    }

    [Fact]
    public void A_failed_transaction_costs_its_fee_and_changes_nothing_else()
    {
        var failed = Views.Where(tx => tx.Failed).ToArray();
        Assert.NotEmpty(failed);
        Assert.All(failed, tx =>
        {
            Assert.Equal(tx.Before[0] - tx.Fee, tx.After[0]);
            Assert.Equal(tx.Before[1..], tx.After[1..]);
            Assert.Equal(tx.Tokens("preTokenBalances"), tx.Tokens("postTokenBalances"));
            Assert.Contains(tx.Meta.GetProperty("logMessages").EnumerateArray(), line =>
                line.GetString()!.Contains(" failed: ", StringComparison.Ordinal) || line.GetString() == "Log truncated");
        });
    }

    [Fact]
    public void Every_index_is_inside_the_list_of_keys() => Assert.All(Views, tx =>
    {
        Assert.Equal(tx.Keys.Length, tx.Before.Length);
        Assert.Equal(tx.Keys.Length, tx.After.Length);
        Assert.Equal(tx.Keys.Length, tx.Keys.Distinct().Count());
        Assert.True(tx.Keys.Length <= 128, "more accounts than a transaction may lock");
        Assert.All(tx.Outer, ix => Assert.InRange(ix.ProgramIndex, 0, tx.StaticKeys - 1));
        Assert.All(tx.Inner, ix => Assert.InRange(ix.ProgramIndex, 0, tx.Keys.Length - 1));
        Assert.All(tx.Outer.Concat(tx.Inner).SelectMany(ix => ix.Accounts),
            index => Assert.InRange(index, 0, tx.Keys.Length - 1));
        Assert.Equal(tx.Signers, tx.Json.GetProperty("transaction").GetProperty("signatures").GetArrayLength());
    });

    [Fact]
    public void Inner_instructions_are_calls_of_what_stands_before_them() => Assert.All(Views, tx =>
    {
        foreach (var group in tx.Inner.GroupBy(ix => ix.Outer))
        {
            Assert.InRange(group.Key, 0, tx.Outer.Length - 1);
            var height = 1;
            foreach (var ix in group)
            {
                Assert.InRange(ix.Height, 2, height + 1);
                height = ix.Height;
                Assert.All(ix.Accounts.Append(ix.ProgramIndex), index =>
                    Assert.Contains(index, tx.Outer[group.Key].Accounts.Append(tx.Outer[group.Key].ProgramIndex)));
            }
        }
    });

    [Fact]
    public void Log_lines_nest_as_the_calls_do() => Assert.All(Views, tx =>
    {
        var lines = tx.Meta.GetProperty("logMessages").EnumerateArray().Select(line => line.GetString()!).ToArray();
        var open = new Stack<string>();
        var invoked = new List<string>();
        foreach (var line in lines)
        {
            var words = line.Split(' ');
            if (words.Length > 3 && words[2] == "invoke")
            {
                open.Push(words[1]);
                invoked.Add(words[1]);
                Assert.Equal($"[{open.Count}]", words[3]);
            }
            else if (words.Length > 2 && words[0] == "Program" && words[2] is "success" or "failed:")
            {
                Assert.Equal(open.Pop(), words[1]);
            }
            else if (words.Length > 2 && words[0] == "Program" && words[2] == "consumed")
            {
                Assert.Equal(open.Peek(), words[1]);
            }
        }

        if (lines[^1] == "Log truncated") { return; }
        Assert.Empty(open);
        if (!tx.Failed) { Assert.Equal(tx.Outer.Length + tx.Inner.Length, invoked.Count); }
    });

    [Fact]
    public void The_leader_gets_half_of_the_base_fees_and_all_priority_fees()
    {
        foreach (var block in Blocks)
        {
            ulong baseFees = 0, priority = 0;
            foreach (var tx in block.Transactions().Select(t => new TransactionView(t)))
            {
                baseFees += 5_000UL * (ulong)tx.Signers;
                priority += tx.Fee - (5_000UL * (ulong)tx.Signers);
            }

            var reward = block.GetProperty("rewards")[0];
            Assert.Equal("Fee", reward.GetProperty("rewardType").GetString());
            Assert.Equal((baseFees / 2) + priority, reward.GetProperty("lamports").GetUInt64());
        }
    }

    [Fact]
    public void The_totals_are_those_of_the_blocks()
    {
        var (slots, totals) = Lazily.Value;
        var views = Views.ToArray();
        Assert.Equal((ulong)slots.Count, totals.Slots);
        Assert.Equal((ulong)slots.Count(s => s.Block is null), totals.SkippedSlots);
        Assert.True(totals.SkippedSlots > 0);
        Assert.Equal((ulong)views.Length, totals.Transactions);
        Assert.Equal((ulong)views.Count(tx => tx.IsVote), totals.Votes);
        Assert.Equal((ulong)views.Count(tx => tx.Failed), totals.Failed);
        Assert.Equal(views.Aggregate(UInt128.Zero, (sum, tx) => sum + tx.Fee), totals.FeesLamports);
        Assert.Equal(slots.Sum(s => (long)s.Slot.Bytes), (long)totals.Bytes);
        static long Received(TransactionView tx, int at) => at < 0 ? 0 : Math.Max(0, (long)(tx.After[at] - tx.Before[at])); // a crank takes
        var tips = views.Select(tx => TipAccounts.Sum(tip => Received(tx, Array.IndexOf(tx.Keys, tip)))).ToArray();
        Assert.Equal((UInt128)tips.Sum(), totals.TipsLamports);
        Assert.Equal((ulong)tips.Count(tip => tip > 0), totals.TippedTransactions);
    }

    [Fact]
    public void Every_venue_trades_and_its_swaps_are_counted()
    {
        var counted = new ulong[VenueNames.Count];
        foreach (var tx in Views.Where(tx => !tx.Failed))
        {
            foreach (var ix in tx.Outer.Concat(tx.Inner))
            {
                var venue = Array.IndexOf(VenuePrograms, ix.Program);
                if (venue >= 0 && SwapTags.Contains(Tag(ix, venue))) { counted[venue]++; }
            }
        }

        for (var venue = 0; venue < counted.Length; venue++)
        {
            Assert.True(counted[venue] > 0, $"no swap on {VenueNames.Of((VenueKind)venue)}");
            Assert.Equal(counted[venue], Lazily.Value.Totals.SwapsOn((VenueKind)venue));
        }
    }

    [Fact]
    public void Messages_fit_into_a_packet_and_both_versions_occur()
    {
        var versions = Views.Where(tx => !tx.IsVote).Select(tx => tx.Json.GetProperty("version").ToString()).ToArray();
        Assert.Contains("0", versions);
        Assert.Contains("legacy", versions);
        Assert.All(Views, tx =>
        {
            var bytes = 1 + (64 * tx.Signers) + 4 + 1 + (32 * tx.StaticKeys) + 32 + 1;
            foreach (var ix in tx.Outer) { bytes += 3 + ix.Accounts.Length + ix.Data.Length + (ix.Data.Length > 127 ? 1 : 0); }
            var listed = 0;
            if (tx.Message.TryGetProperty("addressTableLookups", out var lookups))
            {
                foreach (var lookup in lookups.EnumerateArray())
                {
                    listed += lookup.GetProperty("writableIndexes").GetArrayLength() + lookup.GetProperty("readonlyIndexes").GetArrayLength();
                    bytes += 34;
                }
            }

            Assert.Equal(tx.Keys.Length - tx.StaticKeys, listed);
            Assert.True(bytes + listed <= 1_232 + 2, $"{tx.Signature} has {bytes + listed} bytes");
        });
    }

    private static readonly string[] VenuePrograms =
    [
        "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8", "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C",
        "CAMMCzo5YL8w4VFF8KVHrK22GGUsp5VTaW7grrKgrWqK", "whirLbMiicVdio4qvUfM5KAg6Ct8VwpYzGff3uctyCc",
        "LBUZKhRxPF3XUpBCjp4YzTKgLccjZhTSDM9YuVaPwxo", "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG",
        "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P", "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA",
    ];

    private static readonly HashSet<string> SwapTags =
    [
        "09", "10", "8fbe5adac41e33de", "f8c69e91e17587c8", "2b04ed0b1ac91e62", "414b3f4ceb5b5b88",
        "66063d1201daebea", "33e685a4017f83ad", "c62e1552b4d9e870",
    ];

    private static readonly string[] TipAccounts =
    [
        "96gYZGLnJYVFmbjzopPSU6QiEV5fGqZNyN9nmNhvrZU5", "HFqU5x63VTqvQss8hp11i4wVV8bD44PvwucfZ2bU7gRe",
        "Cw8CFyM9FkoMi7K7Crf6HNQqf4uEMzpKw6QNghXLvLkY", "ADaUMid9yfUytqMBgopwjb2DTLSokTSzL1zt6iGPaS49",
        "DfXygSm4jCyNCybVYYK6DwvWqjKee8pbDmJGcLWNDXjh", "ADuUkR4vqLUMWXxW9gh6D6L8pMSawimctcNZ5pGwDcEt",
        "DttWaMuVvTiduZRnguLF7jNxTgiMBZ1hyAumKUiL2KRL", "3AVi9Tg9Uo68tJfuvoKvqKNWKkC5wPdSSdeBnizKZ6jT",
    ];

    private static string Tag(InstructionView ix, int venue) =>
        Convert.ToHexStringLower(ix.Data.AsSpan(0, venue == 0 ? 1 : Math.Min(8, ix.Data.Length)));
}
