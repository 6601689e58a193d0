using Sluice.Ingest.Buffers;

namespace Sluice.Tests.Unit.Ingest.Buffers;

public class MessageBufferTests
{
    [Theory]
    [InlineData(10, 0)]
    [InlineData(10, 300_000)]
    [InlineData(1_000_000, 0)]
    public void It_grows_with_what_comes_and_keeps_it(int first, int next)
    {
        using var buffer = new MessageBuffer(first, next);
        var expected = new byte[700_001];
        new Random(1).NextBytes(expected);
        for (var sent = 0; sent < expected.Length;)
        {
            var free = buffer.Free(expected.Length);
            var step = Math.Min(Math.Min(free.Length, 9_973), expected.Length - sent);
            expected.AsSpan(sent, step).CopyTo(free.Span);
            buffer.Advance(step);
            sent += step;
        }

        Assert.True(expected.AsSpan().SequenceEqual(buffer.Bytes));
        Assert.Throws<InvalidOperationException>(() => buffer.Free(expected.Length));
        var bytes = buffer.Detach();
        Assert.True(expected.AsSpan().SequenceEqual(bytes.AsSpan(0, expected.Length)));
        MessageBuffers.Shared.Return(bytes);
    }

    [Fact]
    public void Once_the_first_bytes_are_full_it_has_what_such_messages_mostly_need()
    {
        using var buffer = new MessageBuffer(first: 100_000, next: 3_000_000);
        buffer.Advance(buffer.Free(1 << 30).Length);
        Assert.True(buffer.Free(1 << 30).Length >= 3_000_000 - buffer.Length);
    }

    [Fact]
    public void It_never_offers_more_than_the_message_may_have()
    {
        using var buffer = new MessageBuffer(first: 16, next: 1 << 20);
        Assert.Equal(10, buffer.Free(most: 10).Length);
        buffer.Advance(10);
        buffer.Advance(buffer.Free(most: 100_000).Length); // what is left of the first
        Assert.Equal(100_000 - buffer.Length, buffer.Free(most: 100_000).Length);
    }
}
