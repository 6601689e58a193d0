using Sluice.Cli.Roles.Http;
using Sluice.Cli.Roles.Tail;

namespace Sluice.Tests.Unit.Cli;

public class TailStartTests
{
    [Fact]
    public void Each_way_of_saying_where_to_begin()
    {
        Assert.Equal(new TailStart(StartKind.Earliest), TailStart.Parse("earliest"));
        Assert.Equal(new TailStart(StartKind.Latest), TailStart.Parse("latest"));
        Assert.Equal(new TailStart(StartKind.Offset, 42), TailStart.Parse("42"));
        Assert.Equal(new TailStart(StartKind.Slot, 254170887), TailStart.Parse("slot:254170887"));
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 12, 0, 0, TimeSpan.Zero), TailStart.Parse("2026-01-31T12:00:00Z")!.Value.Time);
        Assert.Equal(new DateTimeOffset(2026, 1, 31, 0, 0, 0, TimeSpan.Zero), TailStart.Parse("2026-01-31")!.Value.Time);
        foreach (var wrong in new[] { "", "-5", "slot:", "slot:-1", "first", "earliest " }) { Assert.Null(TailStart.Parse(wrong)); }
    }

    [Fact]
    public void Addresses_to_serve_on()
    {
        Assert.Null(HttpAddress.Parse("off")!.EndPoint);
        Assert.Equal("127.0.0.1:0", HttpAddress.Parse("localhost:0")!.EndPoint!.ToString());
        Assert.Equal("0.0.0.0:9464", HttpAddress.Parse("0.0.0.0:9464")!.EndPoint!.ToString());
        Assert.Equal("[::1]:80", HttpAddress.Parse("[::1]:80")!.EndPoint!.ToString());
        foreach (var wrong in new[] { "", "9464", ":9464", "host.example:80", "127.0.0.1:70000", "127.0.0.1" }) { Assert.Null(HttpAddress.Parse(wrong)); }
    }
}
