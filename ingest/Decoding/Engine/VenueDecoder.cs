using Sluice.Ingest.Decoding.Catalog;

namespace Sluice.Ingest.Decoding.Engine;

/// <summary>Finds the swaps of known venues by their layouts. Amounts are what moved through the pool's vaults below the instruction.</summary>
/// <remarks>
/// 1. An instruction whose first bytes are in its program's table has a layout; the layout names pool and vaults.
/// 2. Every transfer below the instruction that touches a vault counts for that vault, and for this swap only. The vault
///    that gained most is the way in, the one that lost most the way out.
/// 3. Lamports that a program moves without an instruction (a bonding curve paying a seller) come from its event or, without one,
///    from the account's lamport balances.
/// </remarks>
internal sealed class VenueDecoder(TransactionView view, EventReader events, RejectionCounts rejections)
{
    private readonly int[] _vaults = new int[256];
    private readonly ulong[] _gained = new ulong[256];
    private readonly ulong[] _lost = new ulong[256];
    private readonly ulong[] _ignored = new ulong[256];
    private readonly ulong[] _withheld = new ulong[256];
    private readonly SerumOrders _serum = new(view);

    /// <summary>Swaps in order of their frames.</summary>
    public Pile<SwapDraft> Swaps { get; } = new();

    public void Run()
    {
        Swaps.Clear();
        var instructions = view.Instructions;
        var frames = view.Frames.Span;
        for (var i = 0; i < frames.Length; i++)
        {
            var entry = view.Entries[frames[i].Entry];
            if (entry.Swaps.IsEmpty || view.Raw.Slot < entry.ValidFromSlot) { continue; }
            ref readonly var ix = ref instructions[i];
            if (!ix.IsRaw) { continue; }
            var layout = entry.Swaps.Find(view.DataOf(ix));
            if (layout is null) { continue; }
            Decode(i, entry, layout, view.AccountsOf(ix), view.DataOf(ix));
        }
    }

    private void Decode(int frame, ProgramEntry entry, SwapLayout layout, ReadOnlySpan<ushort> accounts, ReadOnlySpan<byte> data)
    {
        if (accounts.Length < layout.MinAccounts)
        {
            rejections.Count(RejectionCounts.ShortAccounts);
            return;
        }

        if (layout.Code == SwapCode.Movements)
        {
            view.Frames[frame].IsByMovements = true;
            view.Frames[frame].PoolByMovements = layout.Legs[0].Pool == ProgramEntry.NoIndex ? -1 : At(accounts, layout.Legs[0].Pool);
            return;
        }

        if (layout.Code == SwapCode.SerumOrder && !_serum.IsTaker(data)) { return; }
        for (var leg = 0; leg < layout.Legs.Length; leg++)
        {
            var reason = DecodeLeg(frame, entry, layout, leg, accounts);
            if (reason is not null) { rejections.Count(reason); }
        }
    }

    private string? DecodeLeg(int frame, ProgramEntry entry, SwapLayout layout, int leg, ReadOnlySpan<ushort> accounts)
    {
        var shape = layout.Legs[leg];
        var pool = At(accounts, shape.Pool);
        var count = CollectVaults(shape, accounts);
        if (pool < 0 || count == 0) { return RejectionCounts.ShortAccounts; }
        var native = layout.Native == ProgramEntry.NoIndex ? -1 : At(accounts, layout.Native);
        if (native >= 0) { _vaults[count++] = native; }

        Array.Clear(_gained, 0, count);
        Array.Clear(_lost, 0, count);
        Array.Clear(_ignored, 0, count);
        Array.Clear(_withheld, 0, count);
        ref readonly var f = ref view.Frames[frame];
        var payer = -1;
        var firstTransfer = -1;
        Sum(f.FirstTransfer, f.EndTransfer, frame, shape.Ignore, accounts, count, ref payer, ref firstTransfer);
        if (layout.Code == SwapCode.SerumOrder && _serum.FindSettlement(frame, accounts) is >= 0 and var settlement)
        {
            ref readonly var s = ref view.Frames[settlement];
            var settled = view.AccountsOf(view.Instructions[settlement]);
            Sum(s.FirstTransfer, s.EndTransfer, frame, SerumOrders.Referrer, settled, count, ref payer, ref firstTransfer);
        }

        int vaultIn = -1, vaultOut = -1;
        for (var v = 0; v < count; v++)
        {
            if (_gained[v] > _lost[v] && (vaultIn < 0 || _gained[v] - _lost[v] > _gained[vaultIn] - _lost[vaultIn])) { vaultIn = v; }
            if (_lost[v] > _gained[v] && (vaultOut < 0 || _lost[v] - _gained[v] > _lost[vaultOut] - _gained[vaultOut])) { vaultOut = v; }
        }

        var swapEvent = events.Find(frame, entry, pool);
        var isNativeSwap = false;
        if (native >= 0)
        {
            isNativeSwap = CompleteNative(swapEvent, native, count - 1, ref vaultIn, ref vaultOut);
        }

        if (vaultIn < 0 && vaultOut < 0) { return RejectionCounts.NothingMoved; }
        if (vaultIn < 0 || vaultOut < 0) { return RejectionCounts.OneSided; }
        var mintIn = MintOf(_vaults[vaultIn], native);
        var mintOut = MintOf(_vaults[vaultOut], native);
        if (mintIn < 0 || mintOut < 0) { return RejectionCounts.UnknownMint; }
        if (mintIn == mintOut) { return RejectionCounts.OneMint; }

        // A later leg is paid by the leg before it, for the same trader.
        if (leg > 0 && Swaps.Count > 0 && Swaps[Swaps.Count - 1].Frame == frame) { payer = Swaps[Swaps.Count - 1].Trader; }
        ref var swap = ref Swaps.Add();
        swap = new()
        {
            Frame = frame,
            Leg = leg,
            Pool = view.Raw.Keys[view.KeyAt(pool)],
            VaultIn = _vaults[vaultIn],
            VaultOut = _vaults[vaultOut],
            MintIn = mintIn,
            MintOut = mintOut,
            NetIn = _gained[vaultIn] - _lost[vaultIn],
            NetOut = _lost[vaultOut] - _gained[vaultOut],
            Trader = payer >= 0 ? payer : view.KeyAt(0),
            InIsFirst = vaultIn < vaultOut,
            Layout = shape,
        };

        // What an ignored account got is no part of the swap, though it left the vault.
        swap.AmountIn = swap.NetIn + _ignored[vaultIn];
        swap.AmountOut = swap.NetOut - _ignored[vaultOut];
        swap.WithheldIn = _withheld[vaultIn];
        swap.WithheldOut = _withheld[vaultOut];
        view.Frames[frame].IsSwap = true;

        // A curve's lamports include rent, and its price follows virtual reserves: only its event tells them.
        if (!isNativeSwap && !entry.VaultsAreNoReserves) { Balances.Reserves(view, ref swap, firstTransfer); }
        if (swapEvent.Layout is not null) { swapEvent.Apply(ref swap, isNativeSwap); }
        return null;
    }

    private void Sum(
        int first, int end, int frame, int[] ignore, ReadOnlySpan<ushort> accounts, int count, ref int payer, ref int firstTransfer)
    {
        var vaults = _vaults.AsSpan(0, count);
        for (var t = first; t < end; t++)
        {
            ref var transfer = ref view.Transfers[t];
            if (transfer.ClaimedBy >= 0 && transfer.ClaimedBy != frame) { continue; }
            var into = vaults.IndexOf(transfer.Destination);
            var outOf = vaults.IndexOf(transfer.Source);
            if (into < 0 && outOf < 0) { continue; }
            transfer.ClaimedBy = frame;
            if (firstTransfer < 0) { firstTransfer = t; }
            if (into >= 0)
            {
                var received = Balances.Received(view, t);
                _gained[into] += received;
                _withheld[into] += transfer.Sent - received;
                if (payer < 0 && outOf < 0) { payer = view.HolderOf(transfer.Source); }
            }

            if (outOf >= 0)
            {
                _lost[outOf] += transfer.Sent;
                if (IsAmong(ignore, accounts, transfer.Destination)) { _ignored[outOf] += transfer.Sent; }
                else { _withheld[outOf] += transfer.Sent - Balances.Received(view, t); }
            }
        }
    }

    private bool IsAmong(int[] indexes, ReadOnlySpan<ushort> accounts, int account)
    {
        foreach (var index in indexes)
        {
            if (At(accounts, index) == account) { return true; }
        }

        return false;
    }

    /// <summary>Lamports of a curve: the event's amount where there is one, else what instructions or balances show.</summary>
    private bool CompleteNative(in SwapEvent swapEvent, int nativeAccount, int slot, ref int vaultIn, ref int vaultOut)
    {
        // Two token vaults moved: the curve is quoted in a token and its lamports are beside the point.
        if (vaultIn >= 0 && vaultOut >= 0 && vaultIn != slot && vaultOut != slot) { return false; }
        var isBuy = vaultOut >= 0 && vaultOut != slot;
        if (!isBuy && (vaultIn < 0 || vaultIn == slot)) { return false; }
        ulong lamports;
        if (swapEvent.TryNativeAmount(out var told)) { lamports = told; }
        else if (_gained[slot] != _lost[slot]) { lamports = isBuy ? _gained[slot] - _lost[slot] : _lost[slot] - _gained[slot]; }
        else { lamports = Balances.LamportChange(view, nativeAccount, isBuy); }

        if (lamports == 0) { return false; }
        _gained[slot] = isBuy ? lamports : 0;
        _lost[slot] = isBuy ? 0 : lamports;
        if (isBuy) { vaultIn = slot; } else { vaultOut = slot; }
        return true;
    }

    private int CollectVaults(LegLayout shape, ReadOnlySpan<ushort> accounts)
    {
        if (shape.Vaults.Length == 0)
        {
            var from = Resolve(accounts, shape.RangeFirst);
            var to = Resolve(accounts, shape.RangeLast);
            var n = 0;
            for (var i = from; i >= 0 && i <= to && n < _vaults.Length - 1; i++)
            {
                var account = At(accounts, i);
                if (account >= 0 && view.Tokens[account].Mint >= 0) { _vaults[n++] = account; }
            }

            return n;
        }

        for (var i = 0; i < shape.Vaults.Length; i++)
        {
            _vaults[i] = At(accounts, shape.Vaults[i]);
            if (_vaults[i] < 0) { return 0; }
        }

        return shape.Vaults.Length;
    }

    private int MintOf(int account, int native)
    {
        if (account == native) { return view.WrappedSol; }
        var mint = view.Tokens[account].Mint;
        if (mint >= 0) { return mint; }
        foreach (ref readonly var transfer in view.Transfers.Span)
        {
            if (transfer.Source == account || transfer.Destination == account) { return transfer.Mint; }
        }

        return -1;
    }

    private static int Resolve(ReadOnlySpan<ushort> accounts, int index) => index < 0 ? accounts.Length + index : index;

    private int At(ReadOnlySpan<ushort> accounts, int index)
    {
        var at = Resolve(accounts, index);
        if ((uint)at >= (uint)accounts.Length) { return -1; }
        var position = accounts[at];
        return position < view.Tx.AccountCount ? position : -1;
    }
}
