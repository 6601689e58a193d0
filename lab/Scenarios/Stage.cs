using System.Globalization;
using Sluice.Lab.Chain;
using Sluice.Lab.Json;
using Sluice.Lab.Venues;
using Sluice.Schemas.Chain;

namespace Sluice.Lab.Scenarios;

/// <summary>A transaction that went into the block.</summary>
internal readonly record struct Sent(int Index, Signature Signature, ulong Fee, ulong Tip, bool Failed);

/// <summary>Where scenarios play: the world, chance, the transaction being made, and the block that takes it.</summary>
internal sealed class Stage
{
    private const int Blockhashes = 64, MaxPoor = 500;

    private readonly TransactionJson _json;
    private readonly List<byte[]> _blockhashes = new(Blockhashes);
    private readonly byte[] _signatures = new byte[2 * Signature.Size];
    private int _planted;

    public Stage(World world, Actors actors, SimulatorOptions options, Prng random, PumpSwap pumpSwap)
    {
        World = world;
        Actors = actors;
        Options = options;
        Random = random;
        PumpSwap = pumpSwap;
        Tx = new TransactionBuilder(world);
        _json = new TransactionJson(world);
        Recent = new RecentTrades(this);
    }

    public World World { get; }

    public AccountTable Accounts => World.Accounts;

    public Actors Actors { get; }

    public SimulatorOptions Options { get; }

    public Prng Random { get; }

    public PumpSwap PumpSwap { get; }

    public TransactionBuilder Tx { get; }

    /// <summary>Number of the validator that leads a slot.</summary>
    public Func<ulong, int> LeaderOf { get; set; } = _ => 0;

    /// <summary>Who traded what in the slots just past.</summary>
    public RecentTrades Recent { get; }

    public RunTotals Totals { get; } = new();

    /// <summary>Transactions of the block as JSON, with commas between.</summary>
    public Utf8Buffer Body { get; } = new(6_000_000);

    /// <summary>What was planted in the block.</summary>
    public List<TruthEntry> Truth { get; } = [];

    /// <summary>Swaps of the block.</summary>
    public MoveLedger Moves { get; } = new();

    /// <summary>Wallets and token accounts that ran dry, and what they ask for; transfers serve them first.</summary>
    public Queue<(int Account, ulong Amount)> Poor { get; } = new();

    /// <summary>Transactions of the block so far, votes included.</summary>
    public int TransactionCount { get; private set; }

    public int VoteCount { get; private set; }

    /// <summary>Base fees and priority fees of the block in lamports.</summary>
    public ulong BaseFees { get; private set; }

    public ulong PriorityFees { get; private set; }

    public void StartBlock()
    {
        Body.Clear();
        Truth.Clear();
        Moves.StartBlock();
        TransactionCount = 0;
        VoteCount = 0;
        BaseFees = 0;
        PriorityFees = 0;
    }

    /// <summary>Makes a block's hash known as a recent one.</summary>
    public void AddBlockhash(byte[] text)
    {
        if (_blockhashes.Count == Blockhashes) { _blockhashes.RemoveAt(0); }
        _blockhashes.Add(text);
    }

    /// <summary>Base58 text of a hash that a transaction may name, an older one the larger <paramref name="age"/>.</summary>
    public ReadOnlySpan<byte> Blockhash(int age) => _blockhashes[Math.Max(0, _blockhashes.Count - 1 - age)];

    /// <summary>Begins a non-vote transaction with a budget, message version and lookup tables drawn by the options.</summary>
    /// <param name="payer">Who pays and signs.</param>
    /// <param name="units">Compute units that it may need.</param>
    /// <param name="versioned">Whether the message must be versioned; otherwise chance decides.</param>
    public void Begin(int payer, uint units, bool versioned = false) =>
        Begin(payer, Budgets.Draw(Random, Options.BudgetPerMille, units), versioned);

    /// <summary>Begins a non-vote transaction with a budget that is given.</summary>
    public void Begin(int payer, ComputeBudget budget, bool versioned)
    {
        var tables = versioned || Random.PerMille(Options.VersionedPerMille);
        Tx.Begin(payer, budget, tables, tables);
    }

    /// <summary>Asks that a wallet or token account be filled by one of the next transfers.</summary>
    public void AskFor(int account, ulong amount)
    {
        if (Poor.Count < MaxPoor) { Poor.Enqueue((account, amount)); }
    }

    /// <summary>
    /// Told of every transaction but votes when it went into the block; <see cref="TransactionBuilder.Done"/> of <see cref="Tx"/> still holds its swaps.
    /// </summary>
    public event Action<Sent>? Landed;

    /// <summary>Ends the transaction and puts it into the block.</summary>
    public Sent Send()
    {
        Tx.End();
        Random.Fill(_signatures);
        if (TransactionCount > 0) { Body.Byte((byte)','); }
        _json.Write(Body, Tx, _signatures, Blockhash(Random.Below(24)));
        var signature = new Signature(_signatures.AsSpan(0, Signature.Size));
        Totals.AddSwaps(Tx.Swaps);
        Totals.TipsLamports += Tx.Tip;
        if (Tx.Tip > 0) { Totals.TippedTransactions++; }
        if (Tx.HasFailed) { Totals.Failed++; }
        var priority = Tx.PriorityFee;
        CountFees(Tx.Fee - priority, priority);
        var sent = new Sent(TransactionCount++, signature, Tx.Fee, Tx.Tip, Tx.HasFailed);
        Moves.Add(Tx.Done, sent, Tx.Payer);
        Landed?.Invoke(sent);
        return sent;
    }

    /// <summary>Counts a transaction that was written elsewhere: a vote.</summary>
    public void CountVote()
    {
        TransactionCount++;
        VoteCount++;
        Totals.Votes++;
        CountFees(TransactionBuilder.BaseFee, 0);
    }

    /// <summary>Notes a planted thing whose last leg was just sent, and gives it its name.</summary>
    public void Plant(TruthEntry entry)
    {
        entry = entry with { Id = string.Create(CultureInfo.InvariantCulture, $"{TruthNames.Of(entry.Kind)}-{++_planted}") };
        Truth.Add(entry);
        Totals.Add(entry);
    }

    /// <summary>Notes what a single transaction that was just sent really is: an arbitrage or a look-alike of one.</summary>
    public void Plant(TruthKind kind, string label, in Sent sent, int signer, List<Pool> pools, string route,
        bool flashLoan = false, Mint? profitMint = null, Int128? gross = null)
    {
        var keys = new Pubkey[pools.Count];
        for (var i = 0; i < keys.Length; i++) { keys[i] = KeyOf(pools[i]); }
        Plant(new TruthEntry
        {
            Kind = kind,
            Class = label,
            LookAlikeOf = kind == TruthKind.LookAlike ? [TruthKind.Arbitrage] : [],
            Slot = World.Slot,
            Index = sent.Index,
            Signature = sent.Signature,
            Signer = Accounts[signer].Key,
            Legs = SwapLegs(sent, signer),
            Pools = keys,
            Route = route,
            FlashLoan = flashLoan,
            ProfitMint = profitMint is null ? null : KeyOf(profitMint),
            Gross = gross,
            FeeLamports = sent.Fee,
            TipLamports = sent.Tip,
            Net = gross is { } gain && profitMint is { IsNative: true } ? gain - sent.Fee - sent.Tip : null,
        });
    }

    /// <summary>A step for the truth: a transaction of this block that was sent by the signer.</summary>
    public TruthLeg Leg(TruthRole role, in Sent sent, int signer, Pool? pool, Mint? mintIn, ulong amountIn, Mint? mintOut, ulong amountOut) => new(
        role, World.Slot, sent.Index, sent.Signature, Accounts[signer].Key, pool is null ? null : KeyOf(pool),
        mintIn is null ? null : KeyOf(mintIn), amountIn, mintOut is null ? null : KeyOf(mintOut), amountOut);

    /// <summary>The swaps of the transaction that was just sent.</summary>
    public TruthLeg[] SwapLegs(Sent sent, int signer) =>
        [.. Tx.Done.Select(s => Leg(TruthRole.Swap, sent, signer, s.Pool, s.MintIn, s.AmountIn, s.MintOut, s.AmountOut))];

    public Pubkey KeyOf(Pool pool) => Accounts[pool.Account].Key;

    public Pubkey KeyOf(Mint mint) => Accounts[mint.Account].Key;

    private void CountFees(ulong baseFee, ulong priority)
    {
        Totals.Transactions++;
        Totals.FeesLamports += baseFee + priority;
        Totals.PriorityFeesLamports += priority;
        BaseFees += baseFee;
        PriorityFees += priority;
    }
}
