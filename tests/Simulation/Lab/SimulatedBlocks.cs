using System.Buffers;
using System.Text.Json;
using Sluice.Lab;

namespace Sluice.Tests.Simulation.Lab;

/// <summary>Runs the simulator and reads its blocks with a reader of its own.</summary>
internal static class SimulatedBlocks
{
    /// <summary>Runs to the end; the blocks are null where a slot was skipped.</summary>
    public static (List<(SimulatedSlot Slot, JsonElement? Block, TruthEntry[] Truth)> Slots,
        RunTotals Totals) Run(SimulatorOptions options)
    {
        var simulator = new Simulator(options);
        var slots = new List<(SimulatedSlot, JsonElement?, TruthEntry[])>();
        var output = new ArrayBufferWriter<byte>();
        while (true)
        {
            output.ResetWrittenCount();
            if (!simulator.TryNextBlock(output, out var slot)) { return (slots, simulator.Totals); }
            JsonElement? block = null;
            if (!slot.Skipped)
            {
                Assert.Equal(slot.Bytes, output.WrittenCount);
                block = JsonDocument.Parse(output.WrittenMemory.ToArray()).RootElement;
            }

            slots.Add((slot, block, [.. slot.Truth]));
        }
    }

    /// <summary>All bytes of a run.</summary>
    public static byte[] Bytes(SimulatorOptions options)
    {
        var simulator = new Simulator(options);
        var output = new ArrayBufferWriter<byte>();
        while (simulator.TryNextBlock(output, out _)) { }
        return output.WrittenSpan.ToArray();
    }

    public static IEnumerable<JsonElement> Transactions(this JsonElement block) =>
        block.GetProperty("transactions").EnumerateArray();
}

/// <summary>One transaction's parts by their names.</summary>
internal sealed class TransactionView
{
    public const string WrappedSol = "So11111111111111111111111111111111111111112";
    private const string ComputeBudget = "ComputeBudget111111111111111111111111111111";

    public TransactionView(JsonElement transaction)
    {
        Json = transaction;
        Meta = transaction.GetProperty("meta");
        Message = transaction.GetProperty("transaction").GetProperty("message");
        StaticKeys = Message.GetProperty("accountKeys").GetArrayLength();
        var loaded = Meta.GetProperty("loadedAddresses");
        Keys =
        [
            .. Strings(Message.GetProperty("accountKeys")), .. Strings(loaded.GetProperty("writable")),
            .. Strings(loaded.GetProperty("readonly")),
        ];
        Before = Numbers(Meta.GetProperty("preBalances"));
        After = Numbers(Meta.GetProperty("postBalances"));
        Signature = transaction.GetProperty("transaction").GetProperty("signatures")[0].GetString()!;
        Fee = Meta.GetProperty("fee").GetUInt64();
        Failed = Meta.GetProperty("err").ValueKind != JsonValueKind.Null;
        Outer = [.. Message.GetProperty("instructions").EnumerateArray().Select(ix => new InstructionView(this, ix, -1))];
        Inner = [.. Meta.GetProperty("innerInstructions").EnumerateArray().SelectMany(group => group.GetProperty("instructions")
            .EnumerateArray().Select(ix => new InstructionView(this, ix, group.GetProperty("index").GetInt32())))];
    }

    public JsonElement Json { get; }
    public JsonElement Meta { get; }
    public JsonElement Message { get; }
    public string[] Keys { get; }
    public int StaticKeys { get; }
    public ulong[] Before { get; }
    public ulong[] After { get; }
    public string Signature { get; }
    public ulong Fee { get; }
    public bool Failed { get; }
    public InstructionView[] Outer { get; }
    public InstructionView[] Inner { get; }

    public bool IsVote => Outer[0].Program == "Vote111111111111111111111111111111111111111";

    public int Signers => Message.GetProperty("header").GetProperty("numRequiredSignatures").GetInt32();

    /// <summary>The fee by the chain's formula: 5,000 a signature, and the price of the limit, rounded up.</summary>
    public ulong FeeByFormula()
    {
        ulong limit = 0, price = 0;
        foreach (var ix in Outer.Where(ix => ix.Program == ComputeBudget))
        {
            if (ix.Data[0] == 2) { limit = BitConverter.ToUInt32(ix.Data, 1); }
            if (ix.Data[0] == 3) { price = BitConverter.ToUInt64(ix.Data, 1); }
        }

        return (5_000UL * (ulong)Signers) + (ulong)((((UInt128)limit * price) + 999_999) / 1_000_000);
    }

    public Dictionary<int, TokenBalance> Tokens(string property) => Meta.GetProperty(property).EnumerateArray()
        .Select(entry => new TokenBalance(
            entry.GetProperty("accountIndex").GetInt32(),
            entry.GetProperty("mint").GetString()!,
            entry.GetProperty("owner").GetString()!,
            ulong.Parse(entry.GetProperty("uiTokenAmount").GetProperty("amount").GetString()!)))
        .ToDictionary(balance => balance.Index);

    /// <summary>
    /// What the owner gained of each mint, SOL and wrapped SOL as one, without fee and without rent of token accounts.
    /// </summary>
    public Dictionary<string, Int128> GainsOf(string owner)
    {
        var gains = new Dictionary<string, Int128>();
        void Add(string mint, Int128 amount) => gains[mint] = gains.GetValueOrDefault(mint) + amount;
        var before = Tokens("preTokenBalances");
        var after = Tokens("postTokenBalances");
        foreach (var token in after.Values.Where(t => t.Owner == owner)) { Add(token.Mint, token.Amount); }
        foreach (var token in before.Values.Where(t => t.Owner == owner)) { Add(token.Mint, -(Int128)token.Amount); }
        var self = Array.IndexOf(Keys, owner);
        Add(WrappedSol, (Int128)After[self] - Before[self] + (self == 0 ? Fee : 0));
        foreach (var index in before.Keys.Union(after.Keys))
        {
            var side = after.TryGetValue(index, out var opened) ? opened : before[index];
            if (side.Owner != owner) { continue; }

            // Rent goes from the wallet into the account or back; what a wrapped SOL account holds above it is its amount.
            if (!before.ContainsKey(index)) { Add(WrappedSol, RentIn(After[index], side)); }
            if (!after.ContainsKey(index)) { Add(WrappedSol, -(Int128)RentIn(Before[index], side)); }
        }

        return gains.Where(gain => gain.Value != 0).ToDictionary();
    }

    private static ulong RentIn(ulong lamports, TokenBalance token) =>
        token.Mint == WrappedSol ? lamports - token.Amount : lamports;

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];

    private static ulong[] Numbers(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetUInt64())];
}

internal readonly record struct TokenBalance(int Index, string Mint, string Owner, ulong Amount);

/// <summary>
/// One instruction; <see cref="Outer"/> is -1 of outer ones, otherwise the outer instruction that it belongs to.
/// </summary>
internal sealed class InstructionView(TransactionView tx, JsonElement ix, int outer)
{
    public int Outer { get; } = outer;
    public int ProgramIndex { get; } = ix.GetProperty("programIdIndex").GetInt32();
    public string Program => tx.Keys[ProgramIndex];
    public int[] Accounts { get; } = [.. ix.GetProperty("accounts").EnumerateArray().Select(a => a.GetInt32())];
    public byte[] Data => field ??= Decode(ix.GetProperty("data").GetString()!);
    public int Height { get; } = ix.GetProperty("stackHeight").GetInt32();

    private static byte[] Decode(string text)
    {
        var number = System.Numerics.BigInteger.Zero;
        foreach (var c in text)
        {
            number = (number * 58) + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".IndexOf(c);
        }
        var zeros = text.TakeWhile(c => c == '1').Count();
        var bytes = number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[zeros], .. bytes];
    }
}
