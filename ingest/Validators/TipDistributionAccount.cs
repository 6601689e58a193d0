using System.Buffers.Binary;
using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Validators;

/// <summary>A validator's Jito tip distribution account of one epoch.</summary>
/// <param name="CommissionBps">Share of tips that the validator keeps, hundredths of a percent.</param>
/// <param name="Lamports">What is in it, rent included.</param>
/// <remarks>
/// Address: derived from "TIP_DISTRIBUTION_ACCOUNT", the vote account and the epoch. Data: Anchor's discriminator (8 bytes), vote account and authority for
/// the merkle root (32 each), the merkle root as a Borsh option (1 byte, and 64 where it is there), epoch (u64), commission (u16), last epoch for claims
/// (u64), bump. Source: jito-programs, tip-distribution, state.rs.
/// </remarks>
internal readonly record struct TipDistributionAccount(int CommissionBps, ulong Lamports)
{
    private const int OptionAt = 72, MerkleRoot = 64;

    public static readonly Pubkey Program = Pubkey.Parse("4R3gSG8BpU4t19KYj8CfnbtRpnT8gtk4dvTHxVRwc2r7");

    /// <summary>SHA-256 of "account:TipDistributionAccount", its first eight bytes.</summary>
    private static ReadOnlySpan<byte> Discriminator => [85, 64, 113, 198, 234, 94, 120, 123];

    /// <summary>Where the account of a validator and epoch is.</summary>
    public static Pubkey AddressOf(in Pubkey voteAccount, ulong epoch)
    {
        var number = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(number, epoch);
        return ProgramAddress.Find(Program, "TIP_DISTRIBUTION_ACCOUNT"u8.ToArray(), voteAccount.Bytes.ToArray(), number).Address;
    }

    /// <summary>An item for each address that was asked for, null where there is no such account; null where the answer is none to getMultipleAccounts.</summary>
    public static TipDistributionAccount?[]? ReadAll(JsonElement result, int asked)
    {
        if (result.Field("value") is not { ValueKind: JsonValueKind.Array } accounts || accounts.GetArrayLength() != asked) { return null; }
        return [.. accounts.EnumerateArray().Select(Read)];
    }

    private static TipDistributionAccount? Read(JsonElement account)
    {
        if (account.Key("owner") != Program || account.Number("lamports") is not { } lamports) { return null; }
        var data = account.Field("data").Items().FirstOrDefault();
        return data.ValueKind == JsonValueKind.String && data.TryGetBytesFromBase64(out var bytes) && TryReadCommission(bytes, out var commission)
            ? new TipDistributionAccount(commission, lamports)
            : null;
    }

    private static bool TryReadCommission(ReadOnlySpan<byte> data, out int commissionBps)
    {
        commissionBps = 0;
        if (data.Length <= OptionAt || !data.StartsWith(Discriminator)) { return false; }
        var at = OptionAt + 1 + (data[OptionAt] == 0 ? 0 : MerkleRoot) + sizeof(ulong);
        if (data.Length < at + sizeof(ushort)) { return false; }
        commissionBps = BinaryPrimitives.ReadUInt16LittleEndian(data[at..]);
        return true;
    }
}
