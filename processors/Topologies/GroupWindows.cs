using Sluice.Schemas.Records;

namespace Sluice.Processors.Topologies;

/// <summary>What a detector that reads a leader group with the slot before and after it must answer.</summary>
public interface IGroupDetector
{
    /// <summary>Turns to a group and forgets every other.</summary>
    void Begin(long group);

    /// <summary>Takes one of the slots 4·group − 1 to 4·group + 4, each once.</summary>
    /// <param name="isContext">True for the slots that belong to a neighbouring group: they are looked at, and nothing is found for them.</param>
    void Take(in Block block, bool isContext);

    /// <summary>Takes a slot of the group that is context for a neighbouring group too, for both.</summary>
    void Take(in Block block, IGroupDetector neighbour)
    {
        Take(block, isContext: false);
        neighbour.Take(block, isContext: true);
    }

    /// <summary>The group has all of its slots, or will not get them.</summary>
    void End();
}

/// <summary>Hands every block to the leader groups that it belongs to or stands beside.</summary>
/// <remarks>
/// A block of slot n is one of group n / 4; the last of a group also opens the next as its context, and the first ends the one before. A context
/// copy goes to the group it is context for. So a group's detector gets the same slots whether they come as themselves in one partition, or, from
/// the neighbouring groups, as copies in its own; a slot that comes twice is taken once. A group ends with its last context slot, with a later
/// slot, or with the input. Groups that ended stay ended while <see cref="Remembered"/> others end, so that late duplicates open nothing.
/// Two groups at most are open at a time, and their detectors are used in turns.
/// </remarks>
public sealed class GroupWindows<T>(Func<T> make)
    where T : IGroupDetector
{
    /// <summary>Slots from a group's first context slot to its last, for a store that says how far back a processor reaches.</summary>
    public const int Slots = 6;

    private const int PerGroup = 4, Remembered = 64;

    private readonly Open[] _open = [new(make()), new(make())];
    private readonly long[] _ended = Enumerable.Repeat(-1L, Remembered).ToArray();
    private int _nextEnded;

    /// <summary>The first slot that an open group may have taken; the greatest number where none is open.</summary>
    public long First => Oldest() is { } open ? (open.Group * PerGroup) - 1 : long.MaxValue;

    /// <summary>Takes a block, or a context copy of one.</summary>
    public void Take(in Block block)
    {
        EndBefore(block.Slot);
        var group = block.Slot / PerGroup;
        var place = block.Slot % PerGroup;
        var own = block.IsContext ? null : Find(group) ?? Begin(group);
        var takesOwn = Take(own, block.Slot);
        if (takesOwn && place == PerGroup - 1 && Find(group + 1) is null && Find(-1) is null)
        {
            // The next group takes the place of one that ends, which may be this.
            own!.Detector.Take(block, isContext: false);
            takesOwn = false;
        }

        var neighbour = place == 0 ? Find(group - 1) : place == PerGroup - 1 ? Find(group + 1) ?? Begin(group + 1) : null;
        var takesContext = Take(neighbour, block.Slot);
        if (takesOwn && takesContext) { own!.Detector.Take(block, neighbour!.Detector); }
        else if (takesOwn) { own!.Detector.Take(block, isContext: false); }
        else if (takesContext) { neighbour!.Detector.Take(block, isContext: true); }
        EndBefore(block.Slot + 1);
    }

    /// <summary>The input ended: so do all groups.</summary>
    public void Finish() => EndBefore(long.MaxValue);

    /// <summary>Ends, in order, the groups whose last context slot lies before a slot.</summary>
    private void EndBefore(long slot)
    {
        while (Oldest() is { } open && (open.Group * PerGroup) + PerGroup < slot) { End(open); }
    }

    private void End(Open open)
    {
        open.Detector.End();
        _ended[_nextEnded] = open.Group;
        _nextEnded = (_nextEnded + 1) % Remembered;
        open.Group = -1;
    }

    private Open? Oldest()
    {
        var (a, b) = (_open[0], _open[1]);
        return a.Group < 0 ? (b.Group < 0 ? null : b) : b.Group < 0 || a.Group < b.Group ? a : b;
    }

    private Open? Find(long group) => _open[0].Group == group ? _open[0] : _open[1].Group == group ? _open[1] : null;

    /// <summary>Opens a group; null for one that has ended. Where slots go backwards two others may be open: the older ends.</summary>
    private Open? Begin(long group)
    {
        if (Array.IndexOf(_ended, group) >= 0) { return null; }
        if (Find(-1) is null) { End(Oldest()!); }
        var open = Find(-1)!;
        open.Group = group;
        open.Taken = 0;
        open.Detector.Begin(group);
        return open;
    }

    /// <summary>True once for each slot of a group.</summary>
    private static bool Take(Open? open, long slot)
    {
        if (open is null) { return false; }
        var bit = 1 << (int)(slot - (open.Group * PerGroup) + 1);
        if ((open.Taken & bit) != 0) { return false; }
        open.Taken |= bit;
        return true;
    }

    private sealed class Open(T detector)
    {
        public T Detector { get; } = detector;

        public long Group = -1;

        /// <summary>A bit for each slot that was taken.</summary>
        public int Taken;
    }
}
