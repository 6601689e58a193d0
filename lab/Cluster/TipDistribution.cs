using System.Buffers.Binary;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Cluster;

/// <summary>A validator's tip distribution account of one epoch, without a merkle root: that is uploaded after the epoch.</summary>
internal sealed class TipDistribution(
    int account, int identity, Pubkey voteAccount, Pubkey authority, ulong epoch, ushort commissionBps, ulong expiresAt, byte bump)
{
    /// <summary>Bytes of the account's data, and its rent in lamports.</summary>
    public const ulong Size = 168, Rent = 2_060_160;

    public int Account { get; } = account;

    public int Identity { get; } = identity;

    /// <summary>Share of the tips that the validator keeps, in hundredths of a percent.</summary>
    public ushort CommissionBps { get; } = commissionBps;

    /// <summary>Lamports when the last block was done.</summary>
    public ulong Lamports { get; set; } = Rent;

    /// <summary>
    /// Writes the data: Anchor's discriminator, vote account, authority, an empty option, epoch, commission, last epoch, bump, zeros.
    /// </summary>
    public void Write(Span<byte> data)
    {
        data.Clear();
        System.Security.Cryptography.SHA256.HashData("account:TipDistributionAccount"u8)[..8].CopyTo(data);
        voteAccount.Bytes.CopyTo(data[8..]);
        authority.Bytes.CopyTo(data[40..]);
        BinaryPrimitives.WriteUInt64LittleEndian(data[73..], epoch);
        BinaryPrimitives.WriteUInt16LittleEndian(data[81..], CommissionBps);
        BinaryPrimitives.WriteUInt64LittleEndian(data[83..], expiresAt);
        data[91] = bump;
    }
}
