using Sluice.Lab.Faults;

namespace Sluice.Lab.Node;

/// <summary>What a node holds of the chain: the last slots, and how far each commitment has come.</summary>
/// <remarks>One thread adds slots; readers see a state between two slots, because all hold <see cref="Gate"/>.</remarks>
internal sealed class NodeChain
{
    private const int AlwaysKept = 64, EpochsKept = 8;

    private readonly NodeOptions _options;
    private readonly FaultPlan _plan;
    private readonly ChainSlot?[] _ring;
    private readonly List<(ulong Epoch, ulong FirstHeight)> _epochs = [];
    private readonly ulong _epochSlots;
    private readonly ChainBlock?[] _tips = new ChainBlock?[3];
    private long _bytes;

    public NodeChain(ulong firstSlot, ulong epochSlots, NodeOptions options, FaultPlan plan)
    {
        (_options, _plan, _epochSlots) = (options, plan, epochSlots);
        _ring = new ChainSlot?[options.KeepSlots];
        Produced = new ProducedSlots(firstSlot);
        FirstKept = firstSlot;
        Next = firstSlot;
    }

    public Lock Gate { get; } = new();

    /// <summary>Slot after the last one.</summary>
    public ulong Next { get; private set; }

    /// <summary>Slot that the node has come to.</summary>
    public ulong Now => Next - 1;

    /// <summary>First slot whose block is kept, if it has one.</summary>
    public ulong FirstKept { get; private set; }

    /// <summary>Which slots got a block in the end.</summary>
    public ProducedSlots Produced { get; }

    /// <summary>Bytes of the blocks that are kept.</summary>
    public long Bytes => _bytes;

    /// <summary>Last block of a commitment; null before there is one.</summary>
    public ChainBlock? Tip(Commitment commitment) => _tips[(int)commitment];

    /// <summary>Adds a slot and moves the commitments.</summary>
    public void Add(ChainSlot slot)
    {
        ref var place = ref _ring[slot.Slot % (ulong)_ring.Length];
        if (place is not null) { Drop(FirstKept); }
        place = slot;
        _bytes += Size(slot);
        Next = slot.Slot + 1;
        Produced.Add(slot.Block is not null);
        while (_bytes > _options.KeepBytes && Next - FirstKept > AlwaysKept) { Drop(FirstKept); }
        if (slot.Block is { } block && (_epochs.Count == 0 || _epochs[^1].Epoch != slot.Slot / _epochSlots))
        {
            _epochs.Add((slot.Slot / _epochSlots, block.Height));
            if (_epochs.Count > EpochsKept) { _epochs.RemoveAt(0); }
        }

        _tips[0] = LastAt(Now) ?? _tips[0];
        _tips[1] = Lagging(_options.ConfirmedLag) ?? _tips[1];
        _tips[2] = Lagging(_options.FinalizedLag) ?? _tips[2];
    }

    /// <summary>The slot, if it is kept.</summary>
    public ChainSlot? Find(ulong slot) => slot >= FirstKept && slot < Next ? _ring[slot % (ulong)_ring.Length] : null;

    /// <summary>The block that is seen of a slot now; null where there is none or it cannot be fetched yet.</summary>
    public ChainBlock? Seen(ulong slot) => Find(slot) is { } found && !IsHidden(slot) ? found.SeenAt(Now) : null;

    /// <summary>Whether the block of a slot is there and is not to be fetched yet: a fault.</summary>
    public bool IsHidden(ulong slot) => slot + (ulong)_plan.HiddenFor(slot) > Now;

    /// <summary>Height of an epoch's first block, of the epochs whose beginning was seen.</summary>
    public ulong? FirstHeightOf(ulong epoch)
    {
        foreach (var (known, height) in _epochs)
        {
            if (known == epoch) { return height; }
        }

        return null;
    }

    private ChainBlock? Lagging(int slots) => Now >= FirstKept + (ulong)slots ? LastAt(Now - (ulong)slots) : null;

    /// <summary>The last block that is seen up to a slot.</summary>
    private ChainBlock? LastAt(ulong slot)
    {
        for (; slot >= FirstKept; slot--)
        {
            if (Find(slot)?.SeenAt(Now) is { } seen) { return seen; }
        }

        return null;
    }

    private void Drop(ulong slot)
    {
        ref var place = ref _ring[slot % (ulong)_ring.Length];
        if (place is not null) { _bytes -= Size(place); }
        place = null;
        FirstKept = slot + 1;
    }

    private static long Size(ChainSlot slot) => (slot.Block?.Json.Length ?? 0) + (slot.Fork?.Json.Length ?? 0);
}
