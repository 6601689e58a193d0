using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>Turns a transaction's error as the node's memory has it, in bincode, into the JSON text that getBlock gives.</summary>
/// <remarks>
/// Bincode: the variant as a little-endian u32, then its fields. A variant that is not known here becomes its number, so no error is lost. Source:
/// TransactionError and InstructionError of Solana's SDK, whose variants are only ever added at the end.
/// </remarks>
internal static class TransactionErrorText
{
    private const uint InstructionError = 8, DuplicateInstruction = 30, InsufficientFundsForRent = 31, ProgramExecutionTemporarilyRestricted = 35;
    private const uint Custom = 25, BorshIoError = 44;

    internal static readonly byte[][] Names = Utf8(
        "AccountInUse", "AccountLoadedTwice", "AccountNotFound", "ProgramAccountNotFound", "InsufficientFundsForFee", "InvalidAccountForFee",
        "AlreadyProcessed", "BlockhashNotFound", "InstructionError", "CallChainTooDeep", "MissingSignatureForFee", "InvalidAccountIndex", "SignatureFailure",
        "InvalidProgramForExecution", "SanitizeFailure", "ClusterMaintenance", "AccountBorrowOutstanding", "WouldExceedMaxBlockCostLimit",
        "UnsupportedVersion", "InvalidWritableAccount", "WouldExceedMaxAccountCostLimit", "WouldExceedAccountDataBlockLimit", "TooManyAccountLocks",
        "AddressLookupTableNotFound", "InvalidAddressLookupTableOwner", "InvalidAddressLookupTableData", "InvalidAddressLookupTableIndex",
        "InvalidRentPayingAccount", "WouldExceedMaxVoteCostLimit", "WouldExceedAccountDataTotalLimit", "DuplicateInstruction", "InsufficientFundsForRent",
        "MaxLoadedAccountsDataSizeExceeded", "InvalidLoadedAccountsDataSizeLimit", "ResanitizationNeeded", "ProgramExecutionTemporarilyRestricted",
        "UnbalancedTransaction", "ProgramCacheHitMaxLimit", "CommitCancelled");

    internal static readonly byte[][] InstructionNames = Utf8(
        "GenericError", "InvalidArgument", "InvalidInstructionData", "InvalidAccountData", "AccountDataTooSmall", "InsufficientFunds", "IncorrectProgramId",
        "MissingRequiredSignature", "AccountAlreadyInitialized", "UninitializedAccount", "UnbalancedInstruction", "ModifiedProgramId",
        "ExternalAccountLamportSpend", "ExternalAccountDataModified", "ReadonlyLamportChange", "ReadonlyDataModified", "DuplicateAccountIndex",
        "ExecutableModified", "RentEpochModified", "NotEnoughAccountKeys", "AccountDataSizeChanged", "AccountNotExecutable", "AccountBorrowFailed",
        "AccountBorrowOutstanding", "DuplicateAccountOutOfSync", "Custom", "InvalidError", "ExecutableDataModified", "ExecutableLamportChange",
        "ExecutableAccountNotRentExempt", "UnsupportedProgramId", "CallDepth", "MissingAccount", "ReentrancyNotAllowed", "MaxSeedLengthExceeded",
        "InvalidSeeds", "InvalidRealloc", "ComputationalBudgetExceeded", "PrivilegeEscalation", "ProgramEnvironmentSetupFailure",
        "ProgramFailedToComplete", "ProgramFailedToCompile", "Immutable", "IncorrectAuthority", "BorshIoError", "AccountNotRentExempt",
        "InvalidAccountOwner", "ArithmeticOverflow", "UnsupportedSysvar", "IllegalOwner", "MaxAccountsDataAllocationsExceeded", "MaxAccountsExceeded",
        "MaxInstructionTraceLengthExceeded", "BuiltinProgramsMustConsumeComputeUnits");

    /// <summary>Adds the text of an error. Bytes that are no error at all become <c>"Unknown"</c>: that the transaction failed is known all the same.</summary>
    public static void Add(ValueList<byte> into, ReadOnlySpan<byte> error)
    {
        if (!TryTake(ref error, out uint variant))
        {
            into.AddRange("\"Unknown\""u8);
            return;
        }

        byte index = 0;
        if (variant is InstructionError or DuplicateInstruction or InsufficientFundsForRent or ProgramExecutionTemporarilyRestricted && !error.IsEmpty)
        {
            index = error[0];
            error = error[1..];
        }

        switch (variant)
        {
            case InstructionError:
                into.AddRange("{\"InstructionError\":["u8);
                AddNumber(into, index);
                into.Add((byte)',');
                AddInstructionError(into, error);
                into.AddRange("]}"u8);
                break;
            case DuplicateInstruction:
                into.AddRange("{\"DuplicateInstruction\":"u8);
                AddNumber(into, index);
                into.Add((byte)'}');
                break;
            case InsufficientFundsForRent or ProgramExecutionTemporarilyRestricted:
                into.Add((byte)'{');
                AddName(into, Names, variant);
                into.AddRange(":{\"account_index\":"u8);
                AddNumber(into, index);
                into.AddRange("}}"u8);
                break;
            default:
                AddName(into, Names, variant);
                break;
        }
    }

    private static void AddInstructionError(ValueList<byte> into, ReadOnlySpan<byte> error)
    {
        if (!TryTake(ref error, out uint variant))
        {
            into.AddRange("\"Unknown\""u8);
        }
        else if (variant == Custom && TryTake(ref error, out uint code))
        {
            into.AddRange("{\"Custom\":"u8);
            AddNumber(into, code);
            into.Add((byte)'}');
        }
        else if (variant == BorshIoError && error.Length > sizeof(ulong))
        {
            // Older nodes say what went wrong, always with a library's word such as "Unknown".
            into.AddRange("{\"BorshIoError\":\""u8);
            foreach (var c in error[sizeof(ulong)..])
            {
                if (c is >= (byte)' ' and < 0x7f and not (byte)'"' and not (byte)'\\') { into.Add(c); }
            }

            into.AddRange("\"}"u8);
        }
        else
        {
            AddName(into, InstructionNames, variant);
        }
    }

    private static void AddName(ValueList<byte> into, byte[][] names, uint variant)
    {
        into.Add((byte)'"');
        if (variant < names.Length)
        {
            into.AddRange(names[variant]);
        }
        else
        {
            into.AddRange("Unknown"u8);
            AddNumber(into, variant);
        }

        into.Add((byte)'"');
    }

    private static void AddNumber(ValueList<byte> into, uint number)
    {
        Span<byte> digits = stackalloc byte[10];
        Utf8Formatter.TryFormat(number, digits, out var written);
        into.AddRange(digits[..written]);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> bytes, out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32LittleEndian(bytes, out value)) { return false; }
        bytes = bytes[sizeof(uint)..];
        return true;
    }

    private static byte[][] Utf8(params ReadOnlySpan<string> names)
    {
        var all = new byte[names.Length][];
        for (var i = 0; i < all.Length; i++) { all[i] = Encoding.UTF8.GetBytes(names[i]); }
        return all;
    }
}
