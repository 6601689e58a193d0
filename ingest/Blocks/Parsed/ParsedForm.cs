using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Blocks.Parsed;

/// <summary>How a field of a parsed instruction goes back into instruction data.</summary>
internal enum ParsedFieldKind : byte
{
    U8,
    U32,
    U64,

    /// <summary>32 bytes.</summary>
    Key,

    /// <summary>One byte 0, or 1 and 32 bytes; absent and null are 0.</summary>
    OptionalKey,

    /// <summary>u64 length and UTF-8 bytes.</summary>
    Text,

    /// <summary>The u64 of an object's <c>amount</c>.</summary>
    Amount,

    /// <summary>The u64 of an object's <c>amount</c>, then its <c>decimals</c> as u8.</summary>
    AmountAndDecimals,

    /// <summary>u8 of a token authority's name.</summary>
    AuthorityType,
}

/// <summary>One field of instruction data.</summary>
internal readonly record struct ParsedField(string Name, ParsedFieldKind Kind);

/// <summary>What encoding jsonParsed calls an instruction, and how it looks on the chain.</summary>
/// <param name="Type">Value of <c>parsed.type</c>.</param>
/// <param name="Tag">First bytes of the data.</param>
/// <param name="Accounts">
/// Names of account fields in the instruction's order. <c>a|b</c> is whichever is there; a trailing <c>?</c> may be missing.
/// Of token instructions the <c>signers</c> of a multisig follow.
/// </param>
/// <param name="Fields">What follows the tag.</param>
internal sealed record ParsedForm(string Type, byte[] Tag, string[] Accounts, ParsedField[] Fields);

/// <summary>The parsed instructions that can be turned back: those that move tokens and lamports or say what they cost.</summary>
/// <remarks>
/// Source for names: Agave's transaction-status parsers, as seen in replies. Source for layouts: the programs' instruction enums.
/// The rest (memos, stake, mints' extensions, …) stays without accounts and data.
/// </remarks>
internal static class ParsedForms
{
    private static readonly Pubkey System = Pubkey.Parse("11111111111111111111111111111111");
    private static readonly Pubkey Token = Pubkey.Parse("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
    private static readonly Pubkey Token2022 = Pubkey.Parse("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
    private static readonly Pubkey AssociatedToken = Pubkey.Parse("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");
    private static readonly Pubkey ComputeBudget = Pubkey.Parse("ComputeBudget111111111111111111111111111111");

    private static readonly ParsedForm[] SystemForms =
    [
        new("createAccount", U32(0), ["source", "newAccount"], [U64("lamports"), U64("space"), Key("owner")]),
        new("assign", U32(1), ["account"], [Key("owner")]),
        new("transfer", U32(2), ["source", "destination"], [U64("lamports")]),
        new("advanceNonce", U32(4), ["nonceAccount", "recentBlockhashesSysvar", "nonceAuthority"], []),
        new("allocate", U32(8), ["account"], [U64("space")]),
        new("transferWithSeed", U32(11), ["source", "sourceBase", "destination"], [U64("lamports"), Text("sourceSeed"), Key("sourceOwner")]),
    ];

    private static readonly ParsedForm[] TokenForms =
    [
        new("initializeMint", [0], ["mint", "rentSysvar"], [U8("decimals"), Key("mintAuthority"), OptionalKey("freezeAuthority")]),
        new("initializeAccount", [1], ["account", "mint", "owner", "rentSysvar"], []),
        new("transfer", [3], ["source", "destination", "authority|multisigAuthority"], [U64("amount")]),
        new("approve", [4], ["source", "delegate", "owner|multisigOwner"], [U64("amount")]),
        new("revoke", [5], ["source", "owner|multisigOwner"], []),
        new("setAuthority", [6], ["account|mint", "authority|multisigAuthority"],
            [new("authorityType", ParsedFieldKind.AuthorityType), OptionalKey("newAuthority")]),
        new("mintTo", [7], ["mint", "account", "mintAuthority|multisigMintAuthority"], [U64("amount")]),
        new("burn", [8], ["account", "mint", "authority|multisigAuthority"], [U64("amount")]),
        new("closeAccount", [9], ["account", "destination", "owner|multisigOwner"], []),
        new("freezeAccount", [10], ["account", "mint", "freezeAuthority|multisigFreezeAuthority"], []),
        new("thawAccount", [11], ["account", "mint", "freezeAuthority|multisigFreezeAuthority"], []),
        new("transferChecked", [12], ["source", "mint", "destination", "authority|multisigAuthority"], [Checked("tokenAmount")]),
        new("approveChecked", [13], ["source", "mint", "delegate", "owner|multisigOwner"], [Checked("tokenAmount")]),
        new("mintToChecked", [14], ["mint", "account", "mintAuthority|multisigMintAuthority"], [Checked("tokenAmount")]),
        new("burnChecked", [15], ["account", "mint", "authority|multisigAuthority"], [Checked("tokenAmount")]),
        new("initializeAccount2", [16], ["account", "mint", "rentSysvar"], [Key("owner")]),
        new("syncNative", [17], ["account"], []),
        new("initializeAccount3", [18], ["account", "mint"], [Key("owner")]),
        new("initializeMint2", [20], ["mint"], [U8("decimals"), Key("mintAuthority"), OptionalKey("freezeAuthority")]),
        new("initializeImmutableOwner", [22], ["account"], []),
        new("transferCheckedWithFee", [26, 1], ["source", "mint", "destination", "authority|multisigAuthority"],
            [Checked("tokenAmount"), new("feeAmount", ParsedFieldKind.Amount)]),
    ];

    private static readonly ParsedForm[] AssociatedTokenForms =
    [
        new("create", [0], ["source", "account", "wallet", "mint", "systemProgram", "tokenProgram", "rentSysvar?"], []),
        new("createIdempotent", [1], ["source", "account", "wallet", "mint", "systemProgram", "tokenProgram"], []),
    ];

    private static readonly ParsedForm[] ComputeBudgetForms =
    [
        new("requestHeapFrame", [1], [], [new("bytes", ParsedFieldKind.U32)]),
        new("setComputeUnitLimit", [2], [], [new("units", ParsedFieldKind.U32)]),
        new("setComputeUnitPrice", [3], [], [U64("microLamports")]),
        new("setLoadedAccountsDataSizeLimit", [4], [], [new("bytes", ParsedFieldKind.U32)]),
    ];

    /// <summary>The form of an instruction, or null where it cannot be turned back.</summary>
    public static ParsedForm? Find(in Pubkey program, ReadOnlySpan<byte> type)
    {
        foreach (var form in FormsOf(program))
        {
            if (Matches(type, form.Type)) { return form; }
        }

        return null;
    }

    /// <summary>The number of a token authority's name, or -1. Source: the AuthorityType enum of Token-2022, whose first four are Token's.</summary>
    public static int AuthorityType(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < AuthorityTypes.Length; i++)
        {
            if (Matches(name, AuthorityTypes[i])) { return i; }
        }

        return -1;
    }

    public static bool Matches(ReadOnlySpan<byte> utf8, ReadOnlySpan<char> ascii)
    {
        if (utf8.Length != ascii.Length) { return false; }
        for (var i = 0; i < ascii.Length; i++)
        {
            if (utf8[i] != ascii[i]) { return false; }
        }

        return true;
    }

    private static readonly string[] AuthorityTypes =
    [
        "mintTokens", "freezeAccount", "accountOwner", "closeAccount", "transferFeeConfig", "withheldWithdraw", "closeMint", "interestRate",
        "permanentDelegate", "confidentialTransferMint", "transferHookProgramId", "confidentialTransferFeeConfig", "metadataPointer",
        "groupPointer", "groupMemberPointer", "scaledUiAmount", "pause",
    ];

    private static ParsedForm[] FormsOf(in Pubkey program) =>
        program == Token || program == Token2022 ? TokenForms
        : program == System ? SystemForms
        : program == AssociatedToken ? AssociatedTokenForms
        : program == ComputeBudget ? ComputeBudgetForms
        : [];

    private static byte[] U32(byte tag) => [tag, 0, 0, 0];

    private static ParsedField U8(string name) => new(name, ParsedFieldKind.U8);

    private static ParsedField U64(string name) => new(name, ParsedFieldKind.U64);

    private static ParsedField Key(string name) => new(name, ParsedFieldKind.Key);

    private static ParsedField OptionalKey(string name) => new(name, ParsedFieldKind.OptionalKey);

    private static ParsedField Text(string name) => new(name, ParsedFieldKind.Text);

    private static ParsedField Checked(string name) => new(name, ParsedFieldKind.AmountAndDecimals);
}
