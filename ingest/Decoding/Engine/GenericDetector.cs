using System.Security.Cryptography;
using Sluice.Ingest.Decoding.Catalog;
using Sluice.Schemas.Chain;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Finds swaps from what moved, knowing no layouts: the safety net below the venue decoders.</summary>
/// <remarks>
/// From the innermost frame outwards:
/// 1. A frame of a program that may be a pool (no token, system, aggregator, lending, staking, marketplace) holds the transfers
///    that it invoked itself, and those that its helpers left unexplained.
/// 2. Each account's holder gets a net per mint. A holder with exactly one mint up and one mint down is two-sided.
/// 3. The trader is the two-sided holder that signed; else the one that the venue's file points to; else the one that moves tokens
///    outside the frame too, as a router does for its user; else the one that paid first. Every other two-sided holder is a pool and
///    makes one swap. Without one, the holders that took the trader's payment and paid the trader are the pool, provided that the
///    payment was no lamports: a fee in SOL beside a claimed reward is no swap.
/// 4. Transfers that made no swap go up to the caller when the program is unknown or a helper, never beyond a known venue or an
///    aggregator, and not those of a decoded swap.
/// Sales of things do not count: one unit of a mint without decimals, or any number of them where the program is unknown. Minted and
/// burned tokens are no transfers, which keeps deposits, withdrawals and stakes out.
/// </remarks>
internal sealed class GenericDetector(TransactionView view)
{
    private const int MaxTransfers = 64;
    private readonly int[] _held = new int[MaxTransfers];
    private readonly Net[] _nets = new Net[MaxTransfers * 2];
    private int _netCount;

    /// <summary>Swaps, innermost first.</summary>
    public Pile<SwapDraft> Swaps { get; } = new();

    public void Run()
    {
        Swaps.Clear();
        if (view.Transfers.Count == 0) { return; }
        for (var f = view.Frames.Count - 1; f >= 0; f--)
        {
            ref readonly var frame = ref view.Frames[f];
            if (frame.EndTransfer == frame.FirstTransfer || frame.End == f + 1) { continue; }
            var entry = view.Entries[frame.Entry];
            var held = Collect(f, frame);
            if (held == 0) { continue; }
            if (held >= 2 && held <= MaxTransfers && entry.MayPool && Detect(f, entry, held))
            {
                for (var i = 0; i < held; i++) { view.Transfers[_held[i]].Holder = -1; }
                continue;
            }

            var limit = Math.Min(held, MaxTransfers);
            for (var i = 0; i < limit; i++)
            {
                ref var transfer = ref view.Transfers[_held[i]];
                transfer.Holder = entry.Bubbles && MayRise(transfer, frame.Parent) ? frame.Parent : -1;
            }
        }
    }

    private static bool MayRise(in Transfer transfer, int parent) => parent >= 0 && (transfer.ClaimedBy < 0 || parent >= transfer.ClaimedBy);

    private int Collect(int f, in Frame frame)
    {
        var held = 0;
        for (var t = frame.FirstTransfer; t < frame.EndTransfer; t++)
        {
            if (view.Transfers[t].Holder != f) { continue; }
            if (held < MaxTransfers) { _held[held] = t; }
            held++;
        }

        return held;
    }

    private bool Detect(int frame, ProgramEntry entry, int held)
    {
        if (!HasTwoMints(held)) { return false; }
        GuessOwners(held);
        _netCount = 0;
        for (var i = 0; i < held; i++)
        {
            ref readonly var transfer = ref view.Transfers[_held[i]];
            if (transfer.Mint < 0) { continue; }
            Change(view.HolderOf(transfer.Source), transfer.Mint, -(Int128)transfer.Sent);
            Change(view.HolderOf(transfer.Destination), transfer.Mint, (Int128)Balances.Received(view, _held[i]));
        }

        var trader = FindTrader(frame, entry, held);
        var found = false;
        for (var n = 0; n < _netCount; n++)
        {
            var holder = _nets[n].Holder;
            if (holder == trader || IsSeen(n) || !IsTwoSided(holder, out var mintIn, out var mintOut)) { continue; }
            found |= Emit(frame, entry, held, trader, holder, holder, mintIn, mintOut);
        }

        if (found) { return true; }
        if (trader < 0 || !IsTwoSided(trader, out var received, out var paid)) { return false; }
        return EmitSplit(frame, entry, held, trader, paid, received);
    }

    /// <summary>A pool whose vaults have different owners, or none that is recorded.</summary>
    private bool EmitSplit(int frame, ProgramEntry entry, int held, int trader, int mintIn, int mintOut)
    {
        int taker = -1, payer = -1;
        Int128 most = 0, least = 0;
        for (var n = 0; n < _netCount; n++)
        {
            ref readonly var net = ref _nets[n];
            if (net.Holder == trader) { continue; }
            if (net.Mint == mintIn && net.Amount > most) { (taker, most) = (net.Holder, net.Amount); }
            if (net.Mint == mintOut && net.Amount < least) { (payer, least) = (net.Holder, net.Amount); }
        }

        if (taker < 0 || payer < 0) { return false; }
        for (var i = 0; i < held; i++)
        {
            ref readonly var transfer = ref view.Transfers[_held[i]];
            if (transfer.IsNative && transfer.Mint == mintIn && view.HolderOf(transfer.Destination) == taker) { return false; }
        }

        return Emit(frame, entry, held, trader, taker, payer, mintIn, mintOut);
    }

    private bool Emit(int frame, ProgramEntry entry, int held, int trader, int taker, int payer, int mintIn, int mintOut)
    {
        var vaultIn = Busiest(held, taker, mintIn, into: true);
        var vaultOut = Busiest(held, payer, mintOut, into: false);
        if (vaultIn < 0 || vaultOut < 0) { return false; }
        var amountIn = NetOf(taker, mintIn);
        var amountOut = -NetOf(payer, mintOut);
        if (amountIn <= 0 || amountOut <= 0 || amountIn > ulong.MaxValue || amountOut > ulong.MaxValue) { return false; }
        if (IsThing(entry, vaultIn, amountIn) || IsThing(entry, vaultOut, amountOut)) { return false; }

        ref var swap = ref Swaps.Add();
        swap = new()
        {
            Frame = frame,
            VaultIn = vaultIn,
            VaultOut = vaultOut,
            MintIn = mintIn,
            MintOut = mintOut,
            AmountIn = (ulong)amountIn,
            AmountOut = (ulong)amountOut,
            NetIn = (ulong)amountIn,
            NetOut = (ulong)amountOut,
            Trader = trader >= 0 ? trader : view.KeyAt(0),
            IsGeneric = true,
        };
        for (var i = 0; i < held; i++)
        {
            ref readonly var transfer = ref view.Transfers[_held[i]];
            var withheld = transfer.Sent - Balances.Received(view, _held[i]);
            if (transfer.Destination == vaultIn) { swap.WithheldIn += withheld; }
            else if (transfer.Source == vaultOut) { swap.WithheldOut += withheld; }
        }

        view.Frames[frame].IsExplained = true;
        swap.Pool = PoolOf(frame, entry, vaultIn, vaultOut);
        if (!entry.VaultsAreNoReserves) { Balances.Reserves(view, ref swap, _held[0]); }
        return true;
    }

    /// <summary>The layout's pool account or the vaults' owner where the venue says so, else a key made of the two vaults.</summary>
    private Pubkey PoolOf(int frame, ProgramEntry entry, int vaultIn, int vaultOut)
    {
        ref readonly var f = ref view.Frames[frame];
        if (f.IsByMovements && f.PoolByMovements >= 0) { return view.Raw.Keys[view.KeyAt(f.PoolByMovements)]; }
        if (entry.GenericPoolIsVaultOwner && view.HolderOf(vaultIn) == view.HolderOf(vaultOut)) { return view.Raw.Keys[view.HolderOf(vaultIn)]; }
        if (entry.GenericPool != ProgramEntry.NoIndex)
        {
            var accounts = view.AccountsOf(view.Instructions[frame]);
            if (entry.GenericPool < accounts.Length && accounts[entry.GenericPool] < view.Tx.AccountCount)
            {
                return view.Raw.Keys[view.KeyAt(accounts[entry.GenericPool])];
            }
        }

        return PairKey(view.Raw.Keys[view.KeyAt(vaultIn)], view.Raw.Keys[view.KeyAt(vaultOut)]);
    }

    /// <summary>SHA-256 over the two keys, smaller first: the same pool in both directions.</summary>
    public static Pubkey PairKey(in Pubkey one, in Pubkey other)
    {
        Span<byte> both = stackalloc byte[Pubkey.Size * 2];
        var ordered = one.CompareTo(other) <= 0;
        (ordered ? one : other).Bytes.CopyTo(both);
        (ordered ? other : one).Bytes.CopyTo(both[Pubkey.Size..]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(both, hash);
        return new Pubkey(hash);
    }

    private bool HasTwoMints(int held)
    {
        var first = -1;
        for (var i = 0; i < held; i++)
        {
            var mint = view.Transfers[_held[i]].Mint;
            if (mint < 0) { continue; }
            if (first < 0) { first = mint; }
            else if (mint != first) { return true; }
        }

        return false;
    }

    /// <summary>
    /// Old blocks name no owners, and an account that only receives signs for nothing. In a frame of two transfers each side is taken
    /// to receive what the other paid.
    /// </summary>
    private void GuessOwners(int held)
    {
        if (held != 2) { return; }
        ref readonly var one = ref view.Transfers[_held[0]];
        ref readonly var other = ref view.Transfers[_held[1]];
        if (one.Mint == other.Mint || view.HolderOf(one.Source) == view.HolderOf(other.Source)) { return; }
        Guess(one, other);
        Guess(other, one);
    }

    private void Guess(in Transfer paid, in Transfer received)
    {
        ref var account = ref view.Tokens[paid.Destination];
        if (!paid.IsNative && account.Owner < 0) { account.Owner = view.HolderOf(received.Source); }
    }

    private int FindTrader(int frame, ProgramEntry entry, int held)
    {
        for (var n = 0; n < _netCount; n++)
        {
            if (!IsSeen(n) && view.IsSigner(_nets[n].Holder) && IsTwoSided(_nets[n].Holder, out _, out _)) { return _nets[n].Holder; }
        }

        if (entry.GenericUser != ProgramEntry.NoIndex)
        {
            var accounts = view.AccountsOf(view.Instructions[frame]);
            if (entry.GenericUser < accounts.Length && accounts[entry.GenericUser] < view.Tx.AccountCount)
            {
                var user = view.HolderOf(accounts[entry.GenericUser]);
                if (IsTwoSided(user, out _, out _)) { return user; }
            }
        }

        // Nobody that signed is two-sided: of two that are, the one that paid first trades. A single one is the pool, unless it
        // faces accounts that own themselves, as an order book's vaults do, or paid first and to nobody that signed.
        int first = -1, count = 0, single = -1;
        for (var n = 0; n < _netCount; n++)
        {
            if (IsSeen(n) || !IsTwoSided(_nets[n].Holder, out _, out _)) { continue; }
            single = _nets[n].Holder;
            count++;
        }

        if (count == 1 && (FacesVaults(held, single) || PaysFirst(held, single))) { return single; }

        if (count > 1 && MoverOutside(frame) is >= 0 and var mover) { return mover; }
        for (var i = 0; i < held && first < 0; i++)
        {
            var payer = view.HolderOf(view.Transfers[_held[i]].Source);
            if (IsTwoSided(payer, out _, out _) ? count > 1 : true) { first = payer; }
        }

        return count == 0 ? -1 : first;
    }

    /// <summary>The only two-sided holder that takes part in transfers outside the frame as well; -1 when none or several do.</summary>
    private int MoverOutside(int frame)
    {
        ref readonly var f = ref view.Frames[frame];
        var mover = -1;
        for (var t = 0; t < view.Transfers.Count; t++)
        {
            if (t >= f.FirstTransfer && t < f.EndTransfer) { continue; }
            ref readonly var transfer = ref view.Transfers[t];
            for (var side = 0; side < 2; side++)
            {
                var holder = view.HolderOf(side == 0 ? transfer.Source : transfer.Destination);
                if (holder == mover || !IsTwoSided(holder, out _, out _)) { continue; }
                if (mover >= 0) { return -1; }
                mover = holder;
            }
        }

        return mover;
    }

    private bool PaysFirst(int held, int holder)
    {
        if (view.HolderOf(view.Transfers[_held[0]].Source) != holder) { return false; }
        for (var i = 0; i < held; i++)
        {
            ref readonly var transfer = ref view.Transfers[_held[i]];
            if (view.IsSigner(view.HolderOf(transfer.Source)) || view.IsSigner(view.HolderOf(transfer.Destination))) { return false; }
        }

        return true;
    }

    private bool FacesVaults(int held, int holder)
    {
        for (var i = 0; i < held; i++)
        {
            ref readonly var transfer = ref view.Transfers[_held[i]];
            if (view.HolderOf(transfer.Source) == holder && transfer.Mint >= 0
                && view.Tokens[transfer.Destination].Owner == view.KeyAt(transfer.Destination)) { return true; }
        }

        return false;
    }

    private bool IsSeen(int index)
    {
        for (var n = 0; n < index; n++)
        {
            if (_nets[n].Holder == _nets[index].Holder) { return true; }
        }

        return false;
    }

    private bool IsTwoSided(int holder, out int mintUp, out int mintDown)
    {
        mintUp = mintDown = -1;
        for (var n = 0; n < _netCount; n++)
        {
            ref readonly var net = ref _nets[n];
            if (net.Holder != holder || net.Amount == 0) { continue; }
            ref var slot = ref net.Amount > 0 ? ref mintUp : ref mintDown;
            if (slot >= 0) { return false; }
            slot = net.Mint;
        }

        return mintUp >= 0 && mintDown >= 0;
    }

    private Int128 NetOf(int holder, int mint)
    {
        for (var n = 0; n < _netCount; n++)
        {
            if (_nets[n].Holder == holder && _nets[n].Mint == mint) { return _nets[n].Amount; }
        }

        return 0;
    }

    private void Change(int holder, int mint, Int128 amount)
    {
        for (var n = 0; n < _netCount; n++)
        {
            if (_nets[n].Holder != holder || _nets[n].Mint != mint) { continue; }
            _nets[n].Amount += amount;
            return;
        }

        _nets[_netCount++] = new() { Holder = holder, Mint = mint, Amount = amount };
    }

    /// <summary>The holder's account through which most of the mint moved.</summary>
    private int Busiest(int held, int holder, int mint, bool into)
    {
        var best = -1;
        ulong most = 0;
        for (var i = 0; i < held; i++)
        {
            ref readonly var transfer = ref view.Transfers[_held[i]];
            var account = into ? transfer.Destination : transfer.Source;
            if (transfer.Mint != mint || transfer.Sent <= most || view.HolderOf(account) != holder) { continue; }
            most = transfer.Sent;
            best = account;
        }

        return best;
    }

    private bool IsThing(ProgramEntry entry, int account, Int128 amount)
    {
        var balance = view.Tokens[account].Balance;
        return (amount == 1 || !entry.IsVenue) && balance >= 0 && view.Raw.TokenBalances[balance].Decimals == 0;
    }

    private struct Net
    {
        public int Holder;
        public int Mint;
        public Int128 Amount;
    }
}
