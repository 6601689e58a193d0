using Sluice.Cli.Live;
using Sluice.Ingest.Live;
using Sluice.Schemas.Chain;

namespace Sluice.Tests.Unit.Live;

/// <summary>Comparisons are mended in steps of a bounded size, which together are the whole comparison.</summary>
public sealed class RepairStepTests
{
    private const ulong First = 4_000, Last = 5_200;

    [Theory]
    [InlineData(1, 1)] // everything differs
    [InlineData(3, 1)]
    [InlineData(100, 16)] // forks
    [InlineData(64, 32)]
    [InlineData(9, 2)]
    public void Steps_are_bounded_and_together_the_whole(int every, int length)
    {
        var ledger = Chain(slot => slot % 7 != 0);
        var comparison = new ChainComparison(
            Last - 40, [.. ledger.Slots(First + 20, Last - 60).Where(s => s % (ulong)every < (ulong)length).Select(s => Replaced(ledger, s))]);
        var final = new FinalChain(ledger, comparison);
        var wanted = comparison.Changes.SelectMany(c => final.GroupsAround(c.Slot)).ToHashSet();
        var (done, changes, verified) = (new HashSet<ulong>(), new List<ChainChange>(), First);
        for (var rest = comparison; rest.Changes.Count > 0;)
        {
            var step = RepairStep.FirstOf(rest, new FinalChain(ledger, rest));
            var groups = step.Ranges.SelectMany(Groups).ToList();
            Assert.InRange(step.Settles.Changes.SelectMany(c => final.GroupsAround(c.Slot)).Distinct().Count(), 1, RepairStep.MostGroups);
            Assert.All(step.Settles.Changes.SelectMany(c => final.GroupsAround(c.Slot)), g => Assert.Contains(g, groups));
            Assert.True(step.Settles.UpTo > verified);
            Assert.All(step.Settles.Changes, c => Assert.InRange(c.Slot, verified + 1, step.Settles.UpTo));
            Assert.All(step.Rest.Changes, c => Assert.True(c.Slot > step.Settles.UpTo));
            verified = step.Settles.UpTo;
            done.UnionWith(groups);
            changes.AddRange(step.Settles.Changes);

            // What a step has mended is the chain of the next one.
            foreach (var change in step.Settles.Changes) { ledger.Restore(change.Slot, change.Final!.Value); }
            rest = step.Rest;
        }

        Assert.Equal(comparison.Changes, changes);
        Assert.Equal(comparison.UpTo, verified);
        Assert.Subset(done, wanted);
    }

    [Fact]
    public void Runs_that_are_near_are_read_as_one()
    {
        var ledger = Chain(_ => true);
        Assert.Equal([(4_096UL, 4_131UL)], Step(ledger, 4_101, 4_126).Ranges);
        Assert.Equal([(4_096UL, 4_107UL), (4_124UL, 4_135UL)], Step(ledger, 4_101, 4_130).Ranges);
    }

    [Fact]
    public void What_no_endpoint_gives_takes_no_repair()
    {
        var ledger = Chain(_ => true);
        ledger.TryGet(4_100, out var ours);
        var comparison = new ChainComparison(4_200, [new ChainChange(4_100, null, ours, "gone")]);
        var step = RepairStep.FirstOf(comparison, new FinalChain(ledger, comparison));
        Assert.Empty(step.Ranges);
        Assert.Equal(4_200UL, step.Settles.UpTo);
    }

    [Fact]
    public void Groups_of_the_blocks_around_a_change_are_found_on_both_chains()
    {
        // Slots 4104 to 4115 were skipped by ours; the finalized chain has one of them.
        var ledger = Chain(slot => slot is < 4_104 or > 4_115);
        var comparison = new ChainComparison(4_200, [new ChainChange(4_110, Header(4_110, 4_103, 9), null, null)]);
        Assert.Equal([1_025UL, 1_026, 1_027, 1_028, 1_029], new FinalChain(ledger, comparison).GroupsAround(4_110));
        Assert.Equal([4_103UL, 4_110, 4_116], new FinalChain(ledger, comparison).Slots(4_103, 4_116));
        Assert.Equal(4_110UL, new FinalChain(ledger, comparison).Next(4_103));
        Assert.Null(new FinalChain(ledger, comparison).Next(4_200));
    }

    private static RepairStep Step(ChainLedger ledger, params ulong[] changed)
    {
        var comparison = new ChainComparison(Last, [.. changed.Select(s => Replaced(ledger, s))]);
        return RepairStep.FirstOf(comparison, new FinalChain(ledger, comparison));
    }

    private static IEnumerable<ulong> Groups((ulong First, ulong Last) range)
    {
        for (var slot = range.First; slot <= range.Last; slot += 4) { yield return slot / 4; }
    }

    private static ChainLedger Chain(Func<ulong, bool> has)
    {
        var ledger = new ChainLedger();
        var parent = First - 1;
        for (var slot = First; slot <= Last; slot++)
        {
            if (!has(slot)) { continue; }
            ledger.Enter(slot, Header(slot, parent, 1));
            parent = slot;
        }

        return ledger;
    }

    private static ChainChange Replaced(ChainLedger ledger, ulong slot)
    {
        Assert.True(ledger.TryGet(slot, out var ours));
        return new ChainChange(slot, Header(slot, ours.ParentSlot, 2), ours, null);
    }

    private static BlockHeader Header(ulong slot, ulong parent, byte version) => new(parent, Hash(slot, version), Hash(parent, version));

    private static Pubkey Hash(ulong slot, byte version)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        BitConverter.TryWriteBytes(bytes, slot);
        bytes[31] = version;
        return new Pubkey(bytes);
    }
}
