using Sluice.Ingest.Blocks;
using Sluice.Ingest.Decoding.Model;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Ingest.Yellowstone.Wire;

/// <summary>Turns one <c>SubscribeUpdateBlock</c> into a <see cref="RawBlock"/>: the same as the reply to getBlock gives.</summary>
/// <remarks>
/// Steps: read the header and note where each transaction lies and its position in the block; put them in order; read each. A transaction that cannot be
/// taken is left out and counted in <see cref="RawBlock.Rejections"/>; a block with fewer transactions than it executed is no block. No bytes make it
/// throw. One thread at a time. Steady reading allocates nothing.
/// </remarks>
internal sealed class GeyserBlockReader
{
    private readonly KeyTexts _texts = new();
    private readonly GeyserTransactionReader _transactions;
    private readonly ValueList<Place> _places = new(2048);

    public GeyserBlockReader() => _transactions = new GeyserTransactionReader(_texts);

    /// <summary>Reads the message into <paramref name="block"/>, which is emptied first.</summary>
    public ReadResult Read(ReadOnlySpan<byte> document, string source, RawBlock block)
    {
        block.Reset();
        block.Source = source;
        _texts.Clear();
        _places.Clear();
        var c = new ProtoCursor(document, new ByteRange(0, document.Length));
        ulong executed = 0;
        while (c.Next())
        {
            if (!TryReadField(ref c, document, block, ref executed))
            {
                return new ReadResult(ReadStatus.NotABlock, $"the message is no block: field {c.Field} at byte {c.FieldStart} is damaged", c.FieldStart);
            }
        }

        if (c.Failed) { return new ReadResult(ReadStatus.NotABlock, $"the message is no block: it is damaged at byte {c.Position}", c.Position); }
        if (block.Blockhash == default || block.PreviousBlockhash == default) { return new ReadResult(ReadStatus.NotABlock, "the message is no block: a hash is missing"); }
        if (block.ParentSlot >= block.Slot && block.Slot != 0)
        {
            return new ReadResult(ReadStatus.SlotMismatch, $"the slot is {block.Slot}, but the block's parent is {block.ParentSlot}");
        }

        if (executed != (ulong)_places.Count || !TryOrder())
        {
            return new ReadResult(ReadStatus.NotABlock, $"the message has {_places.Count} of {executed} transactions, or some twice; the block is fetched instead");
        }

        for (var i = 0; i < _places.Count; i++)
        {
            var at = _places[i].At;
            if (_transactions.TryRead(document, at, block, i)) { continue; }
            block.Rejections.Add(new RawRejection(i, _transactions.Reason));
            block.RejectedPlaces.Add(new RawPlace(i, at.Start, at.Length));
        }

        return new ReadResult(ReadStatus.Read);
    }

    private bool TryReadField(ref ProtoCursor c, ReadOnlySpan<byte> document, RawBlock block, ref ulong executed)
    {
        switch (c.Field)
        {
            case 1:
                if (!c.TryRead(out ulong slot)) { return false; }
                block.Slot = slot;
                return true;
            case 2:
                if (!GeyserHeader.TryReadHash(ref c, document, out var hash)) { return false; }
                block.Blockhash = hash;
                return true;
            case 3:
                return c.TryRead(out ByteRange rewards) && TryReadRewards(document, rewards, block);
            case 4:
                if (!TryReadOnly(ref c, document, out var time)) { return false; }
                block.BlockTime = (long)time;
                return true;
            case 5:
                if (!TryReadOnly(ref c, document, out var height)) { return false; }
                block.BlockHeight = height;
                return true;
            case 6:
                if (!c.TryRead(out ByteRange at) || !TryReadIndex(document, at, out var index)) { return false; }
                _places.Add(new Place(index, at));
                return true;
            case 7:
                if (!c.TryRead(out ulong parent)) { return false; }
                block.ParentSlot = parent;
                return true;
            case 8:
                if (!GeyserHeader.TryReadHash(ref c, document, out var previous)) { return false; }
                block.PreviousBlockhash = previous;
                return true;
            case 9:
                return c.TryRead(out executed);
            default:
                return c.Skip();
        }
    }

    /// <summary>Puts transactions in block order; false when one is missing or there twice.</summary>
    private bool TryOrder()
    {
        var places = _places.Span;
        for (var i = 0; i < places.Length; i++)
        {
            if (places[i].Index == (ulong)i) { continue; }
            places.Sort(static (a, b) => a.Index.CompareTo(b.Index));
            for (var k = 0; k < places.Length; k++)
            {
                if (places[k].Index != (ulong)k) { return false; }
            }

            return true;
        }

        return true;
    }

    /// <summary>Reads field 1 of a message that has no other: UnixTimestamp, BlockHeight. Absent is 0.</summary>
    private static bool TryReadOnly(ref ProtoCursor c, ReadOnlySpan<byte> document, out ulong value)
    {
        value = 0;
        if (!c.TryRead(out ByteRange at)) { return false; }
        var inner = new ProtoCursor(document, at);
        while (inner.Next())
        {
            if (inner.Field == 1) { inner.TryRead(out value); } else { inner.Skip(); }
        }

        return !inner.Failed;
    }

    /// <summary>A transaction's position in the block. Its other fields are stepped over; damage in them is the transaction's own.</summary>
    private static bool TryReadIndex(ReadOnlySpan<byte> document, ByteRange at, out ulong index)
    {
        index = 0;
        var c = new ProtoCursor(document, at);
        while (c.Next())
        {
            if (c.Field == 5) { c.TryRead(out index); } else { c.Skip(); }
        }

        return !c.Failed;
    }

    private static bool TryReadRewards(ReadOnlySpan<byte> document, ByteRange at, RawBlock block)
    {
        var c = new ProtoCursor(document, at);
        while (c.Next())
        {
            if (c.Field != 1)
            {
                c.Skip();
                continue;
            }

            if (!c.TryRead(out ByteRange reward) || !TryReadReward(document, reward, block)) { return false; }
        }

        return !c.Failed;
    }

    private static bool TryReadReward(ReadOnlySpan<byte> document, ByteRange at, RawBlock block)
    {
        var c = new ProtoCursor(document, at);
        var account = default(ByteRange);
        ulong lamports = 0, kind = 0;
        while (c.Next())
        {
            switch (c.Field)
            {
                case 1: c.TryRead(out account); break;
                case 2: c.TryRead(out lamports); break;
                case 4: c.TryRead(out kind); break;
                default: c.Skip(); break;
            }
        }

        if (c.Failed || !Pubkey.TryParse(document.Slice(account.Start, account.Length), out Pubkey key)) { return false; }
        block.Rewards.Add(new RawReward(block.Keys.Intern(key), (long)lamports, KindOf(kind)));
        return true;
    }

    private static RewardKind KindOf(ulong kind) => kind switch
    {
        1 => RewardKind.Fee,
        2 => RewardKind.Rent,
        3 => RewardKind.Staking,
        4 => RewardKind.Voting,
        _ => RewardKind.Unknown,
    };

    private readonly record struct Place(ulong Index, ByteRange At);
}
