using Google.Protobuf;
using Sluice.Ingest.Yellowstone.Messages;

namespace Sluice.Tests.Unit.Ingest.Yellowstone;

/// <summary>A transaction's own bytes as the message that gRPC sends. Every length is a compact u16. Source: Solana's transaction format.</summary>
internal sealed class WireTransaction
{
    private readonly byte[] _bytes;
    private int _at;

    private WireTransaction(byte[] bytes) => _bytes = bytes;

    public static Transaction Parse(byte[] bytes) => new WireTransaction(bytes).Parse();

    private Transaction Parse()
    {
        var transaction = new Transaction { Message = new Message() };
        for (var left = Length(); left > 0; left--) { transaction.Signatures.Add(Take(64)); }
        var message = transaction.Message;
        message.Versioned = _bytes[_at] == 0x80;
        if (message.Versioned) { _at++; }
        message.Header = new MessageHeader { NumRequiredSignatures = _bytes[_at], NumReadonlySignedAccounts = _bytes[_at + 1], NumReadonlyUnsignedAccounts = _bytes[_at + 2] };
        _at += 3;
        for (var left = Length(); left > 0; left--) { message.AccountKeys.Add(Take(32)); }
        message.RecentBlockhash = Take(32);
        for (var left = Length(); left > 0; left--)
        {
            message.Instructions.Add(new CompiledInstruction { ProgramIdIndex = _bytes[_at++], Accounts = Take(Length()), Data = Take(Length()) });
        }

        for (var left = message.Versioned ? Length() : 0; left > 0; left--)
        {
            message.AddressTableLookups.Add(new MessageAddressTableLookup { AccountKey = Take(32), WritableIndexes = Take(Length()), ReadonlyIndexes = Take(Length()) });
        }

        Assert.Equal(_bytes.Length, _at);
        return transaction;
    }

    private int Length()
    {
        var length = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = _bytes[_at++];
            length |= (part & 0x7f) << shift;
            if (part < 0x80) { return length; }
        }
    }

    private ByteString Take(int count)
    {
        _at += count;
        return ByteString.CopyFrom(_bytes, _at - count, count);
    }
}
