using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>The swaps of one leader group's window in order of execution, and what findings need of their transactions.</summary>
/// <remarks>
/// What every swap's rules ask for lies close together and is small: a window is walked at random, and what does not fit the caches is slow to walk. All else
/// is looked up in the blocks themselves, which their owner keeps until the group is closed. Buffers are kept from group to group. Not thread-safe.
/// </remarks>
internal sealed class GroupFacts
{
    /// <summary>Numbers of owners, signers, mints and programs.</summary>
    public readonly KeyIndex<Pubkey> Keys = new();

    public readonly Markets Markets;

    /// <summary>Transactions that swap.</summary>
    public readonly ValueList<TxFact> TxFacts = new();

    public readonly ValueList<Leg> Legs = new();
    public readonly ValueList<BlockFact> Blocks = new();
    public readonly ValueList<LiquidityFact> Liquidity = new();

    private readonly ValueList<LegState> _states = new(); // of each leg
    private readonly ValueList<RangeState> _ranges = new();
    private readonly RunAround _runs = new();

    public GroupFacts() => Markets = new Markets(Keys);

    public long SlotOf(int leg) => TxFacts[Legs[leg].Tx].Slot;

    /// <summary>A transaction as it was decoded.</summary>
    /// <param name="tx">Number of <see cref="TxFacts"/>.</param>
    public ref readonly Transaction TransactionOf(int tx) => ref Blocks[TxFacts[tx].Block].Transactions[TxFacts[tx].At];

    /// <summary>A leg's swap as it was decoded.</summary>
    public ref readonly Swap SwapOf(int leg) => ref TransactionOf(Legs[leg].Tx).Swaps[Legs[leg].Swap];

    /// <summary>Accounts of the market that a leg trades in.</summary>
    public ref readonly PoolKey MarketOf(int leg) => ref Markets.KeyOf(Markets.PoolOf(Legs[leg].Lane));

    public ref readonly Pubkey MintInOf(int leg) => ref Keys[Markets.MintInOf(Legs[leg].Lane)];

    public ref readonly Pubkey MintOutOf(int leg) => ref Keys[Markets.MintOutOf(Legs[leg].Lane)];

    public ref readonly Signature SignatureOf(int tx) => ref TransactionOf(tx).Signature;

    public ref readonly Pubkey SignerOf(int tx) => ref Keys[TxFacts[tx].Signer];

    public Pubkey? WrapperOf(int tx) => TransactionOf(tx).Wrapper;

    /// <summary>The run that looks like a bundle around a transaction.</summary>
    public RunFact RunOf(int tx)
    {
        ref readonly var fact = ref TxFacts[tx];
        return _runs.TryFind(fact.Block, Blocks[fact.Block].Transactions.Span, fact.At, out var run) ? new RunFact(fact.Block, run.FirstTxIndex, run.Confidence) : RunFact.None;
    }

    /// <summary>Asks memory for the places where the legs after so many more will be written.</summary>
    public void FetchEnds(int more)
    {
        Keys.FetchEnd(more);
        Ahead.FetchEnd(TxFacts, more);
        Ahead.FetchEnd(Legs, more);
        Ahead.FetchEnd(_states, more);
    }

    public void Clear()
    {
        Keys.Clear();
        Markets.Clear();
        TxFacts.Clear();
        Legs.Clear();
        Blocks.Span.Clear(); // lets go of the blocks
        Blocks.Clear();
        Liquidity.Clear();
        _states.Clear();
        _ranges.Clear();
        _runs.Clear();
    }

    public void AddBlock(in Block block) => Blocks.Add(new BlockFact
    {
        Slot = block.Slot,
        TimeUnixMs = block.BlockTimeUnixMs,
        Leader = block.Leader,
        IsComplete = block.IsComplete,
        Transactions = block.Transactions,
    });

    /// <summary>Takes a transaction that swaps, whose swaps are to follow.</summary>
    /// <param name="tx">Transaction.</param>
    /// <param name="at">Its place in the newest block's list.</param>
    /// <param name="reading">What it says by itself.</param>
    public void AddTransaction(in Transaction tx, int at, TransactionReading reading)
    {
        ref var fact = ref TxFacts.Reserve(1)[0];
        var block = Blocks.Count - 1;
        fact.Block = block;
        fact.Slot = Blocks[block].Slot;
        fact.FeeLamports = tx.FeeLamports;
        fact.TipLamports = tx.TipLamports;
        fact.Template = reading.Template;
        fact.Index = tx.Index;
        fact.At = at;
        fact.Signer = Keys.Intern(tx.Signer);
        fact.FirstLeg = Legs.Count;
        fact.IsTellingTemplate = reading.IsTellingTemplate;
        fact.IsPaid = false;
        fact.PrivateWrapper = reading.PrivateWrapper is { } wrapper ? Keys.Intern(wrapper) : -1;
    }

    /// <summary>Adds a swap of the newest transaction.</summary>
    /// <param name="at">Its place in the transaction.</param>
    /// <param name="swap">The same as decoded.</param>
    /// <param name="lane">Its lane.</param>
    /// <param name="owner">Number of its holder's key.</param>
    /// <param name="reading">What it may serve as.</param>
    public void AddLeg(int at, in Swap swap, int lane, int owner, in SwapReading reading)
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
        leg.Swap = at;
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
        ref var state = ref _states.Reserve(1)[0];
        state.ReserveIn = swap.ReserveIn ?? 0;
        state.ReserveOut = swap.ReserveOut ?? 0;
        state.Range = -1;
        if (swap.SqrtPriceBeforeX64 is not null || swap.TickBefore is not null)
        {
            state.Range = _ranges.Count;
            _ranges.Add(new RangeState { SqrtPriceX64 = swap.SqrtPriceBeforeX64, Tick = swap.TickBefore });
        }

        Measure(swap, ref fact);
    }

    /// <summary>True when the state before the later leg was worse for its direction than that before the earlier; without a state, when its own price was.</summary>
    public bool IsWorse(int later, int earlier, PriceMeasure measure)
    {
        ref readonly var after = ref _states[later];
        ref readonly var before = ref _states[earlier];
        switch (measure)
        {
            case PriceMeasure.Root:
                var (root, rootBefore) = (_ranges[after.Range].SqrtPriceX64, _ranges[before.Range].SqrtPriceX64);
                return Markets.Lane(Legs[later].Lane).RootSense > 0 ? root > rootBefore : root < rootBefore;
            case PriceMeasure.Bin:
                var (bin, binBefore) = (_ranges[after.Range].Tick, _ranges[before.Range].Tick);
                return Markets.Lane(Legs[later].Lane).BinSense > 0 ? bin > binBefore : bin < binBefore;
            case PriceMeasure.Reserves:
                return (UInt128)after.ReserveIn * before.ReserveOut > (UInt128)before.ReserveIn * after.ReserveOut;
            default:
                return (UInt128)Legs[later].Paid * Legs[earlier].Received > (UInt128)Legs[earlier].Paid * Legs[later].Received;
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
}
