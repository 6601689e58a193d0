using System.Text.Json;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Node.Rpc;

/// <summary>A transaction as it travels: signatures, then the message, lengths as compact u16 (7 bits a byte).</summary>
internal static class TransactionBytes
{
    public static byte[] Of(TransactionReader transaction)
    {
        using var bytes = new MemoryStream();
        var signatures = transaction.Root.GetProperty("transaction").GetProperty("signatures");
        Length(bytes, signatures.GetArrayLength());
        foreach (var signature in signatures.EnumerateArray()) { bytes.Write(Decode(signature)); }
        var message = transaction.Message;
        if (transaction.IsVersioned) { bytes.WriteByte(0x80); }
        foreach (var count in (string[])["numRequiredSignatures", "numReadonlySignedAccounts", "numReadonlyUnsignedAccounts"])
        {
            bytes.WriteByte((byte)message.GetProperty("header").GetProperty(count).GetInt32());
        }

        var keys = message.GetProperty("accountKeys");
        Length(bytes, keys.GetArrayLength());
        foreach (var key in keys.EnumerateArray()) { bytes.Write(Decode(key)); }
        bytes.Write(Decode(message.GetProperty("recentBlockhash")));
        var instructions = message.GetProperty("instructions");
        Length(bytes, instructions.GetArrayLength());
        foreach (var instruction in instructions.EnumerateArray())
        {
            bytes.WriteByte((byte)instruction.GetProperty("programIdIndex").GetInt32());
            Indexes(bytes, instruction.GetProperty("accounts"));
            var data = Decode(instruction.GetProperty("data"));
            Length(bytes, data.Length);
            bytes.Write(data);
        }

        if (!transaction.IsVersioned) { return bytes.ToArray(); }
        var lookups = message.GetProperty("addressTableLookups");
        Length(bytes, lookups.GetArrayLength());
        foreach (var lookup in lookups.EnumerateArray())
        {
            bytes.Write(Decode(lookup.GetProperty("accountKey")));
            Indexes(bytes, lookup.GetProperty("writableIndexes"));
            Indexes(bytes, lookup.GetProperty("readonlyIndexes"));
        }

        return bytes.ToArray();
    }

    private static void Indexes(MemoryStream bytes, JsonElement indexes)
    {
        Length(bytes, indexes.GetArrayLength());
        foreach (var index in indexes.EnumerateArray()) { bytes.WriteByte((byte)index.GetInt32()); }
    }

    private static void Length(MemoryStream bytes, int length)
    {
        for (; length > 0x7F; length >>= 7) { bytes.WriteByte((byte)(length | 0x80)); }
        bytes.WriteByte((byte)length);
    }

    private static byte[] Decode(JsonElement text)
    {
        var base58 = System.Text.Encoding.ASCII.GetBytes(text.GetString()!);
        var bytes = new byte[base58.Length];
        return Base58.TryDecode(base58, bytes, out var count) ? bytes[..count] : throw new FormatException($"{text} is not base58.");
    }
}
