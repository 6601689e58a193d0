namespace Sluice.Ingest.Blocks;

/// <summary>Why a reader turned down a transaction, or a part of one, inside a block that it could read.</summary>
public static class RejectReasons
{
    /// <summary>The element of <c>transactions</c> is no object, or a field in it has another type than getBlock gives it.</summary>
    public const string WrongType = "wrong-type";

    public const string NoTransaction = "no-transaction";
    public const string NoMeta = "no-meta";
    public const string NoMessage = "no-message";
    public const string NoSignature = "no-signature";
    public const string BadSignature = "bad-signature";
    public const string BadKey = "bad-key";
    public const string BadInstructionData = "bad-instruction-data";

    /// <summary>The base64 or base58 bytes do not follow the chain's transaction format.</summary>
    public const string BadWireFormat = "bad-wire-format";

    /// <summary>A message version other than legacy and 0.</summary>
    public const string UnsupportedVersion = "unsupported-version";

    public const string NegativeNumber = "negative-number";
    public const string NumberOutOfRange = "number-out-of-range";
    public const string NotAnInteger = "not-an-integer";

    /// <summary>A program, account or token balance names a position beyond the transaction's keys.</summary>
    public const string AccountOutside = "account-outside-keys";

    /// <summary>An inner instruction names a top-level instruction that does not exist.</summary>
    public const string InnerOutside = "inner-instruction-outside";

    /// <summary>More than 65,535 accounts or 32,767 instructions.</summary>
    public const string TooMany = "too-many";

    public const string DuplicateField = "duplicate-field";

    /// <summary>The transaction is kept without lamport balances: there are more or fewer of them than accounts.</summary>
    public const string BalancesMismatch = "balances-mismatch";

    /// <summary>The transaction is kept; an event in its log was not base64.</summary>
    public const string BadLogEvent = "bad-log-event";

    private static readonly string[] All =
    [
        WrongType, NoTransaction, NoMeta, NoMessage, NoSignature, BadSignature, BadKey, BadInstructionData, BadWireFormat, UnsupportedVersion,
        NegativeNumber, NumberOutOfRange, NotAnInteger, AccountOutside, InnerOutside, TooMany, DuplicateField, BalancesMismatch, BadLogEvent,
    ];

    /// <summary>The constant of equal text, so that reasons read from a file are not kept many times; an unknown text is returned as it is.</summary>
    public static string Known(string reason)
    {
        var at = Array.IndexOf(All, reason);
        return at < 0 ? reason : All[at];
    }
}
