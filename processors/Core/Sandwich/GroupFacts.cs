using Sluice.Processors.Core.Bundles;
using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>The swaps of one leader group's window in order of execution, and what findings need of their transactions.</summary>
/// <remarks>
/// What every swap's rules ask for lies close together, what only findings show lies apart, and all of it is small: a window is walked at random, and what does
/// not fit the caches is slow to walk. Buffers are kept from group to group. Not thread-safe.
/// </remarks>
internal sealed class GroupFacts
{
    /// <summary>Numbers of owners, signers, mints and programs.</summary>
    public readonly KeyIndex<Pubkey> Keys = new();

    public readonly Markets Markets;
    public readonly SwapStore Swaps;

    /// <summary>Transactions that swap.</summary>
    public readonly ValueList<TxFact> TxFacts = new();

    public readonly ValueList<Leg> Legs = new();
    public readonly ValueList<BlockFact> Blocks = new();
    public readonly ValueList<LiquidityFact> Liquidity = new();

    /// <summary>How much each run of neighbours looks like a bundle.</summary>
    public readonly ValueList<double> RunConfidences = new();

    private readonly KeyIndex<Template> _templates = new();
    private readonly ValueList<TxDetail> _details = new();
    private readonly ValueList<Route> _routes = new();
    private readonly ValueList<LamportChange> _changes = new();
    private readonly ValueList<string?> _names = new();
    private readonly RecordList<Transaction> _scratch = new();

    public GroupFacts()
    {
        Markets = new Markets(Keys);
        Swaps = new SwapStore(Keys, Markets);
    }

    public long SlotOf(int leg) => TxFacts[Legs[leg].Tx].Slot;

    public ref readonly SwapFact SwapOf(int leg) => ref Swaps[Legs[leg].Swap];

    public ref readonly SwapKind KindOf(int leg) => ref Swaps.KindOf(Legs[leg].Swap);

    /// <summary>Accounts of the market that a leg trades in.</summary>
    public ref readonly PoolKey MarketOf(int leg) => ref Markets.KeyOf(Markets.PoolOf(Legs[leg].Lane));

    public ref readonly Pubkey MintInOf(int leg) => ref Keys[Markets.MintInOf(Legs[leg].Lane)];

    public ref readonly Pubkey MintOutOf(int leg) => ref Keys[Markets.MintOutOf(Legs[leg].Lane)];

    public ref readonly Signature SignatureOf(int tx) => ref _details[tx].Signature;

    public ref readonly Pubkey SignerOf(int tx) => ref Keys[TxFacts[tx].Signer];

    public Pubkey? WrapperOf(int tx) => KeyOf(_details[tx].Wrapper);

    public string? WrapperNameOf(int tx) => _names[_details[tx].WrapperName];

    public Pubkey? DontFrontMarkOf(int tx) => KeyOf(_details[tx].DontFrontMark);

    public void Clear()
    {
        Keys.Clear();
        Markets.Clear();
        Swaps.Clear();
        TxFacts.Clear();
        Legs.Clear();
        Blocks.Clear();
        Liquidity.Clear();
        RunConfidences.Clear();
        _templates.Clear();
        _details.Clear();
        _routes.Clear();
        _changes.Clear();
        _names.Clear();
    }

    public void AddBlock(in Block block) => Blocks.Add(new BlockFact
    {
        Slot = block.Slot,
        TimeUnixMs = block.BlockTimeUnixMs,
        Leader = block.Leader,
        IsComplete = block.IsComplete,
    });

    /// <summary>Takes a transaction that swaps, whose swaps are to follow, and returns its number.</summary>
    public int AddTransaction(in Transaction tx)
    {
        var (routes, changes) = (_routes.Count, _changes.Count);
        if (tx.Routes.Count > 0) { _routes.AddRange(tx.Routes.Span); }
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.Mint == WellKnown.WrappedSol) { _changes.Add(new LamportChange(change.Owner, change.Delta)); }
        }

        var wrapper = tx.Wrapper is { } program ? Keys.Intern(program) : -1;
        ref var fact = ref TxFacts.Reserve(1)[0];
        fact.Slot = Blocks[Blocks.Count - 1].Slot;
        fact.FeeLamports = tx.FeeLamports;
        fact.TipLamports = tx.TipLamports;
        fact.Block = Blocks.Count - 1;
        fact.Index = tx.Index;
        fact.Signer = Keys.Intern(tx.Signer);
        fact.FirstLeg = Legs.Count;
        fact.FirstSwap = Swaps.Count;
        fact.Template = _templates.Intern(new Template(
            tx.FeeLamports, tx.InstructionCount, tx.ComputeUnitLimit ?? -1, tx.ComputeUnitPriceMicroLamports ?? 0, wrapper));
        fact.IsTellingTemplate = tx.PriorityFeeLamports > 0 || tx.ComputeUnitLimit is not null || tx.ComputeUnitPriceMicroLamports is not null;
        fact.UsesAggregator = tx.UsesAggregator;
        fact.IsPaid = false;
        fact.PrivateWrapper = IsPrivate(tx) ? wrapper : -1;
        fact.Run = -1;

        ref var detail = ref _details.Reserve(1)[0];
        detail.Signature = tx.Signature;
        detail.Wrapper = wrapper;
        detail.WrapperName = NumberOf(tx.WrapperName);
        detail.DontFrontMark = tx.DontFrontMark is { } mark ? Keys.Intern(mark) : -1;
        detail.SwapCount = tx.Swaps.Count;
        detail.FirstRoute = routes;
        detail.RouteCount = _routes.Count - routes;
        detail.FirstChange = changes;
        detail.ChangeCount = _changes.Count - changes;
        return TxFacts.Count - 1;
    }

    /// <summary>Notes which transactions, from one on, stand in runs of their block that look like bundles. Both ascend by position.</summary>
    public void SetRuns(int firstTx, ReadOnlySpan<BundleRun> runs)
    {
        var tx = firstTx;
        foreach (ref readonly var run in runs)
        {
            while (tx < TxFacts.Count && TxFacts[tx].Index < run.FirstTxIndex) { tx++; }
            if (tx == TxFacts.Count || !run.Contains(TxFacts[tx].Index)) { continue; }
            for (; tx < TxFacts.Count && run.Contains(TxFacts[tx].Index); tx++) { TxFacts[tx].Run = RunConfidences.Count; }
            RunConfidences.Add(run.Confidence);
        }
    }

    /// <summary>Changes of lamports of a transaction.</summary>
    public ReadOnlySpan<LamportChange> ChangesOf(int tx) => _changes.Span.Slice(_details[tx].FirstChange, _details[tx].ChangeCount);

    /// <summary>A transaction with its swaps and routes again; good until the next call.</summary>
    public ref Transaction ToTransaction(int tx)
    {
        ref readonly var fact = ref TxFacts[tx];
        ref readonly var detail = ref _details[tx];
        _scratch.Clear();
        ref var copy = ref _scratch.Add();
        copy.Index = fact.Index;
        copy.Signature = detail.Signature;
        copy.Signer = Keys[fact.Signer];
        copy.UsesAggregator = fact.UsesAggregator;
        for (var i = 0; i < detail.SwapCount; i++) { Swaps.Restore(fact.FirstSwap + i, ref copy.Swaps.Add()); }
        foreach (ref readonly var route in _routes.Span.Slice(detail.FirstRoute, detail.RouteCount)) { copy.Routes.Add() = route; }
        return ref copy;
    }

    /// <summary>Adds a swap of the newest transaction.</summary>
    /// <param name="number">Its number in <see cref="Swaps"/>.</param>
    /// <param name="swap">The same as decoded.</param>
    /// <param name="lane">Its lane.</param>
    /// <param name="owner">Number of its holder's key.</param>
    /// <param name="reading">What it may serve as.</param>
    public void AddLeg(int number, in Swap swap, int lane, int owner, in SwapReading reading)
    {
        var tx = TxFacts.Count - 1;
        ref readonly var of = ref TxFacts[tx];
        ref var fact = ref Markets.Lane(lane);
        var index = Legs.Count;
        ref var leg = ref Legs.Reserve(1)[0];
        leg = default;
        leg.Paid = reading.Paid;
        leg.Received = reading.Received;
        leg.Tx = tx;
        leg.Swap = number;
        leg.Lane = lane;
        leg.Rank = fact.Count;
        leg.Before = fact.Last;
        leg.BeforeOpposite = Markets.Lane(Markets.Opposite(lane)).Last;
        leg.Owner = owner;
        leg.Signer = of.Signer;
        leg.NextFront = leg.NextBack = -1;
        leg.CanFront = reading.CanFront;
        leg.CanBack = reading.CanBack;
        leg.CanBeVictim = reading.CanBeVictim;
        leg.HasSponsor = reading.Signs && owner != of.Signer;
        if (fact.Count == 0 || fact.Template != of.Template) { (fact.Template, fact.TemplateSince) = (of.Template, fact.Count); }
        fact.Last = index;
        fact.Count++;
        Measure(swap, ref fact);
    }

    /// <summary>True when the state before the later leg was worse for its direction than that before the earlier; without a state, when its own price was.</summary>
    public bool IsWorse(in Leg later, in Leg earlier, PriceMeasure measure)
    {
        switch (measure)
        {
            case PriceMeasure.Root:
                var (root, rootBefore) = (Swaps.StateOf(later.Swap).SqrtPriceBeforeX64, Swaps.StateOf(earlier.Swap).SqrtPriceBeforeX64);
                return Markets.Lane(later.Lane).RootSense > 0 ? root > rootBefore : root < rootBefore;
            case PriceMeasure.Bin:
                var (bin, binBefore) = (Swaps.StateOf(later.Swap).TickBefore, Swaps.StateOf(earlier.Swap).TickBefore);
                return Markets.Lane(later.Lane).BinSense > 0 ? bin > binBefore : bin < binBefore;
            case PriceMeasure.Reserves:
                ref readonly var after = ref Swaps[later.Swap];
                ref readonly var before = ref Swaps[earlier.Swap];
                return (UInt128)after.ReserveIn * before.ReserveOut > (UInt128)before.ReserveIn * after.ReserveOut;
            default:
                return (UInt128)later.Paid * earlier.Received > (UInt128)earlier.Paid * later.Received;
        }
    }

    private static void Measure(in Swap swap, ref LaneFact lane)
    {
        if (swap.SqrtPriceBeforeX64 is { } root)
        {
            lane.WithRoot++;
            if (swap.SqrtPriceX64 is { } after && after != root) { lane.RootSense = after > root ? 1 : -1; }
        }

        if (swap.TickBefore is { } bin)
        {
            lane.WithBin++;
            if (swap.TickAfter is { } after && after != bin) { lane.BinSense = after > bin ? 1 : -1; }
        }

        if (swap.ReserveIn > 0 && swap.ReserveOut > 0) { lane.WithReserves++; }
    }

    /// <summary>A program without a known name that is no venue called directly: its own caller's, as far as can be told.</summary>
    private static bool IsPrivate(in Transaction tx)
    {
        if (tx.Wrapper is not { } wrapper || tx.WrapperName is not null || tx.UsesAggregator) { return false; }
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            if (swap.Program == wrapper) { return false; }
        }

        return true;
    }

    private Pubkey? KeyOf(int number) => number < 0 ? null : Keys[number];

    /// <summary>Neighbours mostly have one name; it is kept once for them, not once for all.</summary>
    private int NumberOf(string? name)
    {
        if (_names.Count == 0 || !ReferenceEquals(_names[_names.Count - 1], name)) { _names.Add(name); }
        return _names.Count - 1;
    }
}
