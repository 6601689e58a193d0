using Sluice.Lab.Definitions;
using Sluice.Lab.Evaluation;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Definitions;

/// <summary>
/// Blocks of a few readable lines: <c>position signer buys|sells in out [words]</c> in one pool of SOL and a token. Buying pays SOL. Words: <c>via X</c> calls
/// through program X, <c>aggregator</c>, <c>tip</c>, <c>fee N</c>, <c>pool N</c>, <c>owner X</c> trades from X's accounts, <c>to X</c> sends the token to X,
/// <c>hands X</c> gives the token account to X, <c>moves</c> swaps nothing but transfers.
/// </summary>
internal static class DefinitionCase
{
    private static readonly Pubkey Token = KeyOf("token"), Amm = KeyOf("amm");

    /// <summary>The names of those that the definition calls victims, finding by finding, over blocks of following slots from 400 on.</summary>
    public static string[] Victims(ISandwichDefinition definition, params string[] blocks)
    {
        var names = new Dictionary<Signature, string>();
        var found = new List<Finding>();
        for (var i = 0; i < blocks.Length; i++) { definition.Add(Block(400 + (ulong)i, blocks[i], names), found); }
        definition.Finish(found);
        return [.. found.Select(f => string.Join(' ', f.Victims.Select(v => names[v.Signature])))];
    }

    public static Pubkey KeyOf(string name)
    {
        Span<byte> bytes = stackalloc byte[32];
        bytes.Fill(7);
        System.Text.Encoding.ASCII.GetBytes(name, bytes);
        return new Pubkey(bytes);
    }

    private static SeenBlock Block(ulong slot, string text, Dictionary<Signature, string> names)
    {
        var transactions = new List<SeenTransaction>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ');
            var tx = Transaction(slot, words, out var isSwap);
            names[tx.Signature] = words[1];
            if (isSwap) { ((List<SeenSwap>)tx.Swaps).Add(Swap(tx, words)); }
            transactions.Add(tx);
        }

        return new SeenBlock { Slot = slot, TimeUnixMs = 1_000, Leader = KeyOf($"leader{slot / 4}"), Transactions = transactions };
    }

    private static SeenTransaction Transaction(ulong slot, string[] words, out bool isSwap)
    {
        var (index, signer) = (int.Parse(words[0], System.Globalization.CultureInfo.InvariantCulture), KeyOf(words[1]));
        isSwap = words[2] != "moves";
        var buys = words[2] == "buys";
        Span<byte> bytes = stackalloc byte[Signature.Size];
        bytes[0] = Word(words, "id") is { } id ? byte.Parse(id, System.Globalization.CultureInfo.InvariantCulture) : (byte)(10 + index);
        bytes[1] = (byte)(slot % 256);
        bytes[2] = 1;
        var (paid, got) = isSwap ? (long.Parse(words[3], System.Globalization.CultureInfo.InvariantCulture), long.Parse(words[4], System.Globalization.CultureInfo.InvariantCulture)) : (0, 0);
        return new SeenTransaction
        {
            Slot = slot,
            Index = index,
            Signature = new Signature(bytes),
            Signer = signer,
            Wrapper = Word(words, "via") is { } program ? KeyOf(program) : null,
            UsesAggregator = words.Contains("aggregator"),
            TipLamports = words.Contains("tip") ? 1ul : 0,
            FeeLamports = Word(words, "fee") is { } fee ? ulong.Parse(fee, System.Globalization.CultureInfo.InvariantCulture) : 0,
            Swaps = new List<SeenSwap>(),
            Transfers = Word(words, "to") is { } receiver ? [new SeenTransfer(Token, signer, KeyOf(receiver))] : words[2] == "moves" ? [new SeenTransfer(Token, signer, KeyOf("anybody"))] : [],
            HandOvers = Word(words, "hands") is { } heir ? [new SeenTransfer(Token, signer, KeyOf(heir))] : [],
            Gains = isSwap ? [(signer, WellKnown.WrappedSol, buys ? -paid : got)] : [],
        };
    }

    private static SeenSwap Swap(SeenTransaction tx, string[] words)
    {
        var buys = words[2] == "buys";
        return new SeenSwap
        {
            Transaction = tx,
            Program = Amm,
            Pool = KeyOf("pool" + Word(words, "pool")),
            Trader = Word(words, "owner") is { } owner ? KeyOf(owner) : tx.Signer,
            MintIn = buys ? WellKnown.WrappedSol : Token,
            MintOut = buys ? Token : WellKnown.WrappedSol,
            AmountIn = ulong.Parse(words[3], System.Globalization.CultureInfo.InvariantCulture),
            AmountOut = ulong.Parse(words[4], System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private static string? Word(string[] words, string name) => Array.IndexOf(words, name) is >= 0 and var at ? words[at + 1] : null;
}
