using System.Security.Cryptography;
using System.Text;
using Sluice.Processors.Core.Arbitrage;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Finding = Sluice.Schemas.Records.Arbitrage;

namespace Sluice.Tests.Unit.Detection;

/// <summary>
/// A transaction written in a few lines. One line is one fact; amounts are base units; names are made into keys, SOL, USDC,
/// USDT and JITOSOL are the real mints. The first signer is <c>alice</c>, whose fee is 5,000 lamports.
/// <code>
/// swap P1 alice 100 SOL > 20 USDC        a swap in pool P1; alice and the pool's owner change by it
/// swap P1 alice 100 SOL > 20 USDC phoenix generic   … of another venue, seen by the generic detector only
/// move alice > bob 5 SOL                 a transfer
/// gain alice 5 SOL                       an income that the transaction does not explain
/// cosigner bob · tip 7 · aggregator · flash · shares · wrapper raydium-amm-v4 · private · failed
/// </code>
/// </summary>
internal sealed class ArbitrageCase
{
    private readonly RecordList<Transaction> _list = new();
    private readonly Dictionary<(string Owner, string Mint), Int128> _balances = [];
    private readonly HashSet<string> _signers = ["alice"];

    public ArbitrageCase(string text)
    {
        ref var tx = ref _list.Add();
        tx.Index = 7;
        tx.Signer = Key("alice");
        tx.Signature = SignatureOf(text);
        tx.FeeLamports = 5_000;
        tx.SignatureCount = 1;
        tx.WrapperName = "wallet";
        tx.Wrapper = Key("wallet");
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) { Read(line, ref tx); }
        foreach (var ((owner, mint), delta) in _balances.Where(b => b.Value != 0))
        {
            ref var change = ref tx.BalanceChanges.Add();
            change.Owner = Key(owner);
            change.Mint = MintOf(mint);
            change.Delta = delta;
            change.IsSigner = _signers.Contains(owner);
        }
    }

    /// <summary>The transaction.</summary>
    public ref Transaction Tx => ref _list[0];

    /// <summary>Other transactions' swaps of the block, which make its prices.</summary>
    public string Market { get; init; } = "";

    public static Pubkey Key(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public static Pubkey MintOf(string name) => name switch
    {
        "SOL" => WellKnown.WrappedSol,
        "USDC" => WellKnown.Usdc,
        "USDT" => WellKnown.Usdt,
        "JITOSOL" => Pubkey.Parse("J1toso1uCk3RLmjorhTtrVwY9HJ7X8V9yYac6Y7kGCPn"),
        _ => Key("mint " + name),
    };

    /// <summary>Judges the transaction.</summary>
    public (ArbitrageVerdict Verdict, Finding Finding) Judge()
    {
        var blocks = new RecordList<Block>();
        ref var block = ref blocks.Add();
        block.Slot = 1_000;
        block.Transactions.Add() = Tx;
        if (Market.Length > 0) { block.Transactions.Add() = new ArbitrageCase(Market).Tx; }
        var context = new BlockContext();
        context.Begin(block);
        var findings = new RecordList<Finding>();
        ref var finding = ref findings.Add();
        var verdict = new ArbitrageDetector().Judge(Tx, context, ref finding);
        return (verdict, finding);
    }

    private static Signature SignatureOf(string text) => new(SHA512.HashData(Encoding.UTF8.GetBytes(text)));

    private void Read(string line, ref Transaction tx)
    {
        var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        switch (words[0])
        {
            case "swap": ReadSwap(words, ref tx); break;
            case "move":
                Change(words[1], words[5], -Int128.Parse(words[4]));
                Change(words[3], words[5], Int128.Parse(words[4]));
                break;
            case "gain": Change(words[1], words[3], Int128.Parse(words[2])); break;
            case "cosigner": _signers.Add(words[1]); break;
            case "tip":
                tx.TipLamports = ulong.Parse(words[1]);
                Change("alice", "SOL", -Int128.Parse(words[1]));
                break;
            case "fee": tx.FeeLamports = ulong.Parse(words[1]); break;
            case "aggregator": tx.UsesAggregator = true; break;
            case "flash": tx.UsesFlashLoan = true; break;
            case "shares": tx.MintsOrBurnsShares = true; break;
            case "private": tx.WrapperName = null; break;
            case "failed": tx.Status = TransactionStatus.Failed; break;
            default: throw new FormatException(line);
        }
    }

    private void ReadSwap(string[] words, ref Transaction tx)
    {
        // swap POOL TRADER IN MINT > OUT MINT [VENUE] [SOURCE]
        var (pool, trader, mintIn, mintOut) = (words[1], words[2], words[4], words[7]);
        ref var swap = ref tx.Swaps.Add();
        swap.IxIndex = 1;
        swap.InnerIxIndex = tx.Swaps.Count - 1;
        swap.Venue = words.Length > 8 ? words[8] : "raydium-amm-v4";
        swap.Source = words.Length > 9 && words[9] == "generic" ? SwapSource.Generic : SwapSource.Both;
        swap.Program = Key(swap.Venue);
        swap.Pool = Key("pool " + pool);
        swap.Trader = Key(trader);
        swap.MintIn = MintOf(mintIn);
        swap.MintOut = MintOf(mintOut);
        swap.AmountIn = ulong.Parse(words[3]);
        swap.AmountOut = ulong.Parse(words[6]);
        Change(trader, mintIn, -(Int128)swap.AmountIn);
        Change(trader, mintOut, swap.AmountOut);
        Change("owner of " + pool, mintIn, swap.AmountIn);
        Change("owner of " + pool, mintOut, -(Int128)swap.AmountOut);
    }

    private void Change(string owner, string mint, Int128 delta) =>
        _balances[(owner, mint)] = _balances.GetValueOrDefault((owner, mint)) + delta;
}
