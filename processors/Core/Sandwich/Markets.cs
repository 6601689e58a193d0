using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>The markets of a window, numbered in order of first appearance, and their two lanes each: 2 · market and 2 · market + 1.</summary>
/// <remarks>A market is an account, a pair, and the vaults, so that a configuration account taken for the pool joins nothing. Not thread-safe.</remarks>
internal sealed class Markets(KeyIndex<Pubkey> keys)
{
    private readonly ValueList<PoolKey> _keys = new();
    private readonly ValueList<PoolFact> _pools = new();
    private readonly ValueList<LaneFact> _lanes = new();
    private readonly KeyIndex<ulong> _pairs = new();
    private ulong[] _slots = new ulong[64]; // hash in the upper half, number + 1 in the lower; 0 is free

    public static int Opposite(int lane) => lane ^ 1;

    public static int PoolOf(int lane) => lane >> 1;

    public ref PoolFact Pool(int pool) => ref _pools[pool];

    public ref LaneFact Lane(int lane) => ref _lanes[lane];

    /// <summary>Accounts of a market.</summary>
    public ref readonly PoolKey KeyOf(int pool) => ref _keys[pool];

    public int MintInOf(int lane) => (lane & 1) == 0 ? _pools[lane >> 1].MintA : _pools[lane >> 1].MintB;

    public int MintOutOf(int lane) => (lane & 1) == 0 ? _pools[lane >> 1].MintB : _pools[lane >> 1].MintA;

    public void Clear()
    {
        Array.Clear(_slots);
        _keys.Clear();
        _pools.Clear();
        _lanes.Clear();
        _pairs.Clear();
    }

    /// <summary>The lane that a swap trades in.</summary>
    /// <param name="swap">Swap.</param>
    /// <param name="hash">Its <see cref="HashOf"/>.</param>
    public int LaneOf(in Swap swap, uint hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)(hash >> 7) & mask;
        for (; _slots[slot] is not 0 and var entry; slot = (slot + 1) & mask)
        {
            if ((uint)(entry >> 32) != hash) { continue; }
            var pool = (int)(uint)entry - 1;
            if (_keys[pool].SideOf(swap) is >= 0 and var side) { return (pool * 2) + side; }
        }

        var number = Add(swap);
        _slots[slot] = ((ulong)hash << 32) | (uint)(number + 1);
        if (_keys.Count * 4 > _slots.Length) { Grow(); }
        return (number * 2) + _keys[number].SideOf(swap);
    }

    /// <summary>Asks memory for the place that tells a swap's market.</summary>
    public void FetchPlace(uint hash) => Ahead.Fetch(in _slots[(int)(hash >> 7) & (_slots.Length - 1)]);

    /// <summary>Asks memory for a swap's market, whose place is at hand.</summary>
    public void Fetch(uint hash)
    {
        var entry = _slots[(int)(hash >> 7) & (_slots.Length - 1)];
        if (entry == 0) { return; }
        var pool = (int)(uint)entry - 1;
        Ahead.Fetch(in _keys[pool]);
        Ahead.Fetch(in _pools[pool]);
        Ahead.Fetch(in _lanes[pool * 2]);
        Ahead.Fetch(in _lanes[(pool * 2) + 1]);
    }

    /// <summary>Both directions of a market have one hash.</summary>
    public static uint HashOf(in Swap swap) => unchecked(((uint)swap.Pool.GetHashCode() * 31)
        + (uint)swap.MintIn.GetHashCode() + (uint)swap.MintOut.GetHashCode() + (uint)swap.VaultIn.GetHashCode() + (uint)swap.VaultOut.GetHashCode()) * 0x9E3779B1u;

    /// <summary>The best measure that all of a lane's legs have.</summary>
    public PriceMeasure MeasureOf(int lane)
    {
        ref readonly var fact = ref _lanes[lane];
        return fact.WithRoot == fact.Count && fact.RootSense != 0 ? PriceMeasure.Root
            : fact.WithBin == fact.Count && fact.BinSense != 0 ? PriceMeasure.Bin
            : fact.WithReserves == fact.Count ? PriceMeasure.Reserves
            : PriceMeasure.Executed;
    }

    private int Add(in Swap swap)
    {
        var key = new PoolKey(swap);
        var (a, b) = (keys.Intern(key.MintA), keys.Intern(key.MintB));
        _keys.Add(key);
        _pools.Add(new PoolFact { MintA = a, MintB = b, Pair = _pairs.Intern(((ulong)(uint)a << 32) | (uint)b) });
        _lanes.Add(new LaneFact { Last = -1 });
        _lanes.Add(new LaneFact { Last = -1 });
        return _keys.Count - 1;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new ulong[old.Length * 2];
        var mask = _slots.Length - 1;
        foreach (var entry in old)
        {
            if (entry == 0) { continue; }
            var slot = (int)((uint)(entry >> 32) >> 7) & mask;
            while (_slots[slot] != 0) { slot = (slot + 1) & mask; }
            _slots[slot] = entry;
        }
    }
}

/// <summary>Accounts of a market. Mints stand in order of their bytes, vaults as their mints do.</summary>
internal readonly struct PoolKey
{
    public readonly Pubkey Pool, MintA, MintB, VaultA, VaultB;

    public PoolKey(in Swap swap)
    {
        Pool = swap.Pool;
        var isForward = swap.MintIn.CompareTo(swap.MintOut) <= 0;
        (MintA, MintB) = isForward ? (swap.MintIn, swap.MintOut) : (swap.MintOut, swap.MintIn);
        (VaultA, VaultB) = isForward ? (swap.VaultIn, swap.VaultOut) : (swap.VaultOut, swap.VaultIn);
    }

    /// <summary>0 for a swap that pays the first mint in, 1 for one that pays the second, −1 for one of another market.</summary>
    public int SideOf(in Swap swap) =>
        Pool != swap.Pool ? -1
        : MintA == swap.MintIn && MintB == swap.MintOut && VaultA == swap.VaultIn && VaultB == swap.VaultOut ? 0
        : MintA == swap.MintOut && MintB == swap.MintIn && VaultA == swap.VaultOut && VaultB == swap.VaultIn && MintA != MintB ? 1
        : -1;
}

/// <summary>A market of the window. Keys are numbers of <see cref="GroupFacts.Keys"/>.</summary>
internal struct PoolFact
{
    public int MintA, MintB;
    public int Pair;

    /// <summary>Venue and source of its newest swap, null before the first, and whether such a swap tells a price.</summary>
    private string? _venue;
    private SwapSource _source;
    private bool _tellsPrice;

    /// <summary>What the price book knows of it.</summary>
    public MarketMemo Price;

    /// <summary>False for a swap that tells no price: the generic detector's, and order books'.</summary>
    public bool TellsPriceOf(in Swap swap)
    {
        if (!ReferenceEquals(_venue, swap.Venue) || _source != swap.Source)
        {
            (_venue, _source) = (swap.Venue, swap.Source);
            _tellsPrice = PriceBook.IsSource(_source, _venue);
        }

        return _tellsPrice;
    }
}

/// <summary>A market in one direction: the swaps that go that way.</summary>
internal struct LaneFact
{
    /// <summary>Newest leg, −1 without any.</summary>
    public int Last;

    public int Count;

    /// <summary>Legs whose price before is known by square roots, bins, reserves.</summary>
    public int WithRoot, WithBin, WithReserves;

    /// <summary>+1 where trades this way raise the square root, −1 where they lower it, 0 while unknown; likewise for bins.</summary>
    public int RootSense, BinSense;

    /// <summary>Template of the newest leg, and the place of the first of the legs up to it that all have it.</summary>
    public ulong Template;
    public int TemplateSince;
}

/// <summary>How prices before a swap are compared in a lane: by the best measure that all of its legs have.</summary>
internal enum PriceMeasure : byte
{
    Executed,
    Reserves,
    Bin,
    Root,
}
