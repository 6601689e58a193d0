using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection;

/// <summary>A block written in a few lines: one a transaction, then one for each fact of it. Names are made into keys as in <see cref="ArbitrageCase"/>.</summary>
/// <remarks>
/// <code>
/// tx alice [at 7] [tip 9] [fee 5000] [priority 0] [units 100] [failed] [flash] [shares] [wrapper bot] [named jupiter-v6] [aggregator] [cosigner bob] [as name]
///   swap P alice 100 SOL > 20 USDC [venue x] [ticks 5 6]
///   transfer alice > bob 5 SOL
///   authority alice > bob
///   delta alice -100 USDC                       a balance change; the swap's are not made by themselves
///   add|remove|collect P alice 100 SOL 20 USDC [position X] [ticks -5 5] [liquidity 7] [venue x]
///   liquidate solend alice obligation [repaid 100 USDC] [seized 5 SOL] [kept 1] [market M]
/// </code>
/// The n-th transaction stands at position n unless <c>at</c> says where.
/// </remarks>
internal sealed class BlockText
{
    private readonly RecordList<Block> _blocks = new();
    private readonly int[] _facts = new int[1];

    public BlockText(string text, long slot = 1_000, bool isContext = false, int seed = 0)
    {
        ref var block = ref _blocks.Add();
        block.Slot = slot;
        block.IsContext = isContext;
        block.IsComplete = true;
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "tx") { ReadTransaction(words, ref block, seed); }
            else { ReadFact(words, ref block.Transactions[block.Transactions.Count - 1]); }
        }
    }

    /// <summary>The block.</summary>
    public ref Block Block => ref _blocks[0];

    public static Pubkey Key(string name) => ArbitrageCase.Key(name);

    public static Pubkey Mint(string name) => ArbitrageCase.MintOf(name);

    public static Signature SignatureOf(long slot, int index, int seed = 0) =>
        new(SHA512.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{seed}/{slot}/{index}"))));

    private void ReadTransaction(string[] words, ref Block block, int seed)
    {
        var next = block.Transactions.Count == 0 ? 0 : block.Transactions[block.Transactions.Count - 1].Index + 1;
        ref var tx = ref block.Transactions.Add();
        tx.Index = Word(words, "at") is { } at ? int.Parse(at, CultureInfo.InvariantCulture) : next;
        tx.Signer = Key(words[1]);
        tx.Signature = SignatureOf(block.Slot, tx.Index, seed);
        tx.FeeLamports = Number(words, "fee") ?? 5_000;
        tx.PriorityFeeLamports = Number(words, "priority") ?? 0;
        tx.ComputeUnits = (long?)Number(words, "units") ?? 1_000;
        tx.TipLamports = Number(words, "tip") ?? 0;
        tx.SignatureCount = 1;
        tx.Status = words.Contains("failed") ? TransactionStatus.Failed : TransactionStatus.Success;
        if (tx.Status == TransactionStatus.Failed) { tx.Error = "{\"InstructionError\":[0,{\"Custom\":1}]}"; }
        tx.UsesFlashLoan = words.Contains("flash");
        tx.UsesAggregator = words.Contains("aggregator");
        tx.MintsOrBurnsShares = words.Contains("shares");
        if (Word(words, "wrapper") is { } wrapper) { tx.Wrapper = Key(wrapper); }
        if (Word(words, "named") is { } named) { (tx.Wrapper, tx.WrapperName) = (Key(named), named); }
        if (Word(words, "cosigner") is { } cosigner) { tx.Signers.Add(Key(cosigner)); }
        _facts[0] = 0;
    }

    private void ReadFact(string[] words, ref Transaction tx)
    {
        var inner = _facts[0]++;
        switch (words[0])
        {
            case "swap": ReadSwap(words, inner, ref tx); break;
            case "transfer":
                ref var transfer = ref tx.Transfers.Add();
                (transfer.From, transfer.To, transfer.Amount, transfer.Mint) = (Key(words[1]), Key(words[3]), ulong.Parse(words[4], CultureInfo.InvariantCulture), Mint(words[5]));
                break;
            case "authority":
                ref var handed = ref tx.AuthorityChanges.Add();
                (handed.From, handed.To) = (Key(words[1]), Key(words[3]));
                break;
            case "delta":
                ref var change = ref tx.BalanceChanges.Add();
                (change.Owner, change.Delta, change.Mint) = (Key(words[1]), Int128.Parse(words[2], CultureInfo.InvariantCulture), Mint(words[3]));
                change.IsSigner = change.Owner == tx.Signer || tx.Signers.Span.Contains(change.Owner);
                break;
            case "add" or "remove" or "collect": ReadLiquidity(words, inner, ref tx); break;
            case "liquidate": ReadLiquidation(words, inner, ref tx); break;
            default: throw new FormatException(string.Join(' ', words));
        }
    }

    private static void ReadSwap(string[] words, int inner, ref Transaction tx)
    {
        ref var swap = ref tx.Swaps.Add();
        (swap.IxIndex, swap.InnerIxIndex, swap.Source) = (1, inner, SwapSource.Both);
        swap.Venue = Word(words, "venue") ?? "orca-whirlpool";
        swap.Program = Key(swap.Venue);
        swap.Pool = Key("pool " + words[1]);
        swap.Trader = Key(words[2]);
        (swap.AmountIn, swap.MintIn) = (ulong.Parse(words[3], CultureInfo.InvariantCulture), Mint(words[4]));
        (swap.AmountOut, swap.MintOut) = (ulong.Parse(words[6], CultureInfo.InvariantCulture), Mint(words[7]));
        if (Array.IndexOf(words, "ticks") is > 0 and var ticks)
        {
            (swap.TickBefore, swap.TickAfter) = (int.Parse(words[ticks + 1], CultureInfo.InvariantCulture), int.Parse(words[ticks + 2], CultureInfo.InvariantCulture));
        }
    }

    private static void ReadLiquidity(string[] words, int inner, ref Transaction tx)
    {
        ref var change = ref tx.LiquidityChanges.Add();
        change.Kind = words[0] switch { "add" => LiquidityChangeKind.Add, "remove" => LiquidityChangeKind.Remove, _ => LiquidityChangeKind.Collect };
        (change.IxIndex, change.InnerIxIndex) = (1, inner);
        change.Venue = Word(words, "venue") ?? "orca-whirlpool";
        change.Program = Key(change.Venue);
        change.Pool = Key("pool " + words[1]);
        change.Provider = Key(words[2]);
        (change.AmountA, change.MintA) = (ulong.Parse(words[3], CultureInfo.InvariantCulture), Mint(words[4]));
        (change.AmountB, change.MintB) = (ulong.Parse(words[5], CultureInfo.InvariantCulture), Mint(words[6]));
        if (Word(words, "position") is { } position) { change.Position = Key(position); }
        if (Word(words, "liquidity") is { } liquidity) { change.Liquidity = Int128.Parse(liquidity, CultureInfo.InvariantCulture); }
        if (Array.IndexOf(words, "ticks") is > 0 and var ticks)
        {
            (change.LowerTick, change.UpperTick) = (int.Parse(words[ticks + 1], CultureInfo.InvariantCulture), int.Parse(words[ticks + 2], CultureInfo.InvariantCulture));
        }
    }

    private static void ReadLiquidation(string[] words, int inner, ref Transaction tx)
    {
        ref var call = ref tx.Liquidations.Add();
        (call.IxIndex, call.InnerIxIndex) = (1, inner);
        call.Protocol = words[1];
        call.Program = Key(words[1]);
        call.Instruction = Word(words, "instruction") ?? "liquidate";
        call.Liquidator = Key(words[2]);
        call.Obligation = Key(words[3]);
        if (Array.IndexOf(words, "repaid") is > 0 and var repaid)
        {
            (call.RepaidAmount, call.RepayMint) = (ulong.Parse(words[repaid + 1], CultureInfo.InvariantCulture), Mint(words[repaid + 2]));
        }

        if (Array.IndexOf(words, "seized") is > 0 and var seized)
        {
            (call.SeizedAmount, call.SeizedMint) = (ulong.Parse(words[seized + 1], CultureInfo.InvariantCulture), Mint(words[seized + 2]));
        }

        if (Number(words, "kept") is { } kept) { call.ProtocolFeeAmount = kept; }
        if (Word(words, "market") is { } market) { call.Market = Key(market); }
        if (Word(words, "reserves") is not null)
        {
            var at = Array.IndexOf(words, "reserves");
            (call.RepayReserve, call.WithdrawReserve) = (Key(words[at + 1]), Key(words[at + 2]));
        }
    }

    private static string? Word(string[] words, string name) =>
        Array.IndexOf(words, name) is > 0 and var at && at + 1 < words.Length ? words[at + 1] : null;

    private static ulong? Number(string[] words, string name) =>
        Word(words, name) is { } word ? ulong.Parse(word, CultureInfo.InvariantCulture) : null;
}
