using Sluice.Ingest.Validators;
using Sluice.Tests.Unit.Rpc;

namespace Sluice.Tests.Unit.Ingest.Validators;

/// <summary>Observations come at the start, at so many minutes, and when an epoch begins.</summary>
public sealed class PollerTests
{
    private readonly MadeCluster _cluster = new(1);
    private readonly List<(TimeSpan At, long Epoch)> _taken = [];

    [Fact]
    public async Task By_the_interval()
    {
        await RunAsync(3, TimeSpan.FromSeconds(100));
        Assert.Equal([0, 100, 200], _taken.Select(t => t.At.TotalSeconds));
    }

    [Fact]
    public async Task When_an_epoch_begins()
    {
        // An observation asks for the epoch twice, and every ten seconds somebody looks: the fourth look finds the next one.
        var asked = 0;
        _cluster.Asked = r =>
        {
            if (r.Method == "getEpochInfo" && ++asked == 6) { (_cluster.Epoch, _cluster.Slot) = (8, 8_000); }
        };
        await RunAsync(2, TimeSpan.FromSeconds(1_000));
        Assert.Equal([(0, 7), (40, 8)], _taken.Select(t => (t.At.TotalSeconds, t.Epoch)));
    }

    [Fact]
    public async Task An_outage_at_the_start_is_not_waited_out_for_the_whole_interval()
    {
        _cluster.Instead["getEpochInfo"] = null;
        var asked = 0;
        _cluster.Asked = r =>
        {
            if (r.Method == "getEpochInfo" && ++asked == 4) { _cluster.Instead.Clear(); }
        };
        await RunAsync(1, TimeSpan.FromSeconds(1_000));
        Assert.Equal([10], _taken.Select(t => t.At.TotalSeconds));
    }

    private async Task RunAsync(int observations, TimeSpan every)
    {
        using var enough = new CancellationTokenSource();
        var poller = new ValidatorPoller(_cluster.Observer(), every, _cluster.Time);
        var running = poller.RunAsync(
            async (seen, _) =>
            {
                _taken.Add((TimeSpan.FromTicks(_cluster.Time.GetTimestamp()), seen[0].Epoch));
                if (_taken.Count == observations) { await enough.CancelAsync(); }
            },
            enough.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => FakeNodes.DoneAsync(Finish(), _cluster.Time));

        async Task<bool> Finish()
        {
            await running;
            return true;
        }
    }
}
