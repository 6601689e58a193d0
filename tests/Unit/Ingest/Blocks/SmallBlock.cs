using System.Text;
using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>Small documents with one swap-like transaction, whose parts a test replaces.</summary>
internal static class SmallBlock
{
    public const string VoteProgram = "Vote111111111111111111111111111111111111111";
    public const string TokenProgram = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
    public const string SystemProgram = "11111111111111111111111111111111";

    /// <summary>Keys of the transaction: payer, two token accounts, a program, the token program.</summary>
    public static readonly string[] Keys = [Key(1), Key(2), Key(3), Key(4), TokenProgram];

    public static readonly string Mint = Key(9);

    public static string Key(byte seed) => new Pubkey(Enumerable.Repeat(seed, 32).ToArray()).ToString();

    public static string Signature(byte seed) => new Signature(Enumerable.Repeat(seed, 64).ToArray()).ToString();

    public static string Quoted(IEnumerable<string> texts) => string.Join(',', texts.Select(t => $"\"{t}\""));

    /// <summary>One instruction of program 3 with an inner token transfer of 258 base units; data <c>2</c> is the byte 1.</summary>
    public const string Instructions = """[{"programIdIndex":3,"accounts":[0,1,2],"data":"2","stackHeight":null}]""";

    public const string Inner =
        """[{"index":0,"instructions":[{"programIdIndex":4,"accounts":[1,2,0],"data":"3Do19CRzd8AB","stackHeight":2}]}]""";

    public static string Balance(int account, string amount, string mint) =>
        $$"""{"accountIndex":{{account}},"mint":"{{mint}}","owner":"{{Key(1)}}","programId":"{{TokenProgram}}","uiTokenAmount":{"uiAmount":null,"decimals":6,"amount":"{{amount}}","uiAmountString":"0"} }""";

    public static string Message(string? keys = null, string instructions = Instructions) =>
        $$"""{"header":{"numRequiredSignatures":1,"numReadonlySignedAccounts":0,"numReadonlyUnsignedAccounts":1},"accountKeys":{{keys ?? $"[{Quoted(Keys)}]"}},"recentBlockhash":"{{Key(8)}}","instructions":{{instructions}} }""";

    public static string Body(byte seed, string? message = null) =>
        $$"""{"signatures":["{{Signature(seed)}}"],"message":{{message ?? Message()}} }""";

    public static string Meta(
        string err = "null", string fee = "5000", string pre = "[10000,1,1,1,1]", string post = "[5000,1,1,1,1]", string inner = Inner,
        string log = "[]", string? preTokens = null, string? postTokens = null, string more = "") =>
        $$"""{"err":{{err}},"fee":{{fee}},"preBalances":{{pre}},"postBalances":{{post}},"innerInstructions":{{inner}},"logMessages":{{log}},"""
        + $$""" "preTokenBalances":{{preTokens ?? $"[{Balance(1, "258", Mint)}]"}},"postTokenBalances":{{postTokens ?? $"[{Balance(2, "258", Mint)}]"}},"""
        + $$""" "rewards":[],"computeUnitsConsumed":1234{{more}} }""";

    public static string Transaction(byte seed, string? body = null, string? meta = null, string version = "\"legacy\"") =>
        $$"""{"transaction":{{body ?? Body(seed)}},"meta":{{meta ?? Meta()}},"version":{{version}} }""";

    public static string Vote(byte seed, string err = "null") => Transaction(
        seed,
        Body(seed, Message($"[\"{Key(seed)}\",\"{VoteProgram}\"]", """[{"programIdIndex":1,"accounts":[0],"data":"2"}]""")),
        Meta(err: err, pre: "[1,1]", post: "[1,1]", inner: "[]", preTokens: "[]", postTokens: "[]"));

    public static string Of(params string[] transactions) =>
        $$"""{"blockhash":"{{Key(7)}}","previousBlockhash":"{{Key(6)}}","parentSlot":99,"blockTime":1700000000,"blockHeight":90,"""
        + $$""" "rewards":[{"pubkey":"{{Key(5)}}","lamports":2500,"postBalance":1,"rewardType":"Fee","commission":null}],"transactions":[{{string.Join(',', transactions)}}]}""";

    public static (ReadResult Result, RawBlock Block) Read(string document, ulong? slot = 100)
    {
        var block = new RawBlock();
        return (new BlockReader().Read(Encoding.UTF8.GetBytes(document), new DocumentOrigin("test", slot), block), block);
    }

    public static RawBlock MustRead(string document, ulong? slot = 100)
    {
        var (result, block) = Read(document, slot);
        Assert.Equal(new ReadResult(ReadStatus.Read), result);
        return block;
    }
}
