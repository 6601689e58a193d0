using Sluice.Processors.Core.Common;
using Sluice.Processors.Core.Composition;
using Sluice.Processors.Core.Prices;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Finds the sandwiches of one leader group: slots 4g to 4g + 3, and one of context on each side.</summary>
/// <remarks>
/// Steps for a block: transactions in order become legs (<see cref="TransactionReader"/>), legs open and close positions (<see cref="PositionBook"/>), positions that are
/// closed to the unit are judged at the block's end (<see cref="Judge"/>) and written down; all others when the window closes. A finding that was given out keeps its
/// legs and victims. What each rule asks, with cases, stands in docs/detections.md. Allocates, once buffers have grown, only the evidence of round trips. Not thread-safe.
/// </remarks>
public sealed class SandwichDetector
{
    private const Reads Needed = Reads.Record | Reads.WholeSwaps | Reads.BalanceChanges | Reads.LiquidityChanges | Reads.Liquidations | Reads.Transfers | Reads.AuthorityChanges | Reads.Signers;

    private readonly GroupFacts _facts = new();
    private readonly PriceBook _prices = new();
    private readonly PriceLinks _priceLinks = new();
    private readonly Precedence _precedence = new();
    private readonly BlockContext _block = new();
    private readonly PositionBook _book;
    private readonly Actors _actors;
    private readonly Judge _judge;
    private readonly TransactionReading _reading = new();
    private readonly MarketHashes _hashes = new();
    private readonly TransactionReader _reader;
    private readonly FindingWriter _writer;
    private readonly RoundTripWriter _roundTrips;
    private readonly ValueList<int> _exact = new();
    private readonly ValueList<int> _later = new();
    private readonly ValueList<long> _order = new();
    private readonly long[] _rejected = new long[SandwichRules.GroupSlots * SandwichRuleNames.Count];

    public SandwichDetector()
    {
        _book = new PositionBook(_facts);
        _actors = new Actors(_facts, _book);
        _judge = new Judge(_facts, _book, _actors, _priceLinks);
        _reader = new TransactionReader(_facts, _book, _priceLinks, _prices);
        _writer = new FindingWriter(_facts, _book, _actors, _prices);
        _roundTrips = new RoundTripWriter(_facts, _book, _actors);
    }

    /// <summary>The group: slot / 4.</summary>
    public long Group { get; private set; }

    /// <summary>Newest slot that was taken, or −1.</summary>
    public long Newest { get; private set; } = -1;

    /// <summary>Forgets everything and turns to a group.</summary>
    public void BeginGroup(long group)
    {
        Group = group;
        Newest = -1;
        _facts.Clear();
        _book.Clear();
        _priceLinks.Clear();
        _actors.Clear();
        _roundTrips.Clear();
        _prices.BeginGroup(group);
        _later.Clear();
        Array.Clear(_rejected);
    }

    /// <summary>Takes a block of the window and gives out what is certain with it. Slots ascend; a slot that was taken already is ignored.</summary>
    /// <param name="block">The block, or its context copy. Its transactions must stay as they are until the group is closed: they are looked up again, not copied.</param>
    /// <param name="output">Takes what is certain.</param>
    public void Add(in Block block, ISandwichOutput output)
    {
        if (block.Slot <= Newest) { return; }
        Begin(block);
        Read(block, null);
        End(output);
    }

    /// <summary>Takes a block of this window and of a neighbour's, reading it once, and gives out what is certain with it: first of this one, then of the other.</summary>
    public void Add(in Block block, SandwichDetector neighbour, ISandwichOutput output)
    {
        if (block.Slot <= Newest || block.Slot <= neighbour.Newest)
        {
            Add(block, output);
            neighbour.Add(block, output);
            return;
        }

        Begin(block);
        neighbour.Begin(block);
        Read(block, neighbour);
        End(output);
        neighbour.End(output);
    }

    private void Begin(in Block block)
    {
        Newest = block.Slot;
        _prices.BeginBlock(block.Slot);
        _facts.AddBlock(block);
    }

    private void End(ISandwichOutput output)
    {
        _exact.Clear();
        foreach (var position in _book.Finished.Span) { (_book.Positions[position].Ending == Ending.Closed ? _later : _exact).Add(position); }
        _book.Finished.Clear();
        Settle(_exact.Span, output);
    }

    /// <summary>Gives out what had to wait for the end of the window.</summary>
    public void Close(ISandwichOutput output)
    {
        for (var i = 0; i < _book.Positions.Count; i++)
        {
            ref readonly var position = ref _book.Positions[i];
            if (!position.IsFinished && position.BackCount > 0) { _later.Add(i); }
        }

        Settle(_later.Span, output);
        _later.Clear();
        for (var i = 0; i < _rejected.Length; i++)
        {
            if (_rejected[i] == 0) { continue; }
            output.Reject((Group * SandwichRules.GroupSlots) + (i / SandwichRuleNames.Count), (SandwichVerdict)(i % SandwichRuleNames.Count), _rejected[i]);
        }
    }

    /// <summary>Reads transactions by their positions in the block alone, whatever the order in which they come.</summary>
    private void Read(in Block block, SandwichDetector? neighbour)
    {
        ReadOnlySpan<Transaction> transactions = block.Transactions.Span;
        _block.Begin(block);
        if (IsSorted(transactions))
        {
            // What a neighbour's links ask for is still at hand when the transaction is read: one way through memory.
            _hashes.Begin(transactions);
            for (var i = 0; i < transactions.Length; i++)
            {
                Ahead.Fetch(transactions, i, Needed);
                _hashes.Next(transactions, i);
                _reader.Fetch(transactions, i, _hashes);
                neighbour?._reader.Fetch(transactions, i, _hashes);
                Read(transactions, i, _hashes[i], neighbour);
            }
        }
        else
        {
            _order.Clear();
            for (var i = 0; i < transactions.Length; i++)
            {
                _order.Add(((long)transactions[i].Index << 32) | (uint)i);
            }

            _order.Span.Sort();
            foreach (var entry in _order.Span) { Read(transactions, (int)(uint)entry, null, neighbour); }
        }
    }

    private void Read(ReadOnlySpan<Transaction> transactions, int at, uint? hash, SandwichDetector? neighbour)
    {
        ref readonly var tx = ref transactions[at];
        if (!TransactionReader.IsOfInterest(tx)) { return; }
        _reading.Read(tx, hash, tx.Swaps.Count > 0 && _precedence.Explains(tx, _block));
        _reader.Take(tx, at, _reading);
        neighbour?._reader.Take(tx, at, _reading);
    }

    private static bool IsSorted(ReadOnlySpan<Transaction> transactions)
    {
        for (var i = 1; i < transactions.Length; i++)
        {
            if (transactions[i].Index < transactions[i - 1].Index) { return false; }
        }

        return true;
    }

    private void Settle(ReadOnlySpan<int> positions, ISandwichOutput output)
    {
        if (positions.Length == 0) { return; }
        _judge.Begin(positions);
        _writer.BeginBlock();
        var (start, end) = (Group * SandwichRules.GroupSlots, ((Group + 1) * SandwichRules.GroupSlots) - 1);
        foreach (var number in _judge.Order)
        {
            var index = _judge.Candidates[number].Position;
            ref readonly var position = ref _book.Positions[index];

            var verdict = _judge.Claim(number);
            var anchor = _facts.SlotOf(verdict == SandwichVerdict.Sandwich ? _judge.Victims[0] : _judge.FirstBetween(number));
            if (verdict == SandwichVerdict.Sandwich) { _judge.Take(number); }
            if ((anchor < start || anchor > end) && !(verdict == SandwichVerdict.Sandwich && IsSeenHereOnly(position, start, end))) { continue; }
            if (verdict == SandwichVerdict.Sandwich) { _writer.Write(position, _judge.Victims.Span, ref output.AddSandwich()); }
            else if (RoundTripWriter.ClassOf(verdict) is { } named) { _roundTrips.Write(_judge, number, verdict, named, ref output.AddRoundTrip()); }
            else { _rejected[((int)(anchor - start) * SandwichRuleNames.Count) + (int)verdict]++; }
        }
    }

    /// <summary>
    /// True of a position with its first victim in a slot of context that the group of this slot does not see as a whole: it ends after the last slot of the
    /// group before, or begins before the first one of the group behind.
    /// </summary>
    private bool IsSeenHereOnly(in Position position, long start, long end) =>
        _facts.SlotOf(_judge.Victims[0]) < start ? _facts.SlotOf(position.LastBack) > start : _facts.SlotOf(position.FirstFront) < end;
}
