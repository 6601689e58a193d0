using Sluice.Ingest.Buffers;

namespace Sluice.Tests.Unit.Ingest.Buffers;

public class MessageBuffersTests
{
    private readonly MessageBuffers _buffers = new();

    [Theory]
    [InlineData(1)]
    [InlineData(MessageBuffers.Least - 1)]
    [InlineData(MessageBuffers.Least)]
    [InlineData(MessageBuffers.Least + 1)]
    [InlineData(4 << 20)]
    [InlineData((4 << 20) + 1)]
    [InlineData(MessageBuffers.Most)]
    [InlineData(MessageBuffers.Most + 1)]
    public void A_buffer_has_the_bytes_asked_for_and_at_most_eight_times_as_many(int bytes)
    {
        var buffer = _buffers.Rent(bytes);
        Assert.InRange(buffer.Length, bytes, bytes < MessageBuffers.Least ? int.MaxValue : Math.Max(bytes, 8L * (bytes - 1)));
        _buffers.Return(buffer);
    }

    [Fact]
    public void An_idle_one_of_the_next_two_sizes_does_as_well_and_goes_back_to_its_own()
    {
        const int Bytes = 1 << 24;
        var large = _buffers.Rent(Bytes);
        _buffers.Return(large);
        var smaller = _buffers.Rent(Bytes / 4);
        Assert.Same(large, smaller);
        _buffers.Return(smaller);
        Assert.NotSame(large, _buffers.Rent(Bytes / 8));
        Assert.Same(large, _buffers.Rent(Bytes));
    }

    [Fact]
    public void A_buffer_comes_again_whichever_thread_gives_it_back_and_what_a_peak_left_goes()
    {
        const int Bytes = 1 << 24;
        var peak = Enumerable.Range(0, 9).Select(_ => _buffers.Rent(Bytes)).ToList();
        var thread = new Thread(() => peak.ForEach(_buffers.Return));
        thread.Start();
        thread.Join();
        Assert.Contains(_buffers.Rent(Bytes), peak);

        // One is out all the time, one comes and goes; of the others a quarter goes at each look.
        for (var i = 0; i < 12 * MessageBuffers.RentsBetweenLooks; i++) { _buffers.Return(_buffers.Rent(Bytes)); }
        peak = [.. Enumerable.Range(0, 9).Select(_ => _buffers.Rent(Bytes)).Intersect(peak)];
        Assert.InRange(peak.Count, 1, 2);
    }
}
