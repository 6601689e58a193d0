using System.Runtime.CompilerServices;
using Sluice.Cli.Roles.Ingest;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;
using Sluice.Streams;

namespace Sluice.Tests.Unit.Cli;

public class IngestLedgerTests
{
    private readonly IngestLedger _ledger = new(new KeyValueStore<long, LedgerEntry>("ledger", ChangelogRecord.TopicOf("ingest", "ledger")));

    [Fact]
    public void A_slot_is_there_once_it_was_entered_and_no_other_is()
    {
        foreach (var slot in new long[] { 63, 64, 127, 1_000_000_000 }) { _ledger.Enter(Whole(slot, 1)); }
        Assert.Equal(
            [63, 64, 127, 1_000_000_000],
            new long[] { 0, 62, 63, 64, 65, 126, 127, 128, 999_999_999, 1_000_000_000 }.Where(s => _ledger.Contains(Whole(s, 1))));
    }

    [Fact]
    public void The_parent_is_known_of_the_newest_slot_of_each_entry()
    {
        _ledger.Enter(Whole(70, 1));
        _ledger.Enter(Whole(75, 2));
        _ledger.Enter(Whole(72, 3)); // filled in later
        Assert.True(_ledger.WasWritten(75, Hash(2)));
        Assert.False(_ledger.WasWritten(75, Hash(1)));
        Assert.False(_ledger.WasWritten(70, Hash(1)));
    }

    [Fact]
    public void Single_transactions_are_told_apart_and_are_no_whole_block()
    {
        var (one, two) = (Part(80, 1), Part(80, 2));
        _ledger.Enter(in one);
        Assert.True(_ledger.Contains(in one));
        Assert.False(_ledger.Contains(in two));
        Assert.False(_ledger.Contains(Whole(80, 1)));
        _ledger.Enter(Whole(80, 1));
        Assert.True(_ledger.Contains(in two)); // its block came whole
    }

    [Fact]
    public void The_newest_whole_block_is_where_following_goes_on()
    {
        Assert.Null(_ledger.Newest);
        _ledger.Enter(Part(900, 1));
        Assert.Null(_ledger.Newest);
        foreach (var slot in new long[] { 0, 130, 128, 64 })
        {
            _ledger.Enter(Whole(slot, 1));
            Assert.True(_ledger.Holds(slot));
        }

        Assert.Equal(130, _ledger.Newest);
        Assert.False(_ledger.Holds(129));
    }

    [Fact]
    public void What_one_endpoint_misses_is_a_letter_for_each_slot()
    {
        var letter = default(DeadLetter);
        letter.Reset();
        (letter.Source, letter.Reason, letter.Slot) = ("a.example:443", "missed-slot", 5);
        Assert.True(_ledger.Enter(in letter));
        letter.Slot = 6;
        Assert.True(_ledger.Enter(in letter));
    }

    [Fact]
    public void A_dead_letter_is_entered_once()
    {
        var letter = default(DeadLetter);
        letter.Reset();
        (letter.Source, letter.Reason, letter.Offset) = ("a.json", "truncated-json", 5);
        Assert.True(_ledger.Enter(in letter));
        Assert.False(_ledger.Enter(in letter));
        letter.Offset = 6;
        Assert.True(_ledger.Enter(in letter));
    }

    [Fact]
    public void An_entry_has_the_layout_that_is_documented() => Assert.Equal(LedgerEntry.Size, Unsafe.SizeOf<LedgerEntry>());

    private static Block Whole(long slot, byte hash)
    {
        var block = default(Block);
        block.Reset();
        (block.Slot, block.Blockhash, block.IsComplete) = (slot, Hash(hash), true);
        return block;
    }

    private static Block Part(long slot, byte signature)
    {
        var block = default(Block);
        block.Reset();
        block.Slot = slot;
        Span<byte> bytes = stackalloc byte[64];
        bytes.Fill(signature);
        ref var tx = ref block.Transactions!.Add();
        tx.Signature = new Signature(bytes);
        return block;
    }

    private static Pubkey Hash(byte number)
    {
        Span<byte> bytes = stackalloc byte[Pubkey.Size];
        bytes.Fill(number);
        return new Pubkey(bytes);
    }
}
