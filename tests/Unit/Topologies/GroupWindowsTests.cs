using Sluice.Processors.Topologies;
using Sluice.Schemas.Records;

namespace Sluice.Tests.Unit.Topologies;

/// <summary>Which slots a leader group's detector gets, and when it ends.</summary>
public class GroupWindowsTests
{
    [Fact]
    public void A_group_gets_its_slots_and_one_on_each_side() =>
        Assert.Equal(
            ["0: 2 3 (4)", "1: (3) 4 5 6 7 (8)", "2: (7) 8 9 10 11 (12)", "3: (11) 12 13"],
            Run([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]));

    [Fact]
    public void Copies_in_a_partition_of_its_own_give_the_same_as_the_whole_stream()
    {
        var whole = Run([3, 4, 5, 6, 7, 8, 9]).Single(l => l.StartsWith("1:", StringComparison.Ordinal));
        Assert.Equal(whole, Run([-3, 4, 5, 6, 7, -8])[0]);
        Assert.Equal(whole, Run([-3, 4, 5, 6, 7, -8, -7, 8]).First());
        Assert.Equal(whole, Run([3, -3, 4, -4, 5, 6, 6, 7, -7, -8, 8, 8]).Single(l => l.StartsWith("1:", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_slot_that_comes_twice_is_taken_once_also_when_its_group_has_ended()
    {
        var once = Run([4, 5, 6, 7, 8, 9]);
        Assert.Equal(once, Run([4, 4, 5, 6, 5, 7, 8, 8, 4, 7, 9, 5]));
    }

    [Fact]
    public void A_skipped_slot_ends_the_group_when_a_later_one_comes() =>
        Assert.Equal(["1: 5 6", "2: 9", "5: 20"], Run([5, 6, 9, 20]));

    [Fact]
    public void A_context_copy_alone_opens_the_group_after_it_but_not_the_one_before() =>
        Assert.Equal(["1: (3)"], Run([-3, -12]));

    [Fact]
    public void Older_groups_that_come_later_are_judged_too() =>
        Assert.Equal(["2: 8 9", "25: 100"], Run([100, 8, 9]));

    private static string[] Run(long[] slots)
    {
        var lines = new List<string>();
        var windows = new GroupWindows<Recorder>(() => new Recorder(lines));
        var blocks = new RecordList<Block>();
        foreach (var slot in slots)
        {
            blocks.Clear();
            ref var block = ref blocks.Add();
            (block.Slot, block.IsContext) = (Math.Abs(slot), slot < 0);
            windows.Take(block);
        }

        windows.Finish();
        return [.. lines];
    }

    private sealed class Recorder(List<string> lines) : IGroupDetector
    {
        private string _line = "";

        public void Begin(long group) => _line = $"{group}:";

        public void Take(in Block block, bool isContext) => _line += isContext ? $" ({block.Slot})" : $" {block.Slot}";

        public void End() => lines.Add(_line);
    }
}
