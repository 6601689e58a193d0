using System.Text;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Tests.Unit.Streams;

public class StableHashTests
{
    /// <summary>Vectors of apache/kafka's own test of its partitioner.</summary>
    [Theory]
    [InlineData("21", -973932308)]
    [InlineData("foobar", -790332482)]
    [InlineData("a-little-bit-long-string", -985981536)]
    [InlineData("a-little-bit-longer-string", -1486304829)]
    [InlineData("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971)]
    [InlineData("abc", 479470107)]
    public void It_is_the_hash_that_Kafkas_clients_use(string key, int hash) =>
        Assert.Equal(hash, (int)StableHash.Murmur2(Encoding.UTF8.GetBytes(key)));

    [Fact]
    public void A_leader_group_stays_together_and_groups_spread()
    {
        static int PartitionOf(long slot)
        {
            var block = default(Block);
            block.Slot = slot;
            return Topics.Blocks.PartitionOf(in block, 12);
        }

        for (var slot = 400_000_000L; slot < 400_000_400; slot += 4)
        {
            Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(PartitionOf(slot), PartitionOf(slot + i)));
        }

        Assert.Equal(12, Enumerable.Range(0, 400).Select(g => PartitionOf(g * 4)).Distinct().Count());
    }

    [Theory]
    [InlineData(400_000_003, 100_000_001)] // the last slot of its group stands with the next
    [InlineData(400_000_004, 100_000_000)] // the first with the one before
    [InlineData(400_000_001, 100_000_000)] // a slot that no neighbour reads stays where it is
    [InlineData(0, 0)]
    public void A_context_copy_has_the_key_of_the_group_that_reads_it(long slot, long group)
    {
        Assert.Equal(group, KeyOf(slot, true));
        Assert.Equal(slot / 4, KeyOf(slot, false));

        static long KeyOf(long slot, bool isContext)
        {
            Span<byte> key = stackalloc byte[Topic.MaxKeyBytes];
            Assert.Equal(8, Topics.Blocks.WriteKey(new Block { Slot = slot, IsContext = isContext }, key));
            return System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(key);
        }
    }

    [Fact]
    public void Only_the_slots_at_a_groups_borders_are_context_of_another()
    {
        Assert.Equal([null, null, null, 1L, 0L, null, null, 2L, 1L], Enumerable.Range(0, 9).Select(slot => ContextOf(slot, slot - 1)));
    }

    [Fact]
    public void The_first_block_after_a_group_tells_it_that_no_more_will_come()
    {
        // The slot right after the group was skipped; a whole group was; the parent is no slot that can be.
        Assert.Equal([1L, 1L, 0L, null], new[] { ContextOf(9, 7), ContextOf(12, 6), ContextOf(6, 2), ContextOf(5_001, 3) });
    }

    private static long? ContextOf(long slot, long parent) => LeaderGroup.ContextOf(new Block { Slot = slot, ParentSlot = parent, IsComplete = true });

    [Fact]
    public void A_finding_lies_in_the_partition_of_its_block()
    {
        var block = new Block { Slot = 254_170_887 };
        var finding = new Arbitrage { Slot = 254_170_887 };
        var rejection = new Rejection { Slot = 254_170_887 };
        Assert.Equal(Topics.Blocks.PartitionOf(in block, 97), Topics.Arbitrages.PartitionOf(in finding, 97));
        Assert.Equal(Topics.Blocks.PartitionOf(in block, 97), Topics.Rejections.PartitionOf(in rejection, 97));
    }

    [Fact]
    public void A_source_longer_than_a_key_is_cut()
    {
        var letter = new DeadLetter { Source = new string('ä', 1_000) };
        var key = new byte[Topic.MaxKeyBytes];
        Assert.Equal(Topic.MaxKeyBytes, Topics.DeadLetters.WriteKey(in letter, key));
        Assert.InRange(Topics.DeadLetters.PartitionOf(in letter, 5), 0, 4);
    }

    [Fact]
    public void Every_topic_is_in_the_table_once() =>
        Assert.Equal(Topics.All.Count, Topics.All.Select(t => t.Name).Distinct().Count());
}
