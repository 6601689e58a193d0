using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Counts the legs of a lane that have a template. Counted when it is asked for, each leg once. Not thread-safe.</summary>
internal sealed class LaneTemplates(GroupFacts facts)
{
    private readonly KeyIndex<int> _lanes = new();
    private readonly ValueList<int> _counted = new(); // newest leg of the lane that was counted
    private readonly KeyIndex<LaneTemplate> _templates = new();
    private readonly ValueList<int> _counts = new();

    public void Clear()
    {
        _lanes.Clear();
        _counted.Clear();
        _templates.Clear();
        _counts.Clear();
    }

    /// <summary>Legs of a template in a lane so far.</summary>
    public int CountOf(int lane, ulong template)
    {
        var known = _lanes.Count;
        var number = _lanes.Intern(lane);
        if (number == known) { _counted.Add(-1); }
        var newest = facts.Markets.Lane(lane).Last;
        for (var leg = newest; leg > _counted[number]; leg = facts.Legs[leg].Before) { Count(lane, facts.TxFacts[facts.Legs[leg].Tx].Template); }
        _counted[number] = newest;
        return _templates.Find(new LaneTemplate(lane, template)) is >= 0 and var found ? _counts[found] : 0;
    }

    private void Count(int lane, ulong template)
    {
        var known = _templates.Count;
        var number = _templates.Intern(new LaneTemplate(lane, template));
        if (number == known) { _counts.Add(0); }
        _counts[number]++;
    }

    private readonly record struct LaneTemplate(int Lane, ulong Template);
}
