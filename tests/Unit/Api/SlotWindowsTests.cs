using Sluice.Api.Queries;

namespace Sluice.Tests.Unit.Api;

public sealed class SlotWindowsTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(0, 63)]
    [InlineData(0, 64)]
    [InlineData(10, 100_000)]
    [InlineData(0, 400_000_000)]
    [InlineData(0, ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 3, ulong.MaxValue)]
    public void Windows_cover_the_range_once_from_the_newest_down_in_few_steps(ulong first, ulong last)
    {
        var windows = new SlotWindows(first, last);
        var (next, steps) = (last, 0);
        var reachedFirst = false;
        while (windows.MoveNext())
        {
            Assert.False(reachedFirst);
            Assert.Equal(next, windows.To);
            Assert.InRange(windows.From, first, windows.To);
            reachedFirst = windows.From == first;
            next = reachedFirst ? 0 : windows.From - 1;
            steps++;
        }

        Assert.True(reachedFirst);
        Assert.InRange(steps, 1, 17);
    }

    [Fact]
    public void The_first_window_is_small()
    {
        var windows = new SlotWindows(0, 1_000_000);
        windows.MoveNext();
        Assert.Equal((999_937UL, 1_000_000UL), (windows.From, windows.To));
    }

    [Fact]
    public void An_empty_range_has_no_window() => Assert.False(new SlotWindows(2, 1).MoveNext());
}
