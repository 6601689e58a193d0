using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;

namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>Encoding jsonParsed: what the chain ran comes back out of what the node made of it.</summary>
public class ParsedInstructionTests
{
    private static readonly string K1 = SmallBlock.Key(1), K2 = SmallBlock.Key(2), K3 = SmallBlock.Key(3), K4 = SmallBlock.Key(4);

    public static TheoryData<string, string, string, string> Forms()
    {
        const string System = SmallBlock.SystemProgram;
        const string Token = SmallBlock.TokenProgram;
        const string Token2022 = ParsedBlocks.Token2022;
        const string Key3Hex = "0303030303030303030303030303030303030303030303030303030303030303";
        return new TheoryData<string, string, string, string>
        {
            { System, "transfer", """{"source":"K1","destination":"K2","lamports":258}""", "[0,1] 020000000201000000000000" },
            { System, "createAccount", """{"source":"K1","newAccount":"K2","lamports":1,"space":165,"owner":"K3"}""",
                $"[0,1] 000000000100000000000000a500000000000000{Key3Hex}" },
            { System, "transferWithSeed", """{"source":"K1","sourceBase":"K2","destination":"K4","lamports":2,"sourceSeed":"ab","sourceOwner":"K3"}""",
                $"[0,1,3] 0b000000020000000000000002000000000000006162{Key3Hex}" },
            { System, "advanceNonce", """{"nonceAccount":"K2","nonceAuthority":"K1","recentBlockhashesSysvar":"K3"}""", "[1,2,0] 04000000" },
            { Token, "transfer", """{"amount":"18446744073709551615","authority":"K1","destination":"K3","source":"K2"}""", "[1,2,0] 03ffffffffffffffff" },
            { Token, "transfer", """{"amount":"1","multisigAuthority":"K1","signers":["K3","K4"],"destination":"K3","source":"K2"}""",
                "[1,2,0,2,3] 030100000000000000" },
            { Token, "transferChecked", """{"authority":"K1","destination":"K3","mint":"K4","source":"K2","tokenAmount":{"amount":"258","decimals":6,"uiAmount":0.000258,"uiAmountString":"0.000258"}}""",
                "[1,3,2,0] 0c020100000000000006" },
            { Token2022, "transferCheckedWithFee", """{"authority":"K1","destination":"K3","mint":"K4","source":"K2","feeAmount":{"amount":"3","decimals":6},"tokenAmount":{"amount":"258","decimals":6}}""",
                "[1,3,2,0] 1a010201000000000000060300000000000000" },
            { Token, "mintTo", """{"account":"K2","amount":"5","mint":"K3","mintAuthority":"K1"}""", "[2,1,0] 070500000000000000" },
            { Token, "mintToChecked", """{"account":"K2","mint":"K3","mintAuthority":"K1","tokenAmount":{"amount":"5","decimals":9}}""",
                "[2,1,0] 0e050000000000000009" },
            { Token, "burn", """{"account":"K2","amount":"5","authority":"K1","mint":"K3"}""", "[1,2,0] 080500000000000000" },
            { Token, "burnChecked", """{"account":"K2","authority":"K1","mint":"K3","tokenAmount":{"amount":"5","decimals":9}}""",
                "[1,2,0] 0f050000000000000009" },
            { Token, "closeAccount", """{"account":"K2","destination":"K1","owner":"K1"}""", "[1,0,0] 09" },
            { Token, "setAuthority", """{"account":"K2","authority":"K1","authorityType":"accountOwner","newAuthority":"K3"}""", $"[1,0] 060201{Key3Hex}" },
            { Token, "setAuthority", """{"mint":"K2","authority":"K1","authorityType":"mintTokens","newAuthority":null}""", "[1,0] 060000" },
            { Token, "syncNative", """{"account":"K2"}""", "[1] 11" },
            { Token, "initializeAccount", """{"account":"K2","mint":"K3","owner":"K1","rentSysvar":"K4"}""", "[1,2,0,3] 01" },
            { Token, "initializeAccount2", """{"account":"K2","mint":"K4","owner":"K3","rentSysvar":"K1"}""", $"[1,3,0] 10{Key3Hex}" },
            { Token, "initializeAccount3", """{"account":"K2","mint":"K4","owner":"K3"}""", $"[1,3] 12{Key3Hex}" },
            { Token, "initializeImmutableOwner", """{"account":"K2"}""", "[1] 16" },
            { ParsedBlocks.AssociatedToken, "createIdempotent",
                $$"""{"source":"K1","account":"K2","wallet":"K1","mint":"K3","systemProgram":"{{System}}","tokenProgram":"{{Token}}"}""", "[0,1,0,2,4,5] 01" },
            { ParsedBlocks.ComputeBudget, "setComputeUnitLimit", """{"units":1400000}""", "[] 02c05c1500" },
            { ParsedBlocks.ComputeBudget, "setComputeUnitPrice", """{"microLamports":"258"}""", "[] 030201000000000000" },
        };
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_parsed_instruction_is_turned_back(string program, string type, string info, string expected)
    {
        info = info.Replace("K1", K1).Replace("K2", K2).Replace("K3", K3).Replace("K4", K4);
        var parsed = ParsedBlocks.Instruction(program, type, info);
        var inner = $$"""[{"index":0,"instructions":[{{parsed.Replace("null", "2")}}]}]""";
        if (info.Contains("null")) { inner = "[]"; }
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, ParsedBlocks.Body(1, parsed), ParsedBlocks.Meta(inner))));
        foreach (var ix in block.Instructions.Span)
        {
            Assert.True(ix.IsRaw);
            Assert.Equal(program, block.Keys[block.AccountKeys[ix.ProgramAccount]].ToString());
            Assert.Equal(expected, Show(block, ix));
        }

        Assert.Equal(inner == "[]" ? 1 : 2, block.Instructions.Count);
    }

    [Theory]
    [InlineData("""{"parsed":"hello","program":"spl-memo","programId":"P","stackHeight":2}""")]
    [InlineData("""{"parsed":{"type":"delegate","info":{"stakeAccount":"x"}},"program":"stake","programId":"P"}""")]
    [InlineData("""{"parsed":{"type":"syncNative","info":{"account":"nobody"}},"program":"spl-token","programId":"P"}""")]
    [InlineData("""{"parsed":{"type":"transfer","info":{"source":"K","destination":"K","authority":"K","amount":"-1"}},"programId":"P"}""")]
    [InlineData("""{"parsed":{"type":"transfer","info":{"source":"K","destination":"K","authority":"K"}},"programId":"P"}""")]
    [InlineData("""{"parsed":{"type":"transfer"},"programId":"P"}""")]
    [InlineData("""{"parsed":5,"programId":"P"}""")]
    public void What_cannot_be_turned_back_is_marked(string instruction)
    {
        instruction = instruction.Replace("\"P\"", $"\"{SmallBlock.TokenProgram}\"").Replace("\"K\"", $"\"{K1}\"");
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, ParsedBlocks.Body(1, instruction, ParsedBlocks.Transfer()), ParsedBlocks.Meta())));
        Assert.Equal([false, true], block.Instructions.Span.ToArray().Select(i => i.IsRaw));
        Assert.Equal((0, 0, (ushort)5), (block.Instructions[0].AccountCount, block.Instructions[0].DataLength, block.Instructions[0].ProgramAccount));
        Assert.Equal("[0,1] 020000000201000000000000", Show(block, block.Instructions[1]));
    }

    [Fact]
    public void Keys_from_tables_are_told_from_those_of_the_message()
    {
        var block = SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, ParsedBlocks.Body(1), ParsedBlocks.Meta())));
        Assert.Equal((10, 9, 1), (block.Transactions[0].AccountCount, block.Transactions[0].StaticAccountCount, block.Transactions[0].SignatureCount));
    }

    [Fact]
    public void What_the_node_could_not_parse_names_its_accounts_by_key()
    {
        var raw = $$"""{"accounts":["{{K3}}","{{SmallBlock.Key(40)}}"],"data":"2","programId":"{{K4}}","stackHeight":null}""";
        var block = SmallBlock.MustRead(SmallBlock.Of(
            SmallBlock.Transaction(1, ParsedBlocks.Body(1, raw), ParsedBlocks.Meta()),
            SmallBlock.Transaction(2, ParsedBlocks.Body(2, raw.Replace(K3, SmallBlock.Key(77))), ParsedBlocks.Meta())));
        Assert.Equal("[2,9] 01", Show(block, block.Instructions[0]));
        Assert.Equal(new RawRejection(1, RejectReasons.AccountOutside), Assert.Single(block.Rejections.Span.ToArray()));
    }

    [Fact]
    public void A_parsed_vote_is_a_vote()
    {
        var body = ParsedBlocks.Body(1, ParsedBlocks.Instruction(SmallBlock.VoteProgram, "towersync", "{}"))
            .Replace(SmallBlock.Key(4), SmallBlock.VoteProgram);
        Assert.True(SmallBlock.MustRead(SmallBlock.Of(SmallBlock.Transaction(1, body, ParsedBlocks.Meta()))).Transactions[0].IsVote);
    }

    private static string Show(RawBlock block, in RawInstruction ix) =>
        $"[{string.Join(',', block.InstructionAccounts.Span.Slice(ix.AccountStart, ix.AccountCount).ToArray())}] "
        + Convert.ToHexStringLower(block.Data.Span.Slice(ix.DataStart, ix.DataLength));
}
