using Sluice.Cli.Live;

namespace Sluice.Tests.Unit.Live;

/// <summary>The same command again goes on where it stopped, and ends where it would have ended.</summary>
public sealed class RecordPlanTests
{
    [Theory]
    [InlineData(null, null, null, null, null, null)] // from the newest slot on
    [InlineData(null, 100UL, null, 100UL, null, null)]
    [InlineData(null, 100UL, 10UL, 100UL, null, 109UL)]
    [InlineData(104UL, 100UL, 10UL, 105UL, 104UL, 109UL)] // the same again
    [InlineData(104UL, null, null, 105UL, 104UL, null)]
    [InlineData(104UL, null, 10UL, 105UL, 104UL, 114UL)] // as many again
    [InlineData(104UL, 105UL, null, 105UL, 104UL, null)]
    [InlineData(104UL, 200UL, null, 200UL, null, null)] // a gap that was asked for
    public void A_plan(ulong? newest, ulong? from, ulong? slots, ulong? first, ulong? before, ulong? last)
    {
        var plan = RecordPlan.Of(newest, from, slots);
        Assert.Equal((first, before, last), (plan.First, plan.Before, plan.Last));
        Assert.False(plan.IsDone);
    }

    [Fact]
    public void What_is_recorded_to_its_end_is_done() => Assert.True(RecordPlan.Of(109, 100, 10).IsDone);

    [Fact]
    public void Slots_are_counted_from_the_first_one_also_where_it_is_not_known_yet() => Assert.Equal(10UL, RecordPlan.Of(null, null, 10).Slots);
}
