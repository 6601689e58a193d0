using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Tests.Unit.Streams;

public class RecordBatchTests
{
    private readonly RecordBatchPool<Block> _pool = new(Topics.Blocks, capacity: 2);

    [Fact]
    public void A_batch_returns_to_its_pool_at_the_last_release_and_keeps_its_buffers()
    {
        var batch = _pool.Rent();
        batch.Records.Add().Transactions.Add();
        var transactions = batch.Records[0].Transactions;
        batch.Retain();
        batch.Release();
        Assert.Equal(1, _pool.Outstanding);
        batch.Release();
        Assert.Equal(0, _pool.Outstanding);

        var again = _pool.Rent();
        Assert.Same(batch, again);
        Assert.Equal(0, again.Count);
        Assert.Same(transactions, again.Records.Add().Transactions);
        Assert.Equal(0, again.Records[0].Transactions.Count);
        Assert.Equal(1, _pool.Created);
    }

    [Fact]
    public void A_released_batch_cannot_be_read_retained_or_released()
    {
        var batch = _pool.Rent();
        batch.Release();
        Assert.Throws<ObjectDisposedException>(() => batch.Records);
        Assert.Throws<ObjectDisposedException>(batch.Retain);

        var other = _pool.Rent();
        other.Release();
        Assert.Throws<ObjectDisposedException>(other.Release);
    }

    [Fact]
    public void A_rented_batch_carries_nothing_of_its_last_use()
    {
        var batch = _pool.Rent();
        batch.Slot = 5;
        batch.Sequence = 6;
        batch.Records.Add().Slot = 5;
        batch.Release();
        batch = _pool.Rent();
        Assert.Equal((0, 0, 0), (batch.Slot, batch.Sequence, batch.Records.Add().Slot));
    }

    [Fact]
    public void Idle_batches_beyond_the_pools_room_are_dropped()
    {
        var batches = Enumerable.Range(0, 5).Select(_ => _pool.Rent()).ToList();
        batches.ForEach(b => b.Release());
        for (var i = 0; i < 5; i++) { _pool.Rent(); }
        Assert.Equal(5 + 3, _pool.Created);
    }

    [Fact]
    public void What_lies_idle_after_a_peak_is_left_to_the_collector()
    {
        var pool = new RecordBatchPool<Block>(Topics.Blocks, capacity: 100);
        var peak = Enumerable.Range(0, 81).Select(_ => pool.Rent()).ToList();
        peak.ForEach(b => b.Release());
        Assert.Equal(81, pool.Idle);
        var least = new List<int>();
        for (var look = 0; look < 8; look++)
        {
            for (var i = 0; i < RecordBatchPool<Block>.RentsBetweenLooks; i++)
            {
                var (one, other) = (pool.Rent(), pool.Rent());
                one.Release();
                other.Release();
            }

            least.Add(pool.Idle);
        }

        // Two are always in use; of the others half goes at each look, of which there are two in a round.
        Assert.InRange(pool.Idle, 2, 3);
        Assert.Equal(least.OrderDescending(), least);
    }

    [Fact]
    public void A_batch_is_made_anew_after_so_many_uses_since_its_lists_only_grow()
    {
        var batch = _pool.Rent();
        batch.Release();
        for (var use = 2; use <= RecordBatchPool<Block>.MostUses; use++)
        {
            Assert.Same(batch, _pool.Rent());
            batch.Release();
        }

        Assert.NotSame(batch, _pool.Rent());
        Assert.Equal(2, _pool.Created);
    }

    [Fact]
    public async Task Many_threads_may_hold_and_release()
    {
        var pool = new RecordBatchPool<Block>(Topics.Blocks);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                var batch = pool.Rent();
                batch.Retain();
                batch.Release();
                batch.Release();
            }
        })));
        Assert.Equal(0, pool.Outstanding);
        Assert.InRange(pool.Created, 20_000 / RecordBatchPool<Block>.MostUses, (20_000 / RecordBatchPool<Block>.MostUses) + (4 * 20_000 / RecordBatchPool<Block>.RentsBetweenLooks));
    }
}
