using System.Security.Cryptography;
using System.Text;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Detection.Cases;

/// <summary>
/// Blocks of many transactions written in a few lines. One line is one fact, words after <c>#</c> are left out; amounts are base units; names are made into
/// keys, SOL, USDC and USDT are the real mints.
/// <code>
/// slot 100 [partial] [context]            begins a block
/// pool P1 SOL 1000000 TOK 5000000 [fee=25] [venue=…]   a constant-product pool, fee in basis points of what comes in
/// tx bob [index=9] [fee=5000] [tip=7] [ixs=3] [cu=200000] [cuprice=5] [wrapper=name] [private=name] [cosigner=carol]
///        [mark=name] [aggregator] [shares] [failed]    begins a transaction; the index goes on by one when none is given
/// swap P1 bob 100 SOL > TOK               a swap in that pool: amount out and reserves by its curve
/// swap P1 bob 100 SOL > 480 TOK [res=1000/5000] [sqrt=10/12] [feein=1] [feeout=2] [venue=…] [generic] [limit=470] [exactout]
///        [vaults=other] [ix=2] [inner=3] [leg=1]       … or one with its amounts written down
/// swap P1 bob all TOK > SOL               sells what bob holds of TOK; "all-5" and "all+5" sell less and more
/// send bob > carol 480 TOK [arrives=470]  tokens between owners ("all" works here too)
/// pay bob > shop 5 SOL                    lamports that leave beside swaps
/// hand ACCOUNT bob > carol TOK            a token account changes hands, with all that bob holds
/// add P1 bob SOL 10 TOK 50 · remove P1 bob SOL 10 TOK 50   liquidity
/// route jupiter-v6 bob in=100 out=480 slippage=50 [exactout]   a declared route
/// </code>
/// </summary>
internal sealed class BlockCase
{
    private readonly Dictionary<string, Pool> _pools = [];
    private readonly Dictionary<(string Owner, string Mint), Int128> _held = [];
    private readonly Dictionary<(string Owner, string Mint), Int128> _changes = [];
    private readonly HashSet<string> _signers = [];
    private readonly string _salt;
    private int _ix;
    private bool _hasTx;

    /// <param name="text">The lines.</param>
    /// <param name="salt">Makes other keys and signatures of the same names.</param>
    public BlockCase(string text, string salt = "")
    {
        _salt = salt;
        foreach (var raw in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var line = raw.Split('#')[0].Trim();
            if (line.Length > 0) { Read(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)); }
        }

        EndTransaction();
    }

    /// <summary>The blocks in the order written.</summary>
    public RecordList<Block> Blocks { get; } = new();

    public Pubkey Key(string name) => new(SHA256.HashData(Encoding.UTF8.GetBytes(name + _salt)));

    public Pubkey PoolKey(string name) => Key("pool " + name);

    public Pubkey MintOf(string name) => name switch
    {
        "SOL" => WellKnown.WrappedSol,
        "USDC" => WellKnown.Usdc,
        "USDT" => WellKnown.Usdt,
        _ => Key("mint " + name),
    };

    private ref Block Block => ref Blocks[Blocks.Count - 1];

    private ref Transaction Tx => ref Block.Transactions[Block.Transactions.Count - 1];

    private void Read(string[] words)
    {
        switch (words[0])
        {
            case "slot": BeginBlock(words); break;
            case "pool":
                _pools[words[1]] = new Pool(words[2], ulong.Parse(words[3]), words[4], ulong.Parse(words[5]), uint.Parse(Option(words, "fee") ?? "0"), Option(words, "venue"));
                break;
            case "tx": BeginTransaction(words); break;
            case "swap": Swap(words); break;
            case "send": Send(words); break;
            case "pay": Send(words, isPayment: true); break;
            case "hand": Hand(words); break;
            case "add": Liquidity(words, LiquidityChangeKind.Add); break;
            case "remove": Liquidity(words, LiquidityChangeKind.Remove); break;
            case "route": Route(words); break;
            default: throw new FormatException(string.Join(' ', words));
        }
    }

    private static string? Option(string[] words, string name) =>
        words.FirstOrDefault(w => w.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];

    private void BeginBlock(string[] words)
    {
        EndTransaction();
        ref var block = ref Blocks.Add();
        block.Slot = long.Parse(words[1]);
        block.ParentSlot = block.Slot - 1;
        block.BlockTimeUnixMs = 1_700_000_000_000 + (block.Slot * 400);
        block.Leader = Key("leader");
        block.IsComplete = !words.Contains("partial");
        block.IsContext = words.Contains("context");
    }

    private void BeginTransaction(string[] words)
    {
        EndTransaction();
        var last = Block.Transactions.Count > 0 ? Tx.Index : -1;
        ref var tx = ref Block.Transactions.Add();
        _hasTx = true;
        _ix = 0;
        tx.Index = int.Parse(Option(words, "index") ?? $"{last + 1}");
        tx.Signer = Key(words[1]);
        tx.Signature = new Signature(SHA512.HashData(Encoding.UTF8.GetBytes($"{Block.Slot} {tx.Index} {words[1]}{_salt}")));
        tx.SignatureCount = 1;
        tx.FeeLamports = ulong.Parse(Option(words, "fee") ?? "5000");
        tx.PriorityFeeLamports = tx.FeeLamports - Math.Min(tx.FeeLamports, 5_000);
        tx.TipLamports = ulong.Parse(Option(words, "tip") ?? "0");
        tx.InstructionCount = int.Parse(Option(words, "ixs") ?? "1");
        tx.ComputeUnitLimit = Option(words, "cu") is { } cu ? long.Parse(cu) : null;
        tx.ComputeUnitPriceMicroLamports = Option(words, "cuprice") is { } price ? ulong.Parse(price) : null;
        var wrapper = Option(words, "private") ?? Option(words, "wrapper") ?? "wallet";
        tx.Wrapper = Key("program " + wrapper);
        tx.WrapperName = Option(words, "private") is null ? wrapper : null;
        tx.UsesAggregator = words.Contains("aggregator");
        tx.MintsOrBurnsShares = words.Contains("shares");
        tx.Status = words.Contains("failed") ? TransactionStatus.Failed : TransactionStatus.Success;
        if (Option(words, "mark") is { } mark) { tx.DontFrontMark = Key(mark); }
        _signers.Clear();
        _signers.Add(words[1]);
        if (Option(words, "cosigner") is { } cosigner)
        {
            tx.Signers.Add(Key(cosigner));
            _signers.Add(cosigner);
        }

        if (tx.TipLamports > 0) { Change(words[1], "SOL", -(Int128)tx.TipLamports); }
    }

    private void EndTransaction()
    {
        if (_hasTx && Tx.Swaps.Count + Tx.LiquidityChanges.Count > 0)
        {
            foreach (var ((owner, mint), delta) in _changes.Where(c => c.Value != 0))
            {
                ref var change = ref Tx.BalanceChanges.Add();
                change.Owner = Key(owner);
                change.Mint = MintOf(mint);
                change.Delta = delta;
                change.IsSigner = _signers.Contains(owner);
            }
        }

        _hasTx = false;
        _changes.Clear();
    }

    private void Change(string owner, string mint, Int128 delta)
    {
        _changes[(owner, mint)] = _changes.GetValueOrDefault((owner, mint)) + delta;
        _held[(owner, mint)] = _held.GetValueOrDefault((owner, mint)) + delta;
    }

    private ulong Amount(string word, string owner, string mint)
    {
        if (!word.StartsWith("all", StringComparison.Ordinal)) { return ulong.Parse(word); }
        var more = word.Length > 3 ? Int128.Parse(word[3..], System.Globalization.NumberStyles.AllowLeadingSign) : 0;
        return (ulong)(_held.GetValueOrDefault((owner, mint)) + more);
    }

    private void Swap(string[] words)
    {
        // swap POOL TRADER IN MINT > [OUT] MINT
        var (pool, trader, mintIn) = (words[1], words[2], words[4]);
        var isWritten = char.IsAsciiDigit(words[6][0]);
        var mintOut = isWritten ? words[7] : words[6];
        var amountIn = Amount(words[3], trader, mintIn);
        ref var swap = ref Tx.Swaps.Add();
        var known = _pools.GetValueOrDefault(pool);
        swap.IxIndex = int.Parse(Option(words, "ix") ?? $"{_ix++}");
        swap.InnerIxIndex = int.Parse(Option(words, "inner") ?? "-1");
        swap.LegIndex = int.Parse(Option(words, "leg") ?? "0");
        swap.Venue = Option(words, "venue") ?? known?.Venue ?? "raydium-amm-v4";
        swap.Program = Key("program " + swap.Venue);
        swap.Source = words.Contains("generic") ? SwapSource.Generic : SwapSource.Both;
        swap.Pool = PoolKey(pool);
        swap.Trader = Key(trader);
        swap.MintIn = MintOf(mintIn);
        swap.MintOut = MintOf(mintOut);
        var vaults = Option(words, "vaults") ?? pool;
        swap.VaultIn = Key($"vault {vaults} {mintIn}");
        swap.VaultOut = Key($"vault {vaults} {mintOut}");
        swap.TransferFeeIn = Option(words, "feein") is { } feeIn ? ulong.Parse(feeIn) : null;
        swap.TransferFeeOut = Option(words, "feeout") is { } feeOut ? ulong.Parse(feeOut) : null;
        swap.AmountIn = amountIn - (swap.TransferFeeIn ?? 0); // written is what the trader pays
        if (isWritten)
        {
            swap.AmountOut = ulong.Parse(words[6]);
        }
        else
        {
            (swap.AmountOut, swap.ReserveIn, swap.ReserveOut) = known!.Trade(mintIn, swap.AmountIn);
        }

        if (Option(words, "res") is { } reserves) { (swap.ReserveIn, swap.ReserveOut) = (ulong.Parse(reserves.Split('/')[0]), ulong.Parse(reserves.Split('/')[1])); }
        if (Option(words, "sqrt") is { } sqrt) { (swap.SqrtPriceBeforeX64, swap.SqrtPriceX64) = (Int128.Parse(sqrt.Split('/')[0]), Int128.Parse(sqrt.Split('/')[1])); }
        swap.LimitAmount = Option(words, "limit") is { } limit ? ulong.Parse(limit) : null;
        swap.IsExactOut = words.Contains("exactout");
        Change(trader, mintIn, -(Int128)amountIn);
        Change(trader, mintOut, (Int128)swap.AmountOut - (swap.TransferFeeOut ?? 0));
        Change("owner of " + pool, mintIn, swap.AmountIn);
        Change("owner of " + pool, mintOut, -(Int128)swap.AmountOut);
    }

    private void Send(string[] words, bool isPayment = false)
    {
        // send FROM > TO AMOUNT MINT
        var (from, to, mint) = (words[1], words[3], words[5]);
        var amount = Amount(words[4], from, mint);
        var arrives = Option(words, "arrives") is { } less ? ulong.Parse(less) : amount;
        Change(from, mint, -(Int128)amount);
        Change(to, mint, arrives);
        if (isPayment && Tx.Swaps.Count == 0) { return; }
        ref var transfer = ref Tx.Transfers.Add();
        transfer.IxIndex = int.Parse(Option(words, "ix") ?? $"{_ix++}");
        transfer.InnerIxIndex = -1;
        transfer.Mint = MintOf(mint);
        transfer.From = Key(from);
        transfer.To = Key(to);
        transfer.Amount = arrives;
    }

    private void Hand(string[] words)
    {
        // hand ACCOUNT FROM > TO MINT
        var (from, to, mint) = (words[2], words[4], words[5]);
        ref var change = ref Tx.AuthorityChanges.Add();
        change.IxIndex = _ix++;
        change.InnerIxIndex = -1;
        change.Account = Key(words[1]);
        change.Mint = MintOf(mint);
        change.From = Key(from);
        change.To = Key(to);
        var held = _held.GetValueOrDefault((from, mint));
        Change(from, mint, -held);
        Change(to, mint, held);
    }

    private void Liquidity(string[] words, LiquidityChangeKind kind)
    {
        // add POOL OWNER MINT AMOUNT MINT AMOUNT
        ref var change = ref Tx.LiquidityChanges.Add();
        change.IxIndex = _ix++;
        change.InnerIxIndex = -1;
        change.Venue = Option(words, "venue") ?? "raydium-amm-v4";
        change.Program = Key("program " + change.Venue);
        change.Pool = PoolKey(words[1]);
        change.Kind = kind;
        change.Provider = Key(words[2]);
        (change.MintA, change.AmountA, change.MintB, change.AmountB) = (MintOf(words[3]), ulong.Parse(words[4]), MintOf(words[5]), ulong.Parse(words[6]));
        Int128 sign = kind == LiquidityChangeKind.Add ? -1 : 1;
        Change(words[2], words[3], sign * change.AmountA);
        Change(words[2], words[5], sign * change.AmountB);
        Change("owner of " + words[1], words[3], -sign * change.AmountA);
        Change("owner of " + words[1], words[5], -sign * change.AmountB);
        _pools.GetValueOrDefault(words[1])?.Change(words[3], sign * change.AmountA, sign * change.AmountB);
    }

    private void Route(string[] words)
    {
        ref var route = ref Tx.Routes.Add();
        route.IxIndex = _ix;
        route.InnerIxIndex = -1;
        route.Program = Key("program " + words[1]);
        route.Router = words[1];
        route.Instruction = "route";
        route.IsExactOut = words.Contains("exactout");
        (route.Amount, route.QuotedAmount) = route.IsExactOut
            ? (ulong.Parse(Option(words, "out")!), ulong.Parse(Option(words, "in")!))
            : (ulong.Parse(Option(words, "in")!), ulong.Parse(Option(words, "out")!));
        route.SlippageBps = int.Parse(Option(words, "slippage") ?? "0");
    }

    /// <summary>A constant-product pool whose fee stays in it.</summary>
    private sealed class Pool(string mintA, ulong a, string mintB, ulong b, uint feeBps, string? venue)
    {
        private ulong _a = a, _b = b;

        public string? Venue => venue;

        public (ulong Out, ulong ReserveIn, ulong ReserveOut) Trade(string mintIn, ulong amountIn)
        {
            Assert.True(mintIn == mintA || mintIn == mintB, mintIn);
            var isA = mintIn == mintA;
            var (reserveIn, reserveOut) = isA ? (_a, _b) : (_b, _a);
            var net = (UInt128)amountIn * (10_000 - feeBps);
            var amountOut = (ulong)(net * reserveOut / (((UInt128)reserveIn * 10_000) + net));
            (_a, _b) = isA ? (_a + amountIn, _b - amountOut) : (_a - amountOut, _b + amountIn);
            return (amountOut, reserveIn, reserveOut);
        }

        public void Change(string first, Int128 ofFirst, Int128 ofSecond)
        {
            var (da, db) = first == mintA ? (ofFirst, ofSecond) : (ofSecond, ofFirst);
            (_a, _b) = ((ulong)(_a - da), (ulong)(_b - db));
        }
    }
}
