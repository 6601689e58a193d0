using Sluice.Cli.Live;
using Sluice.Ingest.Live;
using Sluice.Ingest.Rpc;
using Sluice.Tests.Unit.Rpc;

namespace Sluice.Tests.Unit.Cli;

/// <summary>A block that no endpoint gives is told with its slot and with what to do.</summary>
public class LiveInputTests
{
    [Fact]
    public void Each_missed_slot_is_a_problem_of_its_own()
    {
        var nodes = new FakeNodes(request => request.Method switch
        {
            "getSlot" => FakeNodes.Answer.Result("101"),
            "getBlocks" => FakeNodes.Answer.Result("[100,101]"),
            _ => FakeNodes.Answer.Error(-32009, "Slot was skipped, or missing in long-term storage"),
        });
        var options = new RpcOptions { Endpoints = [new RpcEndpointAddress(new Uri("http://a"))], Rounds = 1, BreakerRequests = int.MaxValue };
        using var client = nodes.Client(options);
        var follower = new BlockFollower(new ChainClient(client), new FollowerOptions { CallsPerBlock = 1 });
        var missed = new List<(ulong First, ulong Last)>();
        var input = new LiveInput(follower, 100, null, null, (first, last, _) => missed.Add((first, last)), (first, isOne) => $"ask again from {first}, {isOne}");
        using var stop = new CancellationTokenSource();
        var problems = new List<(string Reason, long? Slot, string Message)>();
        foreach (var (document, problem) in input.Read(stop.Token))
        {
            Assert.Null(document);
            problems.Add((problem!.Reason, problem.Slot, problem.Message));
            if (problems.Count == 2) { break; }
        }

        Assert.Equal([(100UL, 100UL), (101UL, 101UL)], missed);
        Assert.Equal([100, 101], problems.Select(p => p.Slot));
        Assert.All(problems, p => Assert.Equal("missed-slot", p.Reason));
        Assert.EndsWith("; ask again from 101, True", problems[1].Message);
        Assert.StartsWith("slot 101 has a block that no endpoint gave (", problems[1].Message);
    }
}
