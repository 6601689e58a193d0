using System.Threading.Channels;
using Sluice.Ingest.Live;
using Sluice.Ingest.Yellowstone;

namespace Sluice.Tests.Integration.Live.Yellowstone;

/// <summary>A push source at work, and what it has pushed, in order, as lines; blocks apart.</summary>
internal sealed class Pushes : IBlockPushTaker, IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Channel<PushedBlock> _blocks = Channel.CreateUnbounded<PushedBlock>();
    private readonly CancellationTokenSource _ending = new();
    private readonly YellowstonePush _push;
    private readonly Task _running;

    public Pushes(string address, YellowstoneOptions? options = null, string? token = null)
    {
        Assert.True(YellowstoneAddress.TryParse(address, token, out var parsed, out var wrong), wrong);
        _push = new YellowstonePush(parsed!, options ?? new YellowstoneOptions { FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(20) });
        _running = _push.RunAsync(this, _ending.Token);
    }

    public string Shown => _push.Shown;

    /// <summary>What was told next: "slot 5", "block 5", "connected", "lost: why".</summary>
    public Task<string> NextAsync() => _lines.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public Task<PushedBlock> BlockAsync() => _blocks.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    public void TakeSlot(ulong slot) => _lines.Writer.TryWrite(FormattableString.Invariant($"slot {slot}"));

    public void TakeBlock(in PushedBlock block)
    {
        _blocks.Writer.TryWrite(block);
        _lines.Writer.TryWrite(FormattableString.Invariant($"block {block.Slot}"));
    }

    public void Connected(string source)
    {
        Assert.Equal(Shown, source);
        _lines.Writer.TryWrite("connected");
    }

    public void Disconnected(string source, string why) => _lines.Writer.TryWrite($"lost: {why}");

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running.WaitAsync(Patience);
        while (_blocks.Reader.TryRead(out var block)) { block.Body.Dispose(); }
        _ending.Dispose();
    }
}
