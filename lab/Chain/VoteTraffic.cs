using System.Buffers.Binary;
using Sluice.Lab.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Chain;

/// <summary>Vote transactions: one TowerSync instruction, legacy message, one signature, 5,000 lamports.</summary>
/// <remarks>
/// The instruction has 148 bytes: tag 14, root, 31 lockouts, bank hash, timestamp, block id. Validators that saw the same
/// fork send the same bytes, so a block has a few variants of them, and the text around them is written once a block.
/// </remarks>
internal sealed class VoteTraffic(World world)
{
    private const int Variants = 6, Lockouts = 31;

    private readonly Utf8Buffer[] _data = [new(256), new(256), new(256), new(256), new(256), new(256)];
    private readonly byte[] _instruction = new byte[148];
    private readonly AccountTable _accounts = world.Accounts;

    /// <summary>Prepares the instruction data of a block's votes.</summary>
    public void StartBlock(Prng random)
    {
        for (var variant = 0; variant < Variants; variant++)
        {
            var data = _instruction.AsSpan();
            BinaryPrimitives.WriteUInt32LittleEndian(data, 14);
            BinaryPrimitives.WriteUInt64LittleEndian(data[4..], world.Slot - 33 - (ulong)variant);
            data[12] = Lockouts;
            for (var i = 0; i < Lockouts; i++)
            {
                data[13 + (2 * i)] = 1;
                data[14 + (2 * i)] = (byte)(Lockouts - i);
            }

            random.Fill(data.Slice(75, 32));
            data[107] = 1;
            BinaryPrimitives.WriteInt64LittleEndian(data[108..], world.BlockTime - (variant & 1));
            random.Fill(data.Slice(116, 32));
            _data[variant].Clear();
            _data[variant].Base58(data);
        }
    }

    /// <summary>Writes one validator's vote and takes its fee.</summary>
    public void Write(Utf8Buffer json, Prng random, Cluster.Validator validator, ReadOnlySpan<byte> blockhash)
    {
        Span<byte> signature = stackalloc byte[Signature.Size];
        random.Fill(signature);
        ref var identity = ref _accounts[validator.Identity];
        ref readonly var vote = ref _accounts[validator.VoteAccount];
        var before = identity.Lamports;
        identity.Lamports -= TransactionBuilder.BaseFee;
        json.Raw("{\"meta\":{\"computeUnitsConsumed\":2100,\"costUnits\":3428,\"err\":null,\"fee\":5000,\"innerInstructions\":[],"u8);
        json.Raw("\"loadedAddresses\":{\"readonly\":[],\"writable\":[]},\"logMessages\":["u8);
        json.Raw("\"Program Vote111111111111111111111111111111111111111 invoke [1]\","u8);
        json.Raw("\"Program Vote111111111111111111111111111111111111111 success\"],\"postBalances\":["u8);
        WriteBalances(json, identity.Lamports, vote.Lamports);
        json.Raw("],\"postTokenBalances\":[],\"preBalances\":["u8);
        WriteBalances(json, before, vote.Lamports);
        json.Raw("],\"preTokenBalances\":[],\"rewards\":[],\"status\":{\"Ok\":null}},\"transaction\":{\"message\":{\"accountKeys\":[\""u8);
        json.Raw(identity.TextUtf8);
        json.Raw("\",\""u8);
        json.Raw(vote.TextUtf8);
        json.Raw("\",\"Vote111111111111111111111111111111111111111\"],\"header\":{\"numReadonlySignedAccounts\":0,"u8);
        json.Raw("\"numReadonlyUnsignedAccounts\":1,\"numRequiredSignatures\":1},\"instructions\":[{\"accounts\":[1,0],\"data\":\""u8);
        json.Raw(_data[random.Below(Variants)].Written);
        json.Raw("\",\"programIdIndex\":2,\"stackHeight\":1}],\"recentBlockhash\":\""u8);
        json.Raw(blockhash);
        json.Raw("\"},\"signatures\":[\""u8);
        json.Commit(Base58.Encode(signature, json.Reserve(96)));
        json.Raw("\"]},\"version\":\"legacy\"}"u8);
    }

    private static void WriteBalances(Utf8Buffer json, ulong identity, ulong vote)
    {
        json.Number(identity);
        json.Byte((byte)',');
        json.Number(vote);
        json.Raw(",1"u8);
    }
}
