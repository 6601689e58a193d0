using System.Text.Json;
using Sluice.Lab.Cluster;
using Sluice.Lab.Node;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Simulation.Lab.Node;

/// <summary>What the simulated node answers over HTTP, as bytes in and bytes out.</summary>
public sealed class RpcTests
{
    private const string Full = """{"maxSupportedTransactionVersion":0,"commitment":"confirmed"}""";

    private static readonly Lazy<TestNode> Lazily = new(() => new TestNode(150));
    private static readonly Lazy<List<Sluice.Lab.Faults.ChainSlot>> Slots = new(() => TestNode.Slots(150));

    private static TestNode Node => Lazily.Value;

    private static ulong LastProduced(int upTo) => Slots.Value[..upTo].Last(s => s.Block is not null).Slot;

    [Fact]
    public void The_same_seed_gives_the_same_answers()
    {
        var request = $$"""[{"jsonrpc":"2.0","id":1,"method":"getBlock","params":[{{LastProduced(100)}},{{Full}}]},{"jsonrpc":"2.0","id":2,"method":"getVoteAccounts"}]""";
        Assert.Equal(Node.Send(request), new TestNode(150).Send(request));
    }

    [Fact]
    public void Commitments_are_as_far_behind_as_on_the_chain()
    {
        Assert.Equal(LastProduced(150), Node.Ask("getSlot", """[{"commitment":"processed"}]""").GetUInt64());
        Assert.Equal(LastProduced(149), Node.Ask("getSlot", """[{"commitment":"confirmed"}]""").GetUInt64());
        Assert.Equal(LastProduced(150 - 32), Node.Ask("getSlot").GetUInt64());
        Assert.Equal(Node.Ask("getSlot").GetUInt64(), Node.Ask("getEpochInfo").GetProperty("absoluteSlot").GetUInt64());
        Assert.Equal(-32016, Node.Fail("getSlot", """[{"minContextSlot":999999999}]""").Code);
    }

    [Fact]
    public void A_block_is_the_simulators_own_bytes()
    {
        var block = Slots.Value[..100].Last(s => s.Block is not null).Block!;
        Assert.Equal($$"""{"jsonrpc":"2.0","result":{{System.Text.Encoding.UTF8.GetString(block.Json)}},"id":1}""",
            Node.Send($$"""{"jsonrpc":"2.0","id":1,"method":"getBlock","params":[{{block.Slot}},{{Full}}]}"""));
    }

    [Fact]
    public void Blocks_listed_are_those_that_were_produced()
    {
        var expected = Slots.Value[..149].Where(s => s.Block is not null).Select(s => s.Slot).ToArray();
        ulong[] Listed(string method, string parameters) => [.. Node.Ask(method, parameters).EnumerateArray().Select(s => s.GetUInt64())];
        Assert.Equal(expected, Listed("getBlocks", $$"""[{{TestNode.FirstSlot}},null,{"commitment":"confirmed"}]"""));
        Assert.Equal(expected[3..8], Listed("getBlocks", $"[{expected[3]},{expected[7]}]"));
        Assert.Equal(expected[3..8], Listed("getBlocksWithLimit", $"[{expected[3]},5]"));
        Assert.Empty(Listed("getBlocks", $"[{expected[7]},{expected[3]}]"));
        Assert.Equal((-32602, "Slot range too large; max 500000"), Node.Fail("getBlocks", $"[{TestNode.FirstSlot},{TestNode.FirstSlot + 500_001}]"));
    }

    [Fact]
    public void What_is_not_there_has_the_error_of_a_node()
    {
        var skipped = Slots.Value.First(s => s.Block is null).Slot;
        var skippedLate = Slots.Value[120..148].Last(s => s.Block is null).Slot;
        Assert.Equal((-32007, $"Slot {skipped} was skipped, or missing due to ledger jump to recent snapshot"), Node.Fail("getBlock", $"[{skipped},{Full}]"));
        Assert.Equal(-32004, Node.Fail("getBlock", $"[{skippedLate},{Full}]").Code);
        Assert.Equal((-32004, $"Block not available for slot {TestNode.FirstSlot + 5_000}"), Node.Fail("getBlock", $"[{TestNode.FirstSlot + 5_000},{Full}]"));
        Assert.Equal(-32001, Node.Fail("getBlock", $"[{TestNode.FirstSlot - 1},{Full}]").Code);
        Assert.Equal(-32007, Node.Fail("getBlockTime", $"[{skipped}]").Code);
        Assert.Equal(-32602, Node.Fail("getBlock", $$"""[{{skipped}},{"commitment":"processed"}]""").Code);
    }

    [Fact]
    public void Blocks_that_are_no_longer_kept_are_cleaned_up()
    {
        var node = new TestNode(200, new NodeOptions { KeepSlots = 100 });
        Assert.Equal((-32001, $"Block {TestNode.FirstSlot + 99} cleaned up, does not exist on node. First available block: {TestNode.FirstSlot + 100}"),
            node.Fail("getBlock", $"[{TestNode.FirstSlot + 99},{Full}]"));
        Assert.InRange(node.Ask("getFirstAvailableBlock").GetUInt64(), TestNode.FirstSlot + 100, TestNode.FirstSlot + 110);
        var bytes = new TestNode(200, new NodeOptions { KeepSlots = 100, KeepBytes = 1 });
        Assert.Equal(TestNode.FirstSlot + 200 - 64, bytes.Node.Status.FirstKept);
    }

    [Fact]
    public void A_client_that_knows_no_versions_gets_no_versioned_transactions()
    {
        var slot = LastProduced(100);
        Assert.Equal(-32015, Node.Fail("getBlock", $"[{slot}]").Code);
        Assert.Equal(-32015, Node.Fail("getBlock", $$"""[{{slot}},{"transactionDetails":"accounts"}]""").Code);
        Assert.True(Node.Ask("getBlock", $$"""[{{slot}},{"transactionDetails":"signatures"}]""").TryGetProperty("signatures", out _));
        var legacy = new TestNode(100, nonVotes: 0);
        var read = 0;
        foreach (var each in legacy.Ask("getBlocks", $"[{TestNode.FirstSlot}]").EnumerateArray())
        {
            var answer = JsonDocument.Parse(legacy.Send($$"""{"jsonrpc":"2.0","id":1,"method":"getBlock","params":[{{each.GetUInt64()}}]}""")).RootElement;
            if (!answer.TryGetProperty("result", out var old)) { continue; } // something planted is versioned
            read++;
            Assert.All(old.Transactions(), tx => Assert.False(tx.TryGetProperty("version", out _)));
        }

        Assert.NotEqual(0, read);
    }

    [Fact]
    public void Details_and_rewards_can_be_left_out()
    {
        var slot = LastProduced(100);
        JsonElement Ask(string config) => Node.Ask("getBlock", $$"""[{{slot}},{"maxSupportedTransactionVersion":0,{{config}}}]""");
        static string[] Names(JsonElement e) => [.. e.EnumerateObject().Select(p => p.Name)];
        string[] head = ["blockHeight", "blockTime", "blockhash", "parentSlot", "previousBlockhash"];
        Assert.Equal([.. head, "rewards"], Names(Ask("\"transactionDetails\":\"none\"")));
        Assert.Equal(head, Names(Ask("\"transactionDetails\":\"none\",\"rewards\":false")));
        Assert.Equal([.. head, "transactions"], Names(Ask("\"rewards\":false")));
        var full = Ask("\"rewards\":true");
        var signatures = Ask("\"transactionDetails\":\"signatures\"").GetProperty("signatures").EnumerateArray().Select(s => s.GetString());
        Assert.Equal(full.Transactions().Select(t => new TransactionView(t).Signature), signatures);
        var accounts = Ask("\"transactionDetails\":\"accounts\"").Transactions().ToArray();
        foreach (var (tx, whole) in accounts.Zip(full.Transactions().Select(t => new TransactionView(t))))
        {
            var keys = tx.GetProperty("transaction").GetProperty("accountKeys").EnumerateArray().ToArray();
            Assert.Equal(whole.Keys, keys.Select(k => k.GetProperty("pubkey").GetString()));
            Assert.Equal(whole.Signers, keys.Count(k => k.GetProperty("signer").GetBoolean()));
            Assert.Equal(whole.StaticKeys, keys.Count(k => k.GetProperty("source").GetString() == "transaction"));
        }
    }

    [Fact]
    public void Parsed_blocks_name_accounts_instead_of_numbering_them()
    {
        var slot = LastProduced(100);
        var parsed = Node.Ask("getBlock", $$"""[{{slot}},{"maxSupportedTransactionVersion":0,"encoding":"jsonParsed"}]""").Transactions();
        var full = Node.Ask("getBlock", $"[{slot},{Full}]").Transactions().Select(t => new TransactionView(t));
        foreach (var (tx, whole) in parsed.Zip(full))
        {
            var instructions = tx.GetProperty("transaction").GetProperty("message").GetProperty("instructions").EnumerateArray();
            Assert.Equal(whole.Outer.Select(ix => ix.Program), instructions.Select(ix => ix.GetProperty("programId").GetString()));
            Assert.Equal(
                whole.Inner.SelectMany(ix => ix.Accounts.Select(a => whole.Keys[a])),
                tx.GetProperty("meta").GetProperty("innerInstructions").EnumerateArray().SelectMany(g => g.GetProperty("instructions").EnumerateArray())
                    .SelectMany(ix => ix.GetProperty("accounts").EnumerateArray().Select(a => a.GetString())));
        }
    }

    [Fact]
    public void Leaders_are_the_same_by_every_method()
    {
        var schedule = Node.Ask("getLeaderSchedule", $"[{TestNode.FirstSlot}]");
        var bySlot = schedule.EnumerateObject().SelectMany(p => p.Value.EnumerateArray().Select(i => (Index: i.GetInt32(), Leader: p.Name))).ToDictionary(p => p.Index, p => p.Leader);
        Assert.Equal(Enumerable.Range(0, 64), bySlot.Keys.Order());
        var listed = Node.Ask("getSlotLeaders", $"[{TestNode.FirstSlot},64]").EnumerateArray().Select(l => l.GetString()).ToArray();
        Assert.Equal(Enumerable.Range(0, 64).Select(i => bySlot[i]), listed);
        Assert.Equal(Slots.Value.Take(64).Select(s => s.Leader.ToString()), listed);
        Assert.Single(Node.Ask("getLeaderSchedule", $$"""[null,{"identity":"{{listed[0]}}"}]""").EnumerateObject());
        Assert.Equal(JsonValueKind.Null, Node.Ask("getLeaderSchedule", $"[{TestNode.FirstSlot + 1_000}]").ValueKind);
        Assert.Equal(-32602, Node.Fail("getSlotLeaders", $"[{TestNode.FirstSlot},5001]").Code);
    }

    [Fact]
    public void Block_production_counts_the_leaders_slots_and_blocks()
    {
        var last = TestNode.FirstSlot + 100;
        var value = Node.Ask("getBlockProduction", $$$"""[{"range":{"firstSlot":{{{TestNode.FirstSlot}}},"lastSlot":{{{last}}}}}]""").GetProperty("value").GetProperty("byIdentity");
        var expected = Slots.Value.Take(101).GroupBy(s => s.Leader.ToString()).ToDictionary(g => g.Key, g => (g.Count(), g.Count(s => s.Block is not null)));
        Assert.Equal(expected, value.EnumerateObject().ToDictionary(p => p.Name, p => (p.Value[0].GetInt32(), p.Value[1].GetInt32())));
        Assert.Equal(-32602, Node.Fail("getBlockProduction", $$$"""[{"range":{"firstSlot":{{{last}}},"lastSlot":{{{last - 1}}}}}]""").Code);
        Assert.Equal(-32602, Node.Fail("getBlockProduction", """[{"range":{"firstSlot":1}}]""").Code);
    }

    [Fact]
    public void Vote_accounts_have_stake_credits_and_their_delinquents()
    {
        var accounts = Node.Ask("getVoteAccounts");
        var current = accounts.GetProperty("current").EnumerateArray().ToArray();
        Assert.Equal(30, current.Length + accounts.GetProperty("delinquent").GetArrayLength());
        Assert.NotEqual(0, accounts.GetProperty("delinquent").GetArrayLength());
        var nodes = Node.Ask("getClusterNodes").EnumerateArray().Select(n => n.GetProperty("pubkey").GetString()).ToHashSet();
        Assert.All(current, v => Assert.Contains(v.GetProperty("nodePubkey").GetString(), nodes));
        var blocks = Slots.Value[..64].Count(s => s.Block is not null);
        foreach (var vote in current)
        {
            var credits = vote.GetProperty("epochCredits").EnumerateArray().Select(c => (Epoch: c[0].GetUInt64(), Now: c[1].GetUInt64(), Before: c[2].GetUInt64())).ToArray();
            Assert.Equal(5, credits.Length);
            Assert.All(credits.Zip(credits.Skip(1)), pair => Assert.Equal(pair.First.Now, pair.Second.Before));
            var first = credits.Single(c => c.Epoch == TestNode.FirstSlot / 64);
            Assert.InRange(first.Now - first.Before, (ulong)(blocks * 16 * 0.98), (ulong)blocks * 16);
        }

        Assert.Single(Node.Ask("getVoteAccounts", $$"""[{"votePubkey":"{{current[0].GetProperty("votePubkey").GetString()}}"}]""").GetProperty("current").EnumerateArray());
    }

    [Fact]
    public void Inflation_rewards_are_those_of_the_blocks()
    {
        var paying = Slots.Value.First(s => s.Slot >= TestNode.FirstSlot + 64 && s.Block is not null).Block!;
        var rewards = JsonDocument.Parse(paying.Json).RootElement.GetProperty("rewards").EnumerateArray().Where(r => r.GetProperty("rewardType").GetString() == "Voting").ToArray();
        Assert.NotEmpty(rewards);
        foreach (var reward in rewards)
        {
            var answer = Node.Ask("getInflationReward", $$"""[["{{reward.GetProperty("pubkey").GetString()}}"],{"epoch":{{TestNode.FirstSlot / 64}},"commitment":"confirmed"}]""")[0];
            Assert.Equal(reward.GetProperty("lamports").GetUInt64(), answer.GetProperty("amount").GetUInt64());
            Assert.Equal(reward.GetProperty("postBalance").GetUInt64(), answer.GetProperty("postBalance").GetUInt64());
            Assert.Equal(paying.Slot, answer.GetProperty("effectiveSlot").GetUInt64());
        }

        Assert.Equal(-32004, Node.Fail("getInflationReward", $$$"""[["{{{rewards[0].GetProperty("pubkey").GetString()}}}"],{"epoch":{{{TestNode.FirstSlot}}}}]""").Code);
        Assert.InRange(Node.Ask("getInflationRate").GetProperty("total").GetDouble(), 0.041, 0.043);
    }

    [Fact]
    public void Tip_distribution_accounts_are_read_by_their_derived_address()
    {
        var program = Pubkey.Parse("4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7");
        var found = 0;
        foreach (var vote in Node.Ask("getVoteAccounts").GetProperty("current").EnumerateArray().Select(v => Pubkey.Parse(v.GetProperty("votePubkey").GetString()!)))
        {
            var (address, _) = ProgramAddress.Find(program, "TIP_DISTRIBUTION_ACCOUNT"u8.ToArray(), vote.Bytes.ToArray(), BitConverter.GetBytes(TestNode.FirstSlot / 64));
            var value = Node.Ask("getMultipleAccounts", $$"""[["{{address}}"],{"encoding":"base64"}]""").GetProperty("value")[0];
            if (value.ValueKind == JsonValueKind.Null) { continue; }
            found++;
            Assert.Equal(program.ToString(), value.GetProperty("owner").GetString());
            var data = value.GetProperty("data")[0].GetBytesFromBase64();
            Assert.Equal(vote, new Pubkey(data.AsSpan(8, 32)));
            Assert.InRange(BitConverter.ToUInt16(data, 81), 0, 10_000);
            var slice = Node.Ask("getAccountInfo", $$$"""["{{{address}}}",{"encoding":"base64","dataSlice":{"offset":81,"length":2}}]""").GetProperty("value");
            Assert.Equal(data[81..83], slice.GetProperty("data")[0].GetBytesFromBase64());
        }

        Assert.True(found > 3);
        Assert.Equal(-32602, Node.Fail("getMultipleAccounts", """[["nonsense"]]""").Code);
        Assert.Equal(JsonValueKind.Null, Node.Ask("getAccountInfo", """["So11111111111111111111111111111111111111112"]""").GetProperty("value").ValueKind);
    }

    [Theory]
    [InlineData("{", """{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}""")]
    [InlineData("[]", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request"},"id":null}""")]
    [InlineData("5", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request"},"id":null}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"x","method":"noSuch"}""", """{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":3,"method":"slotSubscribe"}""", """{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":3}""")]
    [InlineData("""{"jsonrpc":"2.0","id":3,"method":"getSlot","params":{}}""", """{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params: invalid type: map, expected a sequence."},"id":3}""")]
    [InlineData("""{"id":3,"method":"getSlot"}""", """{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request"},"id":3}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"getSlot"}""", "")]
    [InlineData("""[{"jsonrpc":"2.0","method":"getSlot"}]""", "")]
    [InlineData(
        """[{"jsonrpc":"2.0","id":"a","method":"getHealth"},{"jsonrpc":"2.0","method":"getHealth"},7]""",
        """[{"jsonrpc":"2.0","result":"ok","id":"a"},{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request"},"id":null}]""")]
    public void Requests_of_every_shape_have_their_answer(string request, string answer) => Assert.Equal(answer, Node.Send(request));

    [Theory]
    [InlineData("getBlock", "[]")]
    [InlineData("getBlock", "[-1]")]
    [InlineData("getBlock", "[\"x\"]")]
    [InlineData("getBlock", "[1,5]")]
    [InlineData("getBlock", "[1,{\"encoding\":\"xml\"}]")]
    [InlineData("getBlock", "[1,{\"rewards\":1}]")]
    [InlineData("getBlock", "[1,{\"maxSupportedTransactionVersion\":256}]")]
    [InlineData("getSlot", "[{\"commitment\":\"sure\"}]")]
    [InlineData("getVoteAccounts", "[{\"votePubkey\":\"x\"}]")]
    [InlineData("getInflationReward", "[]")]
    [InlineData("getAccountInfo", "[]")]
    public void Wrong_parameters_are_refused(string method, string parameters) => Assert.Equal(-32602, Node.Fail(method, parameters).Code);

    [Fact]
    public void No_bytes_make_the_node_fail()
    {
        var random = new Random(1);
        var request = System.Text.Encoding.UTF8.GetBytes("""[{"jsonrpc":"2.0","id":1,"method":"getBlock","params":[377136000,{"encoding":"base64","dataSlice":{"offset":1}}]}]""");
        Assert.Contains("-32700", Node.Send("""{"jsonrpc":"2.0","id":1,"method":"\ud800"}"""), StringComparison.Ordinal); // half a character
        for (var i = 0; i < 2_000; i++)
        {
            var changed = (byte[])request.Clone();
            for (var n = 0; n < 1 + (i % 4); n++) { changed[random.Next(changed.Length)] = (byte)random.Next(256); }
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            Node.Node.Answer(changed, output);
        }
    }
}
