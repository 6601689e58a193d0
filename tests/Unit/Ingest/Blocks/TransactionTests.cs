using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>Single transactions: every shape that the chain's replies take, and what is wrong in one of many.</summary>
public class TransactionTests
{
    private static readonly string Whole = RawBlockText.Of(SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1))), 0);

    [Fact]
    public void A_transaction_has_all_its_parts()
    {
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1)));
        var expected = new StringBuilder()
            .AppendLine($"tx 0 {SmallBlock.Signature(1)} signatures 1 vote False failed False v0 False has True True True fee 5000 units 1234 static 5 err ")
            .AppendLine($"  key {SmallBlock.Key(1)} 10000 5000")
            .AppendLine($"  key {SmallBlock.Key(2)} 1 1")
            .AppendLine($"  key {SmallBlock.Key(3)} 1 1")
            .AppendLine($"  key {SmallBlock.Key(4)} 1 1")
            .AppendLine($"  key {SmallBlock.TokenProgram} 1 1")
            .AppendLine("  ix 0.-1 h1 p3 raw True [0,1,2] 01")
            .AppendLine("  ix 0.0 h2 p4 raw True [1,2,0] 030201000000000000")
            .AppendLine($"  token 1 {SmallBlock.Mint} owner {SmallBlock.Key(1)} program {SmallBlock.TokenProgram} 258 - d6")
            .AppendLine($"  token 2 {SmallBlock.Mint} owner {SmallBlock.Key(1)} program {SmallBlock.TokenProgram} - 258 d6")
            .ToString();
        Assert.Equal(expected, RawBlockText.Of(block, 0));
    }

    [Fact]
    public void A_transaction_in_bytes_reads_like_one_in_json()
    {
        var wire = Wire(versioned: false);
        foreach (var body in new[] { $"[\"{Convert.ToBase64String(wire)}\",\"base64\"]", $"[\"{Base58Of(wire)}\",\"base58\"]", $"\"{Base58Of(wire)}\"" })
        {
            Assert.Equal(Whole, RawBlockText.Of(SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, body))), 0));
        }

        // The version in the bytes counts, whatever the reply says.
        var v0 = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, $"[\"{Convert.ToBase64String(Wire(versioned: true))}\",\"base64\"]")));
        Assert.Equal(Whole.Replace("v0 False", "v0 True"), RawBlockText.Of(v0, 0));
    }

    [Fact]
    public void Fields_may_come_in_any_order()
    {
        var meta = SmallBlock.Meta();
        var backwards = meta.Replace("{\"err\":null,", "{")[..^1] + ",\"err\":null}";
        var message = $$"""{"instructions":{{SmallBlock.Instructions}},"accountKeys":[{{SmallBlock.Quoted(SmallBlock.Keys)}}],"header":{"numRequiredSignatures":1} }""";
        var body = $$"""{"message":{{message}},"signatures":["{{SmallBlock.Signature(1)}}"]}""";
        var block = SmallBlock.MustRead(SmallBlock.Of($$"""{"version":"legacy","meta":{{backwards}},"transaction":{{body}} }"""));
        Assert.Equal(Whole, RawBlockText.Of(block, 0));
    }

    [Fact]
    public void Escapes_of_cautious_writers_are_understood()
    {
        var wire = Convert.ToBase64String(Wire(versioned: false)).Replace("+", "\\u002B").Replace("/", "\\/");
        var log = $"[\"Program {SmallBlock.Key(4)} invoke [1]\",\"Program data: \\u002b\\/8=\",\"Program log: \\\"quoted\\\"\"]";
        var meta = SmallBlock.Meta(log: log).Replace(SmallBlock.Mint, "\\u00" + ((int)SmallBlock.Mint[0]).ToString("x2") + SmallBlock.Mint[1..]);
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, $"[\"{wire}\",\"base64\"]", meta)).Replace("\"fee\"", "\"f\\u0065e\""));
        Assert.Equal(Whole + $"  event {SmallBlock.Key(4)} #0 ray False fbff\n", RawBlockText.Of(block, 0));
    }

    [Theory]
    [InlineData("null", false)]
    [InlineData("\"legacy\"", false)]
    [InlineData("0", true)]
    public void Versions_legacy_absent_and_0_are_known(string version, bool versioned)
    {
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, version: version)));
        Assert.Equal(versioned, block.Transactions[0].IsVersioned);
    }

    [Fact]
    public void Keys_from_tables_follow_the_message_writable_first()
    {
        var loaded = $$""","loadedAddresses":{"readonly":["{{SmallBlock.Key(21)}}"],"writable":["{{SmallBlock.Key(20)}}"]}""";
        var meta = SmallBlock.Meta(pre: "[9,1,1,1,1,2,3]", post: "[9,1,1,1,1,2,3]", more: loaded,
            inner: """[{"index":0,"instructions":[{"programIdIndex":6,"accounts":[5],"data":"","stackHeight":2}]}]""");
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, meta: meta, version: "0")));
        Assert.Equal((7, 5, true), (block.Transactions[0].AccountCount, block.Transactions[0].StaticAccountCount, block.Transactions[0].HasBalances));
        Assert.Equal([SmallBlock.Key(20), SmallBlock.Key(21)], block.AccountKeys.Span[5..].ToArray().Select(k => block.Keys[k].ToString()));
    }

    [Fact]
    public void A_vote_keeps_keys_signature_fee_status_and_units_only()
    {
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Vote(3), SmallBlock.Vote(4, """{"InstructionError":[0,{"Custom":0}]}""")));
        Assert.Equal(
            $"tx 0 {SmallBlock.Signature(3)} signatures 1 vote True failed False v0 False has False False False fee 5000 units 1234 static 2 err \n"
            + $"  key {SmallBlock.Key(3)} 0 0\n  key {SmallBlock.VoteProgram} 0 0\n", RawBlockText.Of(block, 0));
        Assert.True(block.Transactions[1].IsVote && block.Transactions[1].IsFailed);
        Assert.Equal(0, block.Instructions.Count + block.InstructionAccounts.Count + block.TokenBalances.Count);
    }

    [Fact]
    public void Two_calls_of_the_vote_program_are_no_simple_vote()
    {
        var vote = SmallBlock.Vote(3).Replace("""[{"programIdIndex":1,"accounts":[0],"data":"2"}]""",
            """[{"programIdIndex":1,"accounts":[0],"data":"2"},{"programIdIndex":1,"accounts":[0],"data":"3"}]""");
        var block = SmallBlock.MustRead(SmallBlock.Of(vote));
        Assert.False(block.Transactions[0].IsVote);
        Assert.Equal([1, 2], block.Data.Span.ToArray());
        Assert.Equal(2, block.Instructions.Count);
    }

    [Fact]
    public void A_failed_transaction_keeps_its_instructions_and_says_why()
    {
        var log = $"[\"Program {SmallBlock.Key(4)} invoke [1]\",\"Program data: AQID\"]";
        var block = SmallBlock.MustRead(SmallBlock.Of(
            SmallBlock.Transaction(1, meta: SmallBlock.Meta(err: """{"InstructionError":[0,{"Custom":6001}]}""", log: log)),
            SmallBlock.Transaction(2, meta: SmallBlock.Meta().Replace("\"err\":null", "\"status\":{\"Err\":\"AccountInUse\"}"))));
        var tx = block.Transactions[0];
        Assert.Equal((true, 2, 0, 0, true), (tx.IsFailed, tx.InstructionCount, tx.TokenBalanceCount, tx.LogEventCount, tx.HasBalances));
        Assert.Equal("""{"InstructionError":[0,{"Custom":6001}]}""", Encoding.UTF8.GetString(block.Data.Span.Slice(tx.ErrorStart, tx.ErrorLength)));
        tx = block.Transactions[1];
        Assert.Equal("\"AccountInUse\"", Encoding.UTF8.GetString(block.Data.Span.Slice(tx.ErrorStart, tx.ErrorLength)));
    }

    [Fact]
    public void What_old_blocks_lack_is_known_to_be_lacking()
    {
        var meta = SmallBlock.Meta(inner: "null", log: "null", preTokens: "null", postTokens: "null").Replace(",\"computeUnitsConsumed\":1234", "");
        var tx = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, meta: meta))).Transactions[0];
        Assert.Equal((false, false, true, -1L), (tx.HasInnerInstructions, tx.HasTokenBalances, tx.HasBalances, tx.ComputeUnits));

        meta = SmallBlock.Meta().Replace(",\"stackHeight\":2", "").Replace($"\"owner\":\"{SmallBlock.Key(1)}\",\"programId\":\"{SmallBlock.TokenProgram}\",", "");
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, meta: meta)));
        Assert.Equal([1, 0], block.Instructions.Span.ToArray().Select(i => (int)i.StackHeight));
        Assert.Equal((-1, -1), (block.TokenBalances[0].Owner, block.TokenBalances[0].TokenProgram));
    }

    [Fact]
    public void Inner_groups_out_of_order_and_in_parts_are_brought_into_order()
    {
        var two = """[{"programIdIndex":3,"accounts":[],"data":""},{"programIdIndex":3,"accounts":[],"data":""}]""";
        static string Group(int index, params int[] accounts) =>
            $$"""{"index":{{index}},"instructions":[{{string.Join(',', accounts.Select(a => $$"""{"programIdIndex":4,"accounts":[{{a}}],"data":""}"""))}}]}""";
        var meta = SmallBlock.Meta(inner: $"[{Group(1, 0, 1)},{Group(0, 2)},{Group(1, 3)}]");
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, SmallBlock.Body(1, SmallBlock.Message(instructions: two)), meta)));
        Assert.Equal(
            ["0.-1", "0.0[2]", "1.-1", "1.0[0]", "1.1[1]", "1.2[3]"],
            block.Instructions.Span.ToArray().Select(i => $"{i.OuterIndex}.{i.InnerIndex}{(i.AccountCount > 0 ? $"[{block.InstructionAccounts[i.AccountStart]}]" : "")}"));
    }

    [Fact]
    public void Both_sides_of_a_token_account_are_joined_unless_its_mint_changed()
    {
        var meta = SmallBlock.Meta(
            preTokens: $"[{SmallBlock.Balance(1, "18446744073709551615", SmallBlock.Mint)},{SmallBlock.Balance(2, "5", SmallBlock.Mint)}]",
            postTokens: $"[{SmallBlock.Balance(2, "6", SmallBlock.Key(30))},{SmallBlock.Balance(1, "0", SmallBlock.Mint)}]");
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, meta: meta)));
        Assert.Equal(
            [(1, ulong.MaxValue, 0UL, true, true), (2, 5UL, 0UL, true, false), (2, 0UL, 6UL, false, true)],
            block.TokenBalances.Span.ToArray().Select(b => (b.Account, b.Pre, b.Post, b.HasPre, b.HasPost)));
    }

    [Fact]
    public void Amounts_of_2_to_the_64_less_one_are_whole()
    {
        var meta = SmallBlock.Meta(fee: "18446744073709551615", pre: "[18446744073709551615,0,0,0,0]", post: "[0,0,0,0,18446744073709551615]");
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, meta: meta)));
        Assert.Equal((ulong.MaxValue, ulong.MaxValue, ulong.MaxValue), (block.Transactions[0].FeeLamports, block.PreBalances[0], block.PostBalances[4]));
    }

    [Fact]
    public void Events_know_the_invocation_that_wrote_them()
    {
        string a = SmallBlock.Key(4), b = SmallBlock.TokenProgram;
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, meta: SmallBlock.Meta(log: $"""
            ["Program data: AA==","Program {a} invoke [1]","Program log: Program data: AQ==","Program {b} invoke [2]","Program log: ray_log: Ag==",
            "Program {b} consumed 5 of 6 compute units","Program {b} success","Program data: AwQ= BQ==","Program {a} success","Program {b} invoke [1]",
            "Program data: Bg==","Program {b} failed: custom program error: 0x1","Program {a} invoke [1]","Program return: {a} AA==","Program data: Bw==",
            "Program data: !","Log truncated","Program data: CA=="]
            """))));
        Assert.Equal(
            [(b, 0, true, "02"), (a, 0, false, "030405"), (b, 1, false, "06"), (a, 1, false, "07")],
            block.LogEvents.Span.ToArray().Select(e => (block.Keys[e.Program].ToString(), e.Invocation, e.IsRayLog,
                Convert.ToHexStringLower(block.Data.Span.Slice(e.DataStart, e.DataLength)))));
        Assert.Equal(new RawRejection(0, RejectReasons.BadLogEvent), Assert.Single(block.Rejections.Span.ToArray()));
    }

    public static TheoryData<string, string> Faults => new()
    {
        { "null", RejectReasons.WrongType },
        { "[]", RejectReasons.WrongType },
        { "{}", RejectReasons.NoTransaction },
        { SmallBlock.Transaction(1, "null"), RejectReasons.NoTransaction },
        { SmallBlock.Transaction(1, "5"), RejectReasons.WrongType },
        { SmallBlock.Transaction(1, "{}"), RejectReasons.NoMessage },
        { SmallBlock.Transaction(1, "[\"AAAA\",\"base64\"]"), RejectReasons.NoSignature },
        { SmallBlock.Transaction(1, "[\"AQAA\",\"base64\"]"), RejectReasons.BadWireFormat },
        { SmallBlock.Transaction(1, "[\"A!AA\",\"base64\"]"), RejectReasons.BadWireFormat },
        { SmallBlock.Transaction(1, "[\"AAAA\",\"base32\"]"), RejectReasons.BadWireFormat },
        { SmallBlock.Transaction(1, "\"0\""), RejectReasons.BadWireFormat },
        { SmallBlock.Transaction(1, "[\"AAAA\"]"), RejectReasons.WrongType },
        { SmallBlock.Transaction(1, meta: "null"), RejectReasons.NoMeta },
        { SmallBlock.Transaction(1, meta: "[]"), RejectReasons.WrongType },
        { SmallBlock.Transaction(1, version: "1"), RejectReasons.UnsupportedVersion },
        { SmallBlock.Transaction(1, version: "\"v1\""), RejectReasons.UnsupportedVersion },
        { SmallBlock.Transaction(1).Replace(SmallBlock.Signature(1), "abc"), RejectReasons.BadSignature },
        { SmallBlock.Transaction(1).Replace($"\"{SmallBlock.Signature(1)}\"", ""), RejectReasons.NoSignature },
        { SmallBlock.Transaction(1).Replace(SmallBlock.Key(2), "O0Il"), RejectReasons.BadKey },
        { SmallBlock.Transaction(1).Replace(SmallBlock.Mint, "unknown"), RejectReasons.BadKey },
        { SmallBlock.Transaction(1).Replace("\"data\":\"2\"", "\"data\":\"0\""), RejectReasons.BadInstructionData },
        { SmallBlock.Transaction(1).Replace("\"data\":\"2\"", "\"data\":[1]"), RejectReasons.WrongType },
        { SmallBlock.Transaction(1).Replace("\"programIdIndex\":3", "\"programIdIndex\":-1"), RejectReasons.NegativeNumber },
        { SmallBlock.Transaction(1).Replace("\"programIdIndex\":3", "\"programIdIndex\":5"), RejectReasons.AccountOutside },
        { SmallBlock.Transaction(1).Replace("\"programIdIndex\":3", "\"programIdIndex\":70000"), RejectReasons.AccountOutside },
        { SmallBlock.Transaction(1).Replace("\"programIdIndex\":3", "\"programIdIndex\":\"3\""), RejectReasons.WrongType },
        { SmallBlock.Transaction(1).Replace("[0,1,2]", "[0,1,5]"), RejectReasons.AccountOutside },
        { SmallBlock.Transaction(1).Replace("[0,1,2]", "[0,1,-2]"), RejectReasons.NegativeNumber },
        { SmallBlock.Transaction(1).Replace("[0,1,2]", "[0,1,65536]"), RejectReasons.AccountOutside },
        { SmallBlock.Transaction(1).Replace("[0,1,2]", "[0,1,99999999999999999999]"), RejectReasons.NumberOutOfRange },
        { SmallBlock.Transaction(1).Replace("[0,1,2]", "[0,1,1.5]"), RejectReasons.NotAnInteger },
        { SmallBlock.Transaction(1).Replace("[0,1,2]", "[0,1,1e1]"), RejectReasons.NotAnInteger },
        { SmallBlock.Transaction(1).Replace("\"accountIndex\":2", "\"accountIndex\":5"), RejectReasons.AccountOutside },
        { SmallBlock.Transaction(1).Replace("\"index\":0", "\"index\":1"), RejectReasons.InnerOutside },
        { SmallBlock.Transaction(1).Replace("\"index\":0", "\"index\":-1"), RejectReasons.NegativeNumber },
        { SmallBlock.Transaction(1).Replace("\"stackHeight\":2", "\"stackHeight\":256"), RejectReasons.NumberOutOfRange },
        { SmallBlock.Transaction(1).Replace("\"decimals\":6", "\"decimals\":256"), RejectReasons.NumberOutOfRange },
        { SmallBlock.Transaction(1).Replace("\"amount\":\"258\"", "\"amount\":\"18446744073709551616\""), RejectReasons.NumberOutOfRange },
        { SmallBlock.Transaction(1).Replace("\"amount\":\"258\"", "\"amount\":\"-1\""), RejectReasons.NegativeNumber },
        { SmallBlock.Transaction(1).Replace("\"amount\":\"258\"", "\"amount\":258"), RejectReasons.WrongType },
        { SmallBlock.Transaction(1, meta: SmallBlock.Meta(fee: "-1")), RejectReasons.NegativeNumber },
        { SmallBlock.Transaction(1, meta: SmallBlock.Meta(fee: "18446744073709551616")), RejectReasons.NumberOutOfRange },
        { SmallBlock.Transaction(1, meta: SmallBlock.Meta(fee: "5000.0")), RejectReasons.NotAnInteger },
        { SmallBlock.Transaction(1, meta: SmallBlock.Meta(fee: "null")), RejectReasons.WrongType },
        { SmallBlock.Transaction(1, meta: SmallBlock.Meta(log: "[1]")), RejectReasons.WrongType },
        { SmallBlock.Transaction(1).Replace("\"meta\":", $"\"transaction\":{SmallBlock.Body(2)},\"meta\":"), RejectReasons.DuplicateField },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_bad_transaction_is_left_out_and_counted_and_the_rest_goes_on(string bad, string reason)
    {
        var good = RawBlockText.Of(SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(5), SmallBlock.Transaction(6))));
        if (reason == RejectReasons.WrongType && bad.Contains("\"logMessages\":[1]")) { bad = bad.Replace("[1]", "[1,\"Program data: AA==\"]"); }
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(5), bad, SmallBlock.Transaction(6)));
        Assert.Equal(new RawRejection(1, reason), Assert.Single(block.Rejections.Span.ToArray()));
        Assert.Equal([0, 2], block.Transactions.Span.ToArray().Select(t => t.Index));
        Assert.Equal(good.Replace("tx 1 ", "tx 2 "), RawBlockText.Of(block).Replace($"rejected 1 {reason}\n", ""));
    }

    [Fact]
    public void More_accounts_or_instructions_than_positions_can_name_are_refused()
    {
        var keys = $"[{string.Join(',', Enumerable.Repeat($"\"{SmallBlock.Key(1)}\"", 65_536))}]";
        var instructions = $"[{string.Join(',', Enumerable.Repeat("{\"programIdIndex\":0}", 32_769))}]";
        var block = SmallBlock.MustRead(SmallBlock.Of(
            SmallBlock.Transaction(1, SmallBlock.Body(1, SmallBlock.Message(keys))),
            SmallBlock.Transaction(2, SmallBlock.Body(2, SmallBlock.Message(instructions: instructions))),
            SmallBlock.Transaction(3)));
        Assert.Equal([new(0, RejectReasons.TooMany), new(1, RejectReasons.TooMany)], block.Rejections.Span.ToArray());
        Assert.Equal(2, Assert.Single(block.Transactions.Span.ToArray()).Index);
    }

    [Theory]
    [InlineData("[10000,1,1,1]", "[5000,1,1,1,1]")]
    [InlineData("[10000,1,1,1,1]", "[5000,1,1,1,1,1]")]
    [InlineData("[10000,1,1,1,1]", "null")]
    public void Balances_that_do_not_match_the_accounts_are_left_out_and_counted(string pre, string post)
    {
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, meta: SmallBlock.Meta(pre: pre, post: post)), SmallBlock.Transaction(2)));
        Assert.Equal(new RawRejection(0, RejectReasons.BalancesMismatch), Assert.Single(block.Rejections.Span.ToArray()));
        Assert.Equal([false, true], block.Transactions.Span.ToArray().Select(t => t.HasBalances));
        Assert.Equal([0UL, 0, 0, 0, 0, 10000, 1, 1, 1, 1], block.PreBalances.Span.ToArray());
        Assert.Equal(block.AccountKeys.Count, block.PostBalances.Count);
    }

    private static byte[] Wire(bool versioned)
    {
        var wire = new List<byte> { 1 };
        wire.AddRange(Enumerable.Repeat((byte)1, 64));
        if (versioned) { wire.Add(0x80); }
        wire.AddRange([1, 0, 1, 5]);
        foreach (var key in SmallBlock.Keys) { wire.AddRange(Pubkey.Parse(key).Bytes); }
        wire.AddRange(Enumerable.Repeat((byte)8, 32));
        wire.AddRange([1, 3, 3, 0, 1, 2, 1, 1]);
        if (versioned) { wire.AddRange([1, .. Enumerable.Repeat((byte)9, 32), 1, 0, 2, 1, 2]); }
        return [.. wire];
    }

    private static string Base58Of(byte[] bytes)
    {
        var number = new System.Numerics.BigInteger(bytes, isUnsigned: true, isBigEndian: true);
        var text = new StringBuilder();
        for (; number > 0; number /= 58) { text.Insert(0, "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[(int)(number % 58)]); }
        return text.ToString();
    }
}
