namespace Sluice.Tests.Unit.Ingest.Blocks;

/// <summary>A transaction in encoding jsonParsed whose instructions a test replaces.</summary>
internal static class ParsedBlocks
{
    public const string AssociatedToken = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL";
    public const string ComputeBudget = "ComputeBudget111111111111111111111111111111";
    public const string Token2022 = "TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb";

    /// <summary>Positions 0 to 3 are plain keys 1 to 4, then programs; 9 comes from a table.</summary>
    public static readonly string[] Keys =
    [
        SmallBlock.Key(1), SmallBlock.Key(2), SmallBlock.Key(3), SmallBlock.Key(4),
        SmallBlock.SystemProgram, SmallBlock.TokenProgram, Token2022, AssociatedToken, ComputeBudget, SmallBlock.Key(40),
    ];

    public static string Instruction(string program, string type, string info) =>
        $$"""{"parsed":{"info":{{info}},"type":"{{type}}"},"program":"any","programId":"{{program}}","stackHeight":null}""";

    /// <summary>Transfers 258 lamports from key 1 to key 2.</summary>
    public static string Transfer() => Instruction(
        SmallBlock.SystemProgram, "transfer", $$"""{"source":"{{SmallBlock.Key(1)}}","destination":"{{SmallBlock.Key(2)}}","lamports":258}""");

    public static string Body(byte seed, params string[] instructions)
    {
        var keys = Keys.Select((k, i) =>
            $$"""{"pubkey":"{{k}}","signer":{{(i == 0 ? "true" : "false")}},"source":"{{(i == 9 ? "lookupTable" : "transaction")}}","writable":true}""");
        var list = instructions.Length == 0 ? [Transfer()] : instructions;
        return SmallBlock.Body(seed,
            $$"""{"accountKeys":[{{string.Join(',', keys)}}],"instructions":[{{string.Join(',', list)}}],"recentBlockhash":"{{SmallBlock.Key(8)}}"}""");
    }

    public static string Meta(string inner = "[]") =>
        SmallBlock.Meta(pre: "[1,1,1,1,1,1,1,1,1,1]", post: "[1,1,1,1,1,1,1,1,1,1]", inner: inner);
}
