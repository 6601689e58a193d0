using Sluice.Cli.Serve;

namespace Sluice.Tests.Simulation.Lab.Node;

/// <summary>Arguments of the served node.</summary>
public sealed class ServeArgumentTests
{
    [Theory]
    [InlineData("127.0.0.1:9000", "127.0.0.1:9000")]
    [InlineData("9000", "127.0.0.1:9000")]
    [InlineData("0.0.0.0", "0.0.0.0:8899")]
    [InlineData("localhost:1", "127.0.0.1:1")]
    [InlineData("example.org:80", null)]
    public void An_address_is_read(string text, string? address) => Assert.Equal(address, ServeArguments.Parse(text)?.ToString());

    [Fact]
    public void Faults_are_read_by_kind()
    {
        Assert.Null(FaultArgument.TryParse(["late=20", "forks=3"], 8, out var faults));
        Assert.Equal((8UL, 20, 3, 0), (faults.Seed, faults.LatePerMille, faults.ForksPerThousandSlots, faults.MissingPerMille));
        Assert.Null(FaultArgument.TryParse(["every=60", "dropped=0"], 1, out faults));
        Assert.Equal((60, 6, 6, 0), (faults.MissingPerMille, faults.ForksPerThousandSlots, faults.TimeoutPerMille, faults.DroppedPerMille));
        Assert.All(["late", "late=1001", "nothing=3", "forks=500", "late=x"], text => Assert.NotNull(FaultArgument.TryParse([text], 1, out _)));
    }
}
