namespace Sluice.Processors.Core.Sandwich;

/// <summary>The addresses, transactions and front legs of one position's actor, to be asked for often. Buffers are kept. Not thread-safe.</summary>
internal sealed class Actors(GroupFacts facts, PositionBook book)
{
    private int[] _keys = [];
    private int[] _txs = [];
    private int[] _fronts = [];
    private int _turn;

    /// <summary>Turns to the actor of a position.</summary>
    public void Read(in Position position)
    {
        _turn++;
        Ensure(ref _keys, facts.Keys.Count);
        Ensure(ref _txs, facts.TxFacts.Count);
        Ensure(ref _fronts, facts.Legs.Count);
        for (var leg = position.Fronts; leg >= 0; leg = facts.Legs[leg].NextFront)
        {
            _fronts[leg] = _turn;
            Add(facts.Legs[leg]);
        }

        for (var leg = position.Backs; leg >= 0; leg = facts.Legs[leg].NextBack) { Add(facts.Legs[leg]); }
        for (var link = position.Links; link >= 0; link = book.Links[link].Next)
        {
            if (book.Links[link].Kind == Schemas.Records.LinkKind.Wrapper) { continue; }
            _keys[book.Links[link].From] = _turn;
            _keys[book.Links[link].To] = _turn;
        }
    }

    /// <summary>True when the leg is the actor's, or of one of his transactions.</summary>
    public bool Include(int leg)
    {
        ref readonly var of = ref facts.Legs[leg];
        return _txs[of.Tx] == _turn || Has(of.Owner) || (!of.HasSponsor && Has(of.Signer));
    }

    /// <summary>True for a front leg of the position.</summary>
    public bool IsFront(int leg) => _fronts[leg] == _turn;

    /// <summary>True when the number of <see cref="GroupFacts.Keys"/> is an address of the actor's.</summary>
    public bool Has(int key) => key >= 0 && key < _keys.Length && _keys[key] == _turn;

    /// <summary>Forgets a group: its numbers mean something else in the next.</summary>
    public void Clear()
    {
        Array.Clear(_keys);
        Array.Clear(_txs);
        Array.Clear(_fronts);
        _turn = 0;
    }

    private void Add(in Leg leg)
    {
        _txs[leg.Tx] = _turn;
        _keys[leg.Owner] = _turn;
        if (!leg.HasSponsor) { _keys[leg.Signer] = _turn; }
    }

    private static void Ensure(ref int[] marks, int count)
    {
        if (marks.Length < count) { Array.Resize(ref marks, Math.Max(count, marks.Length * 2)); }
    }
}
