using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Sluice.Ingest.Yellowstone.Wire;

namespace Sluice.Cli.Serve.Geyser;

/// <summary>A transaction's error, from the JSON of getBlock to the bincode of a node's memory.</summary>
internal static class GeyserErrors
{
    /// <exception cref="FormatException">It is no error of the chain.</exception>
    public static byte[] ToBincode(JsonElement error)
    {
        var bytes = new List<byte>();
        if (error.ValueKind == JsonValueKind.String)
        {
            Add(bytes, Variant(TransactionErrorText.Names, error.GetString()!));
            return [.. bytes];
        }

        var (name, value) = Only(error);
        Add(bytes, Variant(TransactionErrorText.Names, name));
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                bytes.Add(value.GetByte());
                break;
            case JsonValueKind.Object:
                bytes.Add(value.GetProperty("account_index").GetByte());
                break;
            case JsonValueKind.Array:
                bytes.Add(value[0].GetByte());
                AddInstructionError(bytes, value[1]);
                break;
            default:
                throw new FormatException("an error has a value of another kind");
        }

        return [.. bytes];
    }

    private static void AddInstructionError(List<byte> bytes, JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.String)
        {
            Add(bytes, Variant(TransactionErrorText.InstructionNames, error.GetString()!));
            return;
        }

        var (name, value) = Only(error);
        Add(bytes, Variant(TransactionErrorText.InstructionNames, name));
        if (value.ValueKind == JsonValueKind.Number)
        {
            Add(bytes, value.GetUInt32());
            return;
        }

        var text = Encoding.UTF8.GetBytes(value.GetString()!);
        Add(bytes, (uint)text.Length);
        Add(bytes, 0); // a length is a u64
        bytes.AddRange(text);
    }

    private static (string Name, JsonElement Value) Only(JsonElement json)
    {
        foreach (var property in json.EnumerateObject()) { return (property.Name, property.Value); }
        throw new FormatException("an error is empty");
    }

    private static uint Variant(ReadOnlySpan<byte[]> names, string name)
    {
        var utf8 = Encoding.UTF8.GetBytes(name);
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].AsSpan().SequenceEqual(utf8)) { return (uint)i; }
        }

        throw new FormatException($"{name} is no error that is known");
    }

    private static void Add(List<byte> bytes, uint value)
    {
        Span<byte> four = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(four, value);
        bytes.AddRange(four);
    }
}
