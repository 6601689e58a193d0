using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Swaps of a window in a fifth of their room: what a market or a program's swaps have in common is kept once, and what few swaps have apart.</summary>
/// <remarks>Nothing is lost: <see cref="Restore"/> gives the swap as it was decoded. Not thread-safe.</remarks>
internal sealed class SwapStore(KeyIndex<Pubkey> keys, Markets markets)
{
    private readonly ValueList<SwapFact> _swaps = new();
    private readonly ValueList<SwapState> _states = new();
    private readonly ValueList<SwapKind> _kinds = new();
    private readonly Dictionary<SwapKind, int> _kindNumbers = [];

    public int Count => _swaps.Count;

    public ref readonly SwapFact this[int number] => ref _swaps[number];

    public void Clear()
    {
        _swaps.Clear();
        _states.Clear();
        _kinds.Clear();
        _kindNumbers.Clear();
    }

    /// <summary>Venue, program and how it was seen.</summary>
    public ref readonly SwapKind KindOf(int swap) => ref _kinds[_swaps[swap].Kind];

    /// <summary>What pools tell of their state beside reserves; the default value where they tell nothing.</summary>
    public SwapState StateOf(int swap) => _swaps[swap].State is >= 0 and var state ? _states[state] : default;

    /// <summary>Adds a swap and returns its kind.</summary>
    /// <param name="trader">Number of its trader's key.</param>
    public ref readonly SwapKind Add(in Swap swap, int lane, int trader)
    {
        ref var pool = ref markets.Pool(Markets.PoolOf(lane));
        if (pool.Kind < 0 || !_kinds[pool.Kind].IsOf(swap)) { pool.Kind = NumberOf(swap); }
        var has = Has.None;
        ref var fact = ref _swaps.Reserve(1)[0];
        fact.IxIndex = swap.IxIndex;
        fact.InnerIxIndex = swap.InnerIxIndex;
        fact.LegIndex = swap.LegIndex;
        fact.Lane = lane;
        fact.Trader = trader;
        fact.Kind = pool.Kind;
        fact.AmountIn = swap.AmountIn;
        fact.AmountOut = swap.AmountOut;
        fact.ReserveIn = Take(swap.ReserveIn, Has.ReserveIn, ref has);
        fact.ReserveOut = Take(swap.ReserveOut, Has.ReserveOut, ref has);
        fact.TransferFeeIn = Take(swap.TransferFeeIn, Has.TransferFeeIn, ref has);
        fact.TransferFeeOut = Take(swap.TransferFeeOut, Has.TransferFeeOut, ref has);
        fact.LimitAmount = Take(swap.LimitAmount, Has.LimitAmount, ref has);
        fact.Has = swap.IsExactOut ? has | Has.IsExactOut : has;
        fact.State = -1;
        if (swap.SqrtPriceX64 is not null || swap.SqrtPriceBeforeX64 is not null || swap.Liquidity is not null || swap.TickBefore is not null
            || swap.TickAfter is not null || swap.FeeAmount is not null || swap.FeeMint is not null)
        {
            fact.State = _states.Count;
            _states.Add(new SwapState
            {
                SqrtPriceBeforeX64 = swap.SqrtPriceBeforeX64,
                SqrtPriceX64 = swap.SqrtPriceX64,
                Liquidity = swap.Liquidity,
                TickBefore = swap.TickBefore,
                TickAfter = swap.TickAfter,
                FeeAmount = swap.FeeAmount,
                FeeMint = swap.FeeMint,
            });
        }

        return ref _kinds[pool.Kind];
    }

    /// <summary>Writes a swap as it was decoded.</summary>
    public void Restore(int number, ref Swap swap)
    {
        ref readonly var fact = ref _swaps[number];
        ref readonly var kind = ref _kinds[fact.Kind];
        ref readonly var market = ref markets.KeyOf(Markets.PoolOf(fact.Lane));
        var state = StateOf(number);
        var isForward = (fact.Lane & 1) == 0;
        swap.IxIndex = fact.IxIndex;
        swap.InnerIxIndex = fact.InnerIxIndex;
        swap.LegIndex = fact.LegIndex;
        swap.Venue = kind.Venue;
        swap.Program = kind.Program;
        swap.Source = kind.Source;
        swap.Pool = market.Pool;
        swap.Trader = keys[fact.Trader];
        (swap.MintIn, swap.MintOut) = isForward ? (market.MintA, market.MintB) : (market.MintB, market.MintA);
        (swap.VaultIn, swap.VaultOut) = isForward ? (market.VaultA, market.VaultB) : (market.VaultB, market.VaultA);
        swap.AmountIn = fact.AmountIn;
        swap.AmountOut = fact.AmountOut;
        swap.ReserveIn = fact.Give(fact.ReserveIn, Has.ReserveIn);
        swap.ReserveOut = fact.Give(fact.ReserveOut, Has.ReserveOut);
        swap.TransferFeeIn = fact.Give(fact.TransferFeeIn, Has.TransferFeeIn);
        swap.TransferFeeOut = fact.Give(fact.TransferFeeOut, Has.TransferFeeOut);
        swap.LimitAmount = fact.Give(fact.LimitAmount, Has.LimitAmount);
        swap.IsExactOut = (fact.Has & Has.IsExactOut) != 0;
        swap.SqrtPriceBeforeX64 = state.SqrtPriceBeforeX64;
        swap.SqrtPriceX64 = state.SqrtPriceX64;
        swap.Liquidity = state.Liquidity;
        swap.TickBefore = state.TickBefore;
        swap.TickAfter = state.TickAfter;
        swap.FeeAmount = state.FeeAmount;
        swap.FeeMint = state.FeeMint;
    }

    private static ulong Take(ulong? value, Has flag, ref Has has)
    {
        if (value is not { } known) { return 0; }
        has |= flag;
        return known;
    }

    private int NumberOf(in Swap swap)
    {
        var kind = new SwapKind(swap.Venue, swap.Program, swap.Source);
        if (_kindNumbers.TryGetValue(kind, out var number)) { return number; }
        _kinds.Add(kind);
        return _kindNumbers[kind] = _kinds.Count - 1;
    }
}

/// <summary>Which of a swap's amounts are known.</summary>
[Flags]
internal enum Has : byte
{
    None = 0,
    ReserveIn = 1,
    ReserveOut = 2,
    TransferFeeIn = 4,
    TransferFeeOut = 8,
    LimitAmount = 16,
    IsExactOut = 32,
}

/// <summary>A swap without what its market and kind tell. Amounts as in <see cref="Swap"/>, 0 where unknown.</summary>
internal struct SwapFact
{
    public ulong AmountIn, AmountOut, ReserveIn, ReserveOut, TransferFeeIn, TransferFeeOut, LimitAmount;
    public int IxIndex, InnerIxIndex, LegIndex;
    public int Lane;

    /// <summary>Number of <see cref="GroupFacts.Keys"/>.</summary>
    public int Trader;

    public int Kind;

    /// <summary>Number of its <see cref="SwapState"/>, −1 without any.</summary>
    public int State;

    public Has Has;

    /// <summary>True when both reserves are known and not empty.</summary>
    public readonly bool HasReserves => ReserveIn > 0 && ReserveOut > 0;

    /// <summary>A value, or null where it is unknown.</summary>
    public readonly ulong? Give(ulong value, Has flag) => (Has & flag) != 0 ? value : null;
}

/// <summary>State of a pool that trades by prices of ranges or bins, as in <see cref="Swap"/>.</summary>
internal struct SwapState
{
    public Int128? SqrtPriceBeforeX64, SqrtPriceX64, Liquidity;
    public int? TickBefore, TickAfter;
    public ulong? FeeAmount;
    public Pubkey? FeeMint;
}

/// <summary>What swaps of a program have in common.</summary>
internal readonly record struct SwapKind(string Venue, Pubkey Program, SwapSource Source)
{
    /// <summary>False where a swap tells no price: the generic detector's, and order books'.</summary>
    public bool TellsPrice { get; } = PriceBook.IsSource(Source, Venue);

    /// <summary>True for a swap of this kind.</summary>
    public bool IsOf(in Swap swap) => Source == swap.Source && Program == swap.Program && (ReferenceEquals(Venue, swap.Venue) || Venue == swap.Venue);
}
