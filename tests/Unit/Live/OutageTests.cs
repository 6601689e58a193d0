using Sluice.Cli.Live;
using Sluice.Ingest.Rpc;
using Sluice.Tests.Unit.Sinks;

namespace Sluice.Tests.Unit.Live;

/// <summary>What a person is told of nodes that do not answer, or answer not to have a block.</summary>
public sealed class OutageTests
{
    private readonly ManualTime _time = new();
    private readonly List<string> _lines = [];

    [Fact]
    public void No_answer_is_told_once_a_minute()
    {
        var outage = new Outage(_time, _lines.Add);
        for (var i = 0; i < 3; i++) { outage.Tell(new RpcException(RpcFault.Timeout, "a", "no answer")); }
        Assert.Single(_lines);
        _time.Advance(TimeSpan.FromMinutes(1));
        outage.Tell(new RpcException(RpcFault.Timeout, "a", "no answer"));
        Assert.Equal(2, _lines.Count);
    }

    [Fact]
    public void A_block_that_is_not_there_yet_is_nothing_to_worry_about()
    {
        new Outage(_time, _lines.Add).Tell(new RpcException(RpcFault.NotThere, "a", "Block not available"));
        Assert.Empty(_lines);
    }

    [Fact]
    public void Waiting_for_a_finalized_block_is_told_once_and_when_it_is_given_up()
    {
        var outage = new Outage(_time, _lines.Add);
        for (var tries = 1; tries <= 8; tries++) { outage.TellNotGiven(500, 531, tries, 8, "a: Block not available"); }
        Assert.Equal(2, _lines.Count);
        Assert.Contains("slots 500 to 531", _lines[0], StringComparison.Ordinal);
        Assert.Contains("up to 7 times more", _lines[0], StringComparison.Ordinal);
        Assert.Contains("a: Block not available", _lines[0], StringComparison.Ordinal);
        Assert.Contains("given up after 8 rounds, at slots 500 to 531", _lines[1], StringComparison.Ordinal);
    }
}
