using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>The swaps of one leader group's window in order of execution, and what findings need of their transactions.</summary>
/// <remarks>Buffers are kept from group to group. Not thread-safe.</remarks>
internal sealed class GroupFacts
{
    /// <summary>Numbers of owners, signers, mints and programs.</summary>
    public readonly KeyIndex<Pubkey> Keys = new();

    /// <summary>Transactions that swap, with the fields that findings show.</summary>
    public readonly ValueList<TxFact> TxFacts = new();

    /// <summary>Copies of their swaps; flat, since what lies apart is slow to walk.</summary>
    public readonly ValueList<Swap> Swaps = new();

    public readonly ValueList<Leg> Legs = new();
    public readonly ValueList<BlockFact> Blocks = new();
    public readonly ValueList<LiquidityFact> Liquidity = new();
    private readonly KeyIndex<PoolKey> _poolKeys = new();
    private readonly KeyIndex<ulong> _pairs = new();
    private readonly KeyIndex<Template> _templates = new();
    private readonly KeyIndex<ulong> _laneTemplates = new();
    private readonly ValueList<int> _laneTemplateCounts = new();
    private readonly ValueList<PoolFact> _pools = new();
    private readonly ValueList<LaneFact> _lanes = new();
    private readonly ValueList<Route> _routes = new();
    private readonly ValueList<BalanceChange> _changes = new();
    private readonly RecordList<Transaction> _scratch = new();

    public int LaneCount => _lanes.Count;

    public static int Opposite(int lane) => lane ^ 1;

    public static int PoolOf(int lane) => lane >> 1;

    public ref PoolFact Pool(int pool) => ref _pools[pool];

    public ref LaneFact Lane(int lane) => ref _lanes[lane];

    public int MintInOf(int lane) => (lane & 1) == 0 ? _pools[lane >> 1].MintA : _pools[lane >> 1].MintB;

    public int MintOutOf(int lane) => (lane & 1) == 0 ? _pools[lane >> 1].MintB : _pools[lane >> 1].MintA;

    public long SlotOf(int leg) => TxFacts[Legs[leg].Tx].Slot;

    public int FirstLegOf(int tx) => TxFacts[tx].FirstLeg;

    public ref Swap SwapOf(int leg) => ref Swaps[Legs[leg].Swap];

    /// <summary>Legs of a template in a lane so far.</summary>
    public int CountOf(int lane, int template) =>
        _laneTemplates.Find(((ulong)lane << 32) | (uint)template) is >= 0 and var number ? _laneTemplateCounts[number] : 0;

    public void Clear()
    {
        Keys.Clear();
        Swaps.Clear();
        _routes.Clear();
        _changes.Clear();
        TxFacts.Clear();
        Legs.Clear();
        Blocks.Clear();
        Liquidity.Clear();
        _poolKeys.Clear();
        _pairs.Clear();
        _templates.Clear();
        _laneTemplates.Clear();
        _laneTemplateCounts.Clear();
        _pools.Clear();
        _lanes.Clear();
    }

    public void AddBlock(in Block block) => Blocks.Add(new BlockFact
    {
        Slot = block.Slot,
        TimeUnixMs = block.BlockTimeUnixMs,
        Leader = block.Leader,
        IsComplete = block.IsComplete,
    });

    /// <summary>Copies a transaction that swaps and returns its number.</summary>
    public int AddTransaction(in Transaction tx)
    {
        var (swaps, routes, changes) = (Swaps.Count, _routes.Count, _changes.Count);
        Swaps.AddRange(tx.Swaps.Span);
        _routes.AddRange(tx.Routes.Span);
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.Mint == WellKnown.WrappedSol) { _changes.Add(change); }
        }

        var wrapper = tx.Wrapper is { } program ? Keys.Intern(program) : -1;
        TxFacts.Add(new TxFact
        {
            Slot = Blocks[Blocks.Count - 1].Slot,
            Block = Blocks.Count - 1,
            Index = tx.Index,
            Signature = tx.Signature,
            Signer = tx.Signer,
            FeeLamports = tx.FeeLamports,
            TipLamports = tx.TipLamports,
            Wrapper = tx.Wrapper,
            WrapperName = tx.WrapperName,
            UsesAggregator = tx.UsesAggregator,
            DontFrontMark = tx.DontFrontMark,
            FirstSwap = swaps,
            SwapCount = Swaps.Count - swaps,
            FirstRoute = routes,
            RouteCount = _routes.Count - routes,
            FirstChange = changes,
            ChangeCount = _changes.Count - changes,
            FirstLeg = Legs.Count,
            Run = -1,
            Template = _templates.Intern(new Template(
                tx.FeeLamports, tx.InstructionCount, tx.ComputeUnitLimit ?? -1, tx.ComputeUnitPriceMicroLamports ?? 0, wrapper)),
            IsTellingTemplate = tx.PriorityFeeLamports > 0 || tx.ComputeUnitLimit is not null || tx.ComputeUnitPriceMicroLamports is not null,
            PrivateWrapper = IsPrivate(tx) ? wrapper : -1,
        });
        return TxFacts.Count - 1;
    }

    /// <summary>Changes of lamports of a transaction.</summary>
    public ReadOnlySpan<BalanceChange> ChangesOf(int tx) => _changes.Span.Slice(TxFacts[tx].FirstChange, TxFacts[tx].ChangeCount);

    /// <summary>A transaction with its swaps and routes again; good until the next call.</summary>
    public ref Transaction ToTransaction(int tx)
    {
        ref readonly var fact = ref TxFacts[tx];
        _scratch.Clear();
        ref var copy = ref _scratch.Add();
        copy.Index = fact.Index;
        copy.Signature = fact.Signature;
        copy.Signer = fact.Signer;
        copy.UsesAggregator = fact.UsesAggregator;
        foreach (ref readonly var swap in Swaps.Span.Slice(fact.FirstSwap, fact.SwapCount)) { copy.Swaps.Add() = swap; }
        foreach (ref readonly var route in _routes.Span.Slice(fact.FirstRoute, fact.RouteCount)) { copy.Routes.Add() = route; }
        return ref copy;
    }

    /// <summary>Notes that a transaction stands in a run of its block that looks like a bundle.</summary>
    public void SetRun(int tx, int run, double confidence) => (TxFacts[tx].Run, TxFacts[tx].RunConfidence) = (run, confidence);

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

    /// <summary>Adds a swap of the newest transaction; the caller says whose it is and what it may serve as.</summary>
    public ref Leg AddLeg(int tx, int index, in Swap swap, in Pubkey owner, bool signs, ulong paid, ulong received)
    {
        var pool = Intern(swap);
        var lane = (pool * 2) + (swap.MintIn == _poolKeys[pool].MintA ? 0 : 1);
        ref var fact = ref _lanes[lane];
        var number = Legs.Count;
        Legs.Add(new Leg
        {
            Tx = tx,
            Swap = TxFacts[tx].FirstSwap + index,
            Lane = lane,
            Rank = fact.Count,
            Before = fact.Last,
            BeforeOpposite = _lanes[Opposite(lane)].Last,
            Owner = Keys.Intern(owner),
            Signer = Keys.Intern(TxFacts[tx].Signer),
            Paid = paid,
            Received = received,
            TemplateRank = NextOfTemplate(lane, TxFacts[tx].Template),
            NextFront = -1,
            NextBack = -1,
        });
        ref var leg = ref Legs[number];
        leg.HasSponsor = signs && leg.Owner != leg.Signer;
        fact.Last = number;
        fact.Count++;
        Measure(swap, ref leg, ref fact);
        return ref leg;
    }

    /// <summary>The best measure that all of a lane's legs have.</summary>
    public PriceMeasure MeasureOf(int lane)
    {
        ref readonly var fact = ref _lanes[lane];
        return fact.WithRoot == fact.Count && fact.RootSense != 0 ? PriceMeasure.Root
            : fact.WithBin == fact.Count && fact.BinSense != 0 ? PriceMeasure.Bin
            : fact.WithReserves == fact.Count ? PriceMeasure.Reserves
            : PriceMeasure.Executed;
    }

    /// <summary>True when the state before the later leg was worse for its direction than that before the earlier; without a state, when its own price was.</summary>
    public bool IsWorse(in Leg later, in Leg earlier, PriceMeasure measure) => measure switch
    {
        PriceMeasure.Root => _lanes[later.Lane].RootSense > 0 ? later.Root > earlier.Root : later.Root < earlier.Root,
        PriceMeasure.Bin => _lanes[later.Lane].BinSense > 0 ? later.Bin > earlier.Bin : later.Bin < earlier.Bin,
        PriceMeasure.Reserves => (UInt128)later.ReserveIn * earlier.ReserveOut > (UInt128)earlier.ReserveIn * later.ReserveOut,
        _ => (UInt128)later.Paid * earlier.Received > (UInt128)earlier.Paid * later.Received,
    };

    private static void Measure(in Swap swap, ref Leg leg, ref LaneFact lane)
    {
        if (swap.SqrtPriceBeforeX64 is { } root)
        {
            leg.Root = root;
            lane.WithRoot++;
            if (swap.SqrtPriceX64 is { } after && after != root) { lane.RootSense = after > root ? 1 : -1; }
        }

        if (swap.TickBefore is { } bin)
        {
            leg.Bin = bin;
            lane.WithBin++;
            if (swap.TickAfter is { } after && after != bin) { lane.BinSense = after > bin ? 1 : -1; }
        }

        if (swap.ReserveIn is > 0 and var reserveIn && swap.ReserveOut is > 0 and var reserveOut)
        {
            (leg.ReserveIn, leg.ReserveOut) = (reserveIn, reserveOut);
            lane.WithReserves++;
        }
    }

    private int Intern(in Swap swap)
    {
        var known = _poolKeys.Count;
        var key = new PoolKey(swap);
        var pool = _poolKeys.Intern(key);
        if (pool < known) { return pool; }
        var (a, b) = (Keys.Intern(key.MintA), Keys.Intern(key.MintB));
        _pools.Add(new PoolFact { MintA = a, MintB = b, Pair = _pairs.Intern(((ulong)(uint)a << 32) | (uint)b) });
        _lanes.Add(new LaneFact { Last = -1 });
        _lanes.Add(new LaneFact { Last = -1 });
        return pool;
    }

    private int NextOfTemplate(int lane, int template)
    {
        var known = _laneTemplates.Count;
        var number = _laneTemplates.Intern(((ulong)lane << 32) | (uint)template);
        if (number == known) { _laneTemplateCounts.Add(0); }
        return _laneTemplateCounts[number]++;
    }
}
