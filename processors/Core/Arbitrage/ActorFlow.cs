using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Arbitrage;

/// <summary>What the actor's swaps moved of one mint, and what the actor had more or less of it in the end. Base units.</summary>
internal struct MintFlow
{
    /// <summary>What the legs paid out of this mint less what they took.</summary>
    public Int128 Flow;

    /// <summary>Change of the actor's holdings, the tip added back to SOL.</summary>
    public Int128 Delta;

    /// <summary>Sum of what the legs moved, in and out.</summary>
    public UInt128 Volume;

    /// <summary>Legs that took this mint in.</summary>
    public int Takes;

    /// <summary>Legs that paid it out.</summary>
    public int Pays;

    /// <summary>True when a leg settles through an order book or was only seen by its movements.</summary>
    public bool IsSoft;

    /// <summary>True when a leg touches the mint.</summary>
    public readonly bool IsTraded => Takes + Pays > 0;
}

/// <summary>How a trader of the transaction relates to its signer.</summary>
internal enum Link : byte
{
    /// <summary>The fee payer.</summary>
    Signer,

    /// <summary>Another signer: its balances count.</summary>
    CoSigner,

    /// <summary>
    /// Owner of the accounts that trade while no signer trades itself: a program's vault. Its balances count.
    /// </summary>
    Vault,

    /// <summary>
    /// Owner of accounts that tokens only pass through, such as a router's shared accounts: its legs count as the actor's, its
    /// balances do not.
    /// </summary>
    Conduit,

    /// <summary>Somebody else who trades for himself in the same transaction. Neither legs nor balances count.</summary>
    Unrelated,

    /// <summary>A pool that another swap of the transaction trades with.</summary>
    Counterparty,
}

/// <summary>Sums up a transaction from the actor's side: which legs are the actor's, and what they and the balances say of each mint.</summary>
/// <remarks>
/// The actor is the fee payer and what is linked to him by <see cref="Link"/>. A trader who did not sign and keeps for himself
/// at least half of what his swaps won or lost in some mint trades on his own account; one who keeps less passes tokens through.
/// Linear in swaps and balance changes. Not thread-safe.
/// </remarks>
internal sealed class ActorFlow
{
    private readonly KeyIndex<Pubkey> _mints = new();
    private readonly KeyIndex<Pubkey> _traders = new();
    private readonly KeyIndex<Pubkey> _pools = new();
    private readonly KeyIndex<Pubkey> _owners = new();
    private readonly KeyIndex<ulong> _holdings = new();
    private MintFlow[] _flows = new MintFlow[16];
    private Link[] _links = new Link[16];
    private (Int128 Flow, Int128 Delta)[] _held = new (Int128, Int128)[16];
    private bool[] _gave = new bool[16];
    private int[] _legs = new int[16];
    private bool _signerTrades;

    /// <summary>Indexes into the transaction's swaps of those that are the actor's, in order.</summary>
    public ReadOnlySpan<int> Legs => _legs.AsSpan(0, LegCount);

    public int LegCount { get; private set; }

    /// <summary>Distinct pools of the legs.</summary>
    public int PoolCount { get; private set; }

    /// <summary>Sums by mint, traded mints first seen first; mints that only balances name follow.</summary>
    public Span<MintFlow> Flows => _flows.AsSpan(0, _mints.Count);

    public ref readonly Pubkey MintAt(int index) => ref _mints[index];

    public int IndexOf(in Pubkey mint) => _mints.Find(mint);

    /// <summary>Reads a transaction that has swaps.</summary>
    public void Read(in Transaction tx)
    {
        _mints.Clear();
        _traders.Clear();
        _pools.Clear();
        LegCount = 0;
        var swaps = tx.Swaps.Span;
        foreach (ref readonly var swap in swaps)
        {
            _traders.Intern(swap.Trader);
            _pools.Intern(swap.Pool);
        }

        LinkTraders(tx);
        ReadLegs(swaps);
        if (LegCount < 2 || PoolCount < 2) { return; }
        ReadBalances(tx);
    }

    /// <summary>True when the balances of this owner count as the actor's.</summary>
    public bool IsActor(in Pubkey owner, in Pubkey signer, bool isSigner)
    {
        if (owner == signer) { return true; }
        var trader = _traders.Find(owner);
        if (trader >= 0) { return _links[trader] is Link.CoSigner or Link.Vault; }
        return isSigner && _pools.Find(owner) < 0;
    }

    /// <summary>
    /// True when somebody outside, who gave nothing away in the transaction and so is no pool, received at least so much of the mint.
    /// </summary>
    public bool OutsiderReceived(in Transaction tx, in Pubkey mint, Int128 atLeast)
    {
        _owners.Clear();
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            var known = _owners.Count;
            var owner = _owners.Intern(change.Owner);
            Ensure(ref _gave, owner);
            if (owner == known) { _gave[owner] = false; }
            _gave[owner] |= change.Delta < 0;
        }

        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (change.Mint == mint && change.Delta >= atLeast && !_gave[_owners.Find(change.Owner)]
                && !IsActor(change.Owner, tx.Signer, change.IsSigner))
            {
                return true;
            }
        }

        return false;
    }

    private static void Ensure<T>(ref T[] items, int index)
    {
        if (index >= items.Length) { Array.Resize(ref items, Math.Max(index + 1, items.Length * 2)); }
    }

    private void LinkTraders(in Transaction tx)
    {
        var othersTrade = false;
        _signerTrades = false;
        for (var i = 0; i < _traders.Count; i++)
        {
            Ensure(ref _links, i);
            var isSigner = _traders[i] == tx.Signer;
            _links[i] = isSigner ? Link.Signer : _pools.Find(_traders[i]) >= 0 ? Link.Counterparty : Link.Vault;
            _signerTrades |= isSigner;
            othersTrade |= !isSigner;
        }

        if (!othersTrade) { return; }
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (!change.IsSigner || _traders.Find(change.Owner) is not (>= 0 and var trader) || _links[trader] != Link.Vault) { continue; }
            _links[trader] = Link.CoSigner;
            _signerTrades = true;
        }

        ReadHoldings(tx);
        for (var i = 0; i < _holdings.Count; i++)
        {
            // A vault until now; one holding that mostly left again makes it a conduit.
            ref var link = ref _links[(int)(_holdings[i] >> 32)];
            if (link == Link.Vault && !KeepsHalf(_held[i])) { link = Link.Conduit; }
        }

        if (!_signerTrades) { return; }
        foreach (ref var link in _links.AsSpan(0, _traders.Count))
        {
            if (link == Link.Vault) { link = Link.Unrelated; }
        }
    }

    /// <summary>What the swaps of every trader moved by mint, and what the trader had of it in the end.</summary>
    private void ReadHoldings(in Transaction tx)
    {
        _holdings.Clear();
        foreach (ref readonly var swap in tx.Swaps.Span)
        {
            var trader = (ulong)_traders.Find(swap.Trader) << 32;
            Holding(trader | (uint)_mints.Intern(swap.MintIn)).Flow -= swap.AmountIn;
            Holding(trader | (uint)_mints.Intern(swap.MintOut)).Flow += swap.AmountOut;
        }

        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            var (trader, mint) = (_traders.Find(change.Owner), _mints.Find(change.Mint));
            if (trader < 0 || mint < 0) { continue; }
            Holding(((ulong)trader << 32) | (uint)mint).Delta += change.Delta;
        }

        _mints.Clear();
    }

    private ref (Int128 Flow, Int128 Delta) Holding(ulong key)
    {
        var known = _holdings.Count;
        var number = _holdings.Intern(key);
        Ensure(ref _held, number);
        if (number == known) { _held[number] = default; }
        return ref _held[number];
    }

    private static bool KeepsHalf((Int128 Flow, Int128 Delta) held) =>
        held.Flow == 0 || (held.Flow > 0 ? held.Delta * 2 >= held.Flow : held.Delta * 2 <= held.Flow);

    private void ReadLegs(ReadOnlySpan<Swap> swaps)
    {
        _pools.Clear();
        for (var i = 0; i < swaps.Length; i++)
        {
            ref readonly var swap = ref swaps[i];
            if (_links[_traders.Find(swap.Trader)] is Link.Unrelated or Link.Counterparty) { continue; }
            Ensure(ref _legs, LegCount);
            _legs[LegCount++] = i;
            _pools.Intern(swap.Pool);
            var isSoft = swap.Source == SwapSource.Generic || OrderBooks.Includes(swap.Venue);

            ref var taken = ref Mint(swap.MintIn);
            taken.Flow -= swap.AmountIn;
            taken.Volume += swap.AmountIn;
            taken.Takes++;
            taken.IsSoft |= isSoft;

            ref var paid = ref Mint(swap.MintOut);
            paid.Flow += swap.AmountOut;
            paid.Volume += swap.AmountOut;
            paid.Pays++;
            paid.IsSoft |= isSoft;
        }

        PoolCount = _pools.Count;
    }

    private void ReadBalances(in Transaction tx)
    {
        foreach (ref readonly var change in tx.BalanceChanges.Span)
        {
            if (IsActor(change.Owner, tx.Signer, change.IsSigner)) { Mint(change.Mint).Delta += change.Delta; }
        }

        // The tip left with the actor's lamports; it is counted as a cost later.
        if (tx.TipLamports > 0) { Mint(WellKnown.WrappedSol).Delta += tx.TipLamports; }
    }

    private ref MintFlow Mint(in Pubkey mint)
    {
        var known = _mints.Count;
        var number = _mints.Intern(mint);
        Ensure(ref _flows, number);
        if (number == known) { _flows[number] = default; }
        return ref _flows[number];
    }
}
