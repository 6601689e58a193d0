using System.Text;
using System.Text.Json;
using Google.Protobuf;
using Sluice.Ingest.Yellowstone.Messages;
using Sluice.Schemas.Chain;

namespace Sluice.Cli.Serve.Geyser;

/// <summary>Turns a block as getBlock gives it, in encoding "json", into the message that Yellowstone gRPC sends.</summary>
internal static class GeyserBlocks
{
    private static readonly Pubkey Vote = Pubkey.Parse("Vote111111111111111111111111111111111111111");

    /// <summary>The block of a slot.</summary>
    /// <param name="block">The result of getBlock, with all details and rewards.</param>
    public static SubscribeUpdateBlock Of(ulong slot, JsonElement block)
    {
        var message = new SubscribeUpdateBlock
        {
            Slot = slot,
            Blockhash = block.GetProperty("blockhash").GetString(),
            ParentSlot = block.GetProperty("parentSlot").GetUInt64(),
            ParentBlockhash = block.GetProperty("previousBlockhash").GetString(),
            Rewards = new Rewards(),
        };
        if (Has(block, "blockTime", out var time)) { message.BlockTime = new UnixTimestamp { Timestamp = time.GetInt64() }; }
        if (Has(block, "blockHeight", out var height)) { message.BlockHeight = new BlockHeight { BlockHeight_ = height.GetUInt64() }; }
        foreach (var reward in Items(block, "rewards")) { message.Rewards.Rewards_.Add(RewardOf(reward)); }
        foreach (var transaction in Items(block, "transactions"))
        {
            message.Transactions.Add(TransactionOf(transaction, message.ExecutedTransactionCount++));
        }

        return message;
    }

    /// <summary>Bytes of a base58 text of any length.</summary>
    public static ByteString Bytes(JsonElement text)
    {
        var utf8 = Encoding.ASCII.GetBytes(text.GetString()!);
        var bytes = new byte[utf8.Length];
        return Base58.TryDecode(utf8, bytes, out var written)
            ? ByteString.CopyFrom(bytes, 0, written)
            : throw new FormatException("a text is not base58");
    }

    public static TransactionStatusMeta MetaOf(JsonElement meta)
    {
        var message = new TransactionStatusMeta { Fee = meta.GetProperty("fee").GetUInt64() };
        if (Has(meta, "err", out var error)) { message.Err = new TransactionError { Err = ByteString.CopyFrom(GeyserErrors.ToBincode(error)) }; }
        if (Has(meta, "computeUnitsConsumed", out var units)) { message.ComputeUnitsConsumed = units.GetUInt64(); }
        message.PreBalances.Add(Items(meta, "preBalances").Select(b => b.GetUInt64()));
        message.PostBalances.Add(Items(meta, "postBalances").Select(b => b.GetUInt64()));
        message.InnerInstructionsNone = !Has(meta, "innerInstructions", out _);
        message.LogMessagesNone = !Has(meta, "logMessages", out _);
        foreach (var group in Items(meta, "innerInstructions"))
        {
            var inner = new InnerInstructions { Index = group.GetProperty("index").GetUInt32() };
            inner.Instructions.Add(Items(group, "instructions").Select(InnerOf));
            message.InnerInstructions.Add(inner);
        }

        message.LogMessages.Add(Items(meta, "logMessages").Select(l => l.GetString()));
        message.PreTokenBalances.Add(Items(meta, "preTokenBalances").Select(TokenBalanceOf));
        message.PostTokenBalances.Add(Items(meta, "postTokenBalances").Select(TokenBalanceOf));
        if (Has(meta, "loadedAddresses", out var loaded))
        {
            message.LoadedWritableAddresses.Add(Items(loaded, "writable").Select(Bytes));
            message.LoadedReadonlyAddresses.Add(Items(loaded, "readonly").Select(Bytes));
        }

        return message;
    }

    private static SubscribeUpdateTransactionInfo TransactionOf(JsonElement json, ulong index)
    {
        var transaction = json.GetProperty("transaction");
        var message = transaction.GetProperty("message");
        var header = message.GetProperty("header");
        var signed = new Message
        {
            Header = new MessageHeader
            {
                NumRequiredSignatures = header.GetProperty("numRequiredSignatures").GetUInt32(),
                NumReadonlySignedAccounts = header.GetProperty("numReadonlySignedAccounts").GetUInt32(),
                NumReadonlyUnsignedAccounts = header.GetProperty("numReadonlyUnsignedAccounts").GetUInt32(),
            },
            RecentBlockhash = Bytes(message.GetProperty("recentBlockhash")),
            Versioned = Has(json, "version", out var version) && version.ValueKind == JsonValueKind.Number,
        };
        signed.AccountKeys.Add(Items(message, "accountKeys").Select(Bytes));
        signed.Instructions.Add(Items(message, "instructions").Select(InstructionOf));
        signed.AddressTableLookups.Add(Items(message, "addressTableLookups").Select(t => new MessageAddressTableLookup
        {
            AccountKey = Bytes(t.GetProperty("accountKey")),
            WritableIndexes = Positions(t, "writableIndexes"),
            ReadonlyIndexes = Positions(t, "readonlyIndexes"),
        }));
        var info = new SubscribeUpdateTransactionInfo
        {
            Transaction = new Transaction { Message = signed },
            Meta = MetaOf(json.GetProperty("meta")),
            Index = index,
        };
        info.Transaction.Signatures.Add(Items(transaction, "signatures").Select(Bytes));
        info.Signature = info.Transaction.Signatures[0];
        info.IsVote = signed.Instructions.Count == 1 && signed.AccountKeys[(int)signed.Instructions[0].ProgramIdIndex].Span.SequenceEqual(Vote.Bytes);
        return info;
    }

    private static CompiledInstruction InstructionOf(JsonElement json) => new()
    {
        ProgramIdIndex = json.GetProperty("programIdIndex").GetUInt32(),
        Accounts = Positions(json, "accounts"),
        Data = Bytes(json.GetProperty("data")),
    };

    private static InnerInstruction InnerOf(JsonElement json)
    {
        var inner = new InnerInstruction
        {
            ProgramIdIndex = json.GetProperty("programIdIndex").GetUInt32(),
            Accounts = Positions(json, "accounts"),
            Data = Bytes(json.GetProperty("data")),
        };
        if (Has(json, "stackHeight", out var height)) { inner.StackHeight = height.GetUInt32(); }
        return inner;
    }

    private static TokenBalance TokenBalanceOf(JsonElement json)
    {
        var amount = json.GetProperty("uiTokenAmount");
        return new TokenBalance
        {
            AccountIndex = json.GetProperty("accountIndex").GetUInt32(),
            Mint = json.GetProperty("mint").GetString(),
            Owner = Has(json, "owner", out var owner) ? owner.GetString() : "",
            ProgramId = Has(json, "programId", out var program) ? program.GetString() : "",
            UiTokenAmount = new UiTokenAmount { Decimals = amount.GetProperty("decimals").GetUInt32(), Amount = amount.GetProperty("amount").GetString() },
        };
    }

    private static Reward RewardOf(JsonElement json) => new()
    {
        Pubkey = json.GetProperty("pubkey").GetString(),
        Lamports = json.GetProperty("lamports").GetInt64(),
        PostBalance = json.GetProperty("postBalance").GetUInt64(),
        RewardType = Has(json, "rewardType", out var kind) && Enum.TryParse<RewardType>(kind.GetString(), out var type) ? type : RewardType.Unspecified,
        Commission = Has(json, "commission", out var commission) ? commission.GetRawText() : "",
    };

    private static ByteString Positions(JsonElement json, string name) => ByteString.CopyFrom([.. Items(json, name).Select(p => p.GetByte())]);

    private static bool Has(JsonElement json, string name, out JsonElement value) => json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private static IEnumerable<JsonElement> Items(JsonElement json, string name) => Has(json, name, out var list) ? list.EnumerateArray() : [];
}
