using System.Runtime.CompilerServices;
using Sluice.Processors.Topologies;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;
using Sluice.Streams.Testing;

namespace Sluice.Tests.Unit.Topologies;

public class PoolsTopologyTests
{
    private static readonly Pubkey PoolOne = Key(101), PoolTwo = Key(102), Sol = Key(7), Usdc = Key(9);

    [Fact]
    public void The_newest_swap_is_the_pools_state_whatever_order_they_come_in()
    {
        var swaps = Enumerable.Range(0, 24).Select(i => Swap(PoolOne, slot: 10 + (i / 8), tx: i / 4 % 2, inner: i % 4, Sol, Usdc, (ulong)(100 + i), 50)).ToArray();
        var newest = swaps[^1];
        for (var seed = 0; seed < 20; seed++)
        {
            new Random(seed).Shuffle(swaps);
            var driver = new TopologyTestDriver(PoolsTopology.Build());
            foreach (var swap in swaps) { Pipe(driver, swap); }
            var state = StateOf(driver, PoolOne);
            Assert.Equal((newest.Slot, newest.TxIndex, newest.InnerIxIndex), (state.Slot, state.TxIndex, state.InnerIxIndex));
            Assert.Equal(newest.AmountIn + 1_000, state.ReserveA);
            Assert.Equal((24L, 0L), (state.SwapsAToB, state.SwapsBToA));
        }
    }

    [Fact]
    public void The_tokens_have_one_order_in_both_directions()
    {
        var driver = new TopologyTestDriver(PoolsTopology.Build());
        Pipe(driver, Swap(PoolOne, 5, 0, 0, Sol, Usdc, 10, 3));
        var there = StateOf(driver, PoolOne);
        Pipe(driver, Swap(PoolOne, 5, 1, 0, Usdc, Sol, 4, 2));
        var back = StateOf(driver, PoolOne);
        Assert.Equal((Sol, Usdc), (there.MintA, there.MintB));
        Assert.Equal((there.MintA, there.MintB, there.VaultA, there.VaultB), (back.MintA, back.MintB, back.VaultA, back.VaultB));
        Assert.Equal((1_010UL, 1_997UL), (there.ReserveA, there.ReserveB)); // 1,000 and 2,000 before each
        Assert.Equal((1_998UL, 1_004UL), (back.ReserveA, back.ReserveB));
        Assert.Equal((1L, 1L), (back.SwapsAToB, back.SwapsBToA));
    }

    [Fact]
    public void What_a_swap_does_not_tell_is_not_known_and_impossible_reserves_are_not_either()
    {
        var driver = new TopologyTestDriver(PoolsTopology.Build());
        var silent = Swap(PoolOne, 5, 0, 0, Sol, Usdc, 10, 3);
        (silent.ReserveIn, silent.ReserveOut, silent.SqrtPriceX64) = (null, null, 77);
        Pipe(driver, silent);
        Assert.Equal(PoolFacts.SqrtPrice, StateOf(driver, PoolOne).Known);

        var impossible = Swap(PoolOne, 5, 1, 0, Sol, Usdc, 10, 3);
        (impossible.ReserveIn, impossible.ReserveOut) = (ulong.MaxValue, 2);
        Pipe(driver, impossible);
        var state = StateOf(driver, PoolOne);
        Assert.Equal((PoolFacts.None, 0UL, 0UL), (state.Known, state.ReserveA, state.ReserveB));
    }

    [Fact]
    public void The_changelog_holds_each_pools_state_in_the_layout_that_is_documented()
    {
        Assert.Equal(PoolState.Size, Unsafe.SizeOf<PoolState>());
        var driver = new TopologyTestDriver(PoolsTopology.Build(), partitions: 3);
        Pipe(driver, Swap(PoolOne, 5, 0, 0, Sol, Usdc, 10, 3));
        Pipe(driver, Swap(PoolTwo, 6, 0, 0, Sol, Usdc, 10, 3));
        var changelog = PoolsTopology.Build().Outputs.OfType<Topic<ChangelogRecord>>().Single();
        Assert.Equal("pools-latest-changelog", changelog.Name);
        Assert.Equal(
            [(PoolOne, PoolState.Size), (PoolTwo, PoolState.Size)],
            driver.Snapshot().Changes.Select(c => (new Pubkey(c.Key), c.Value.Length)).OrderBy(c => c.Item1));
    }

    [Fact]
    public void A_restored_table_goes_on_counting()
    {
        var first = new TopologyTestDriver(PoolsTopology.Build(), partitions: 2);
        for (var i = 0; i < 5; i++) { Pipe(first, Swap(PoolOne, i, 0, 0, Sol, Usdc, 10, 3)); }
        var second = new TopologyTestDriver(PoolsTopology.Build(), 2, first.Snapshot());

        // Read again from the beginning: what was committed is left out.
        for (var i = 0; i < 9; i++) { Pipe(second, Swap(PoolOne, i, 0, 0, Sol, Usdc, 10, 3)); }
        var state = StateOf(second, PoolOne, 2);
        Assert.Equal((9L, 8L), (state.SwapsAToB, state.Slot));
    }

    private static PoolState StateOf(TopologyTestDriver driver, Pubkey pool, int partitions = 1)
    {
        var store = driver.Store<KeyValueStore<Pubkey, PoolState>>(PoolsTopology.Latest, StableHash.Partition(pool.Bytes, partitions));
        Assert.True(store.TryGet(in pool, out var state));
        return state;
    }

    private static void Pipe(TopologyTestDriver driver, in PoolSwap swap)
    {
        var batch = driver.PoolOf(Topics.Swaps).Rent();
        batch.Records.Add() = swap;
        batch.Slot = swap.Slot;
        driver.Pipe(batch);
    }

    private static PoolSwap Swap(Pubkey pool, long slot, int tx, int inner, Pubkey mintIn, Pubkey mintOut, ulong amountIn, ulong amountOut) => new()
    {
        Slot = slot,
        TxIndex = tx,
        IxIndex = 1,
        InnerIxIndex = inner,
        LegIndex = 0,
        Venue = "test",
        Program = Key(3),
        Pool = pool,
        MintIn = mintIn,
        MintOut = mintOut,
        AmountIn = amountIn,
        AmountOut = amountOut,
        VaultIn = Key((byte)(mintIn.Bytes[0] + 50)),
        VaultOut = Key((byte)(mintOut.Bytes[0] + 50)),
        ReserveIn = 1_000,
        ReserveOut = 2_000,
    };

    private static Pubkey Key(byte number)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        bytes.Fill(number);
        return new Pubkey(bytes);
    }
}
