using Sluice.Processors.Core.Common;
using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Judges finished positions: which are sandwiches, and of whom.</summary>
/// <remarks>
/// <list type="number">
/// <item>Rules that the position answers alone: somebody in between, no ring, inventory, link, price link, gross.</item>
/// <item>Whoever passes them and has somebody in between who paid more attacks; his legs are nobody's victims.</item>
/// <item>In order of most others, larger profit, shorter span, earlier: legs and victims that are free are taken.</item>
/// </list>
/// Near linear in the legs of the lanes concerned. Not thread-safe.
/// </remarks>
internal sealed class Judge
{
    /// <summary>Legs that are looked at to say why nobody in between is a victim.</summary>
    private const int ReasonLegs = 64;

    /// <summary>Legs of others in between that a round trip lists.</summary>
    private const int ListedLegs = 16;

    private readonly GroupFacts _facts;
    private readonly PositionBook _book;
    private readonly LaneTrees _trees;
    private readonly Actors _actors;
    private readonly PriceLinks _priceLinks;
    private readonly ValueList<Candidate> _candidates = new();
    private readonly ValueList<int> _order = new();
    private readonly KeyIndex<ulong> _rounds = new();
    private readonly ValueList<int> _roundCounts = new();
    private readonly Comparison<int> _better;

    /// <summary>Victims of the sandwich that is given out, legs in order.</summary>
    public readonly ValueList<int> Victims = new();

    public Judge(GroupFacts facts, PositionBook book, Actors actors, PriceLinks priceLinks)
    {
        (_facts, _book, _actors, _priceLinks) = (facts, book, actors, priceLinks);
        _trees = new LaneTrees(facts);
        _better = Compare;
    }

    public ReadOnlySpan<Candidate> Candidates => _candidates.Span;

    /// <summary>Candidates in the order in which they take their legs.</summary>
    public ReadOnlySpan<int> Order => _order.Span;

    /// <summary>Judges positions by all rules but those that depend on who takes what first; <see cref="Claim"/> does the rest.</summary>
    public void Begin(ReadOnlySpan<int> positions)
    {
        _trees.Clear();
        _candidates.Clear();
        _order.Clear();
        CountRounds(positions);
        foreach (var position in positions) { Add(position); }
        MarkAttackers();
        for (var i = 0; i < _candidates.Count; i++) { _order.Add(i); }
        _order.Span.Sort(_better);
    }

    /// <summary>Takes legs and victims for a candidate, in turn of <see cref="Order"/>.</summary>
    public SandwichVerdict Claim(int number)
    {
        ref var candidate = ref _candidates[number];
        Victims.Clear();
        if (candidate.Verdict != SandwichVerdict.Sandwich) { return candidate.Verdict; }
        ref readonly var position = ref _book.Positions[candidate.Position];
        if (HasTakenLeg(position)) { return candidate.Verdict = SandwichVerdict.LegTaken; }
        _actors.Read(position);
        var items = _trees.Items(candidate.Tree);
        for (var at = candidate.From; (at = _trees.FindFirst(candidate.Tree, at, candidate.To, position.FirstFront, candidate.Wrapper)) >= 0; at++)
        {
            if (!_actors.Include(items[at])) { Victims.Add(items[at]); }
        }

        return Victims.Count > 0 ? SandwichVerdict.Sandwich : candidate.Verdict = ReasonOf(candidate);
    }

    /// <summary>Makes what was claimed the finding's own.</summary>
    public void Take(int number)
    {
        ref readonly var candidate = ref _candidates[number];
        ref readonly var position = ref _book.Positions[candidate.Position];
        for (var leg = position.Fronts; leg >= 0; leg = _facts.Legs[leg].NextFront) { TakeLeg(leg); }
        for (var leg = position.Backs; leg >= 0; leg = _facts.Legs[leg].NextBack) { TakeLeg(leg); }
        foreach (var victim in Victims.Span) { TakeLeg(victim); }
    }

    private void TakeLeg(int leg)
    {
        _facts.Legs[leg].IsTaken = true;
        _trees.Remove(leg);
    }

    /// <summary>The first leg of somebody else in between; the first front leg where there is none among those looked at.</summary>
    public int FirstBetween(int number)
    {
        ref readonly var candidate = ref _candidates[number];
        ref readonly var position = ref _book.Positions[candidate.Position];
        if (candidate.IsAlone) { return position.FirstFront; }
        _actors.Read(position);
        var items = _trees.Items(candidate.Tree);
        for (var at = candidate.From; at < Math.Min(candidate.To, candidate.From + ReasonLegs); at++)
        {
            if (!_actors.Include(items[at])) { return items[at]; }
        }

        return position.FirstFront;
    }

    /// <summary>Legs of others in between, as far as they are looked at, in order.</summary>
    public void ListBetween(int number, ValueList<int> legs)
    {
        ref readonly var candidate = ref _candidates[number];
        legs.Clear();
        var items = _trees.Items(candidate.Tree);
        for (var at = candidate.From; at < Math.Min(candidate.To, candidate.From + ListedLegs); at++)
        {
            if (!_actors.IsFront(items[at])) { legs.Add(items[at]); }
        }
    }

    private void Add(int number)
    {
        ref readonly var position = ref _book.Positions[number];
        ref readonly var first = ref _facts.Legs[position.FirstFront];
        ref readonly var last = ref _facts.Legs[position.LastBack];
        if (IsAlone(position, first, last))
        {
            _candidates.Add(new Candidate { Position = number, Verdict = SandwichVerdict.NoVictim, IsAlone = true });
            return;
        }

        var tree = _trees.Open(position.Lane);
        var candidate = new Candidate
        {
            Position = number,
            Tree = tree,
            From = first.Rank + 1,
            To = _trees.CountBefore(tree, position.LastBack),
            Wrapper = _facts.TxFacts[first.Tx].PrivateWrapper,
        };
        ref readonly var firstTx = ref _facts.TxFacts[first.Tx];
        ref readonly var lastTx = ref _facts.TxFacts[last.Tx];
        candidate.Span = ((lastTx.Slot - firstTx.Slot) << 32) + lastTx.Index - firstTx.Index;
        candidate.Others = candidate.To - candidate.From - (position.FrontCount - 1);
        var gross = Money.Gross(_facts, position, out _);
        candidate.Profit = _facts.Keys[_facts.Markets.MintInOf(position.Lane)] == WellKnown.WrappedSol ? gross - CostOf(position) : gross;
        candidate.Verdict = Decide(candidate, position, gross);
        _candidates.Add(candidate);
    }

    /// <summary>
    /// True when the legs of the lane between a position's first and last are its own, as most round trips' are: told by the places of the legs, without looking at them.
    /// </summary>
    private bool IsAlone(in Position position, in Leg first, in Leg last)
    {
        if (Markets.PoolOf(last.Lane) != Markets.PoolOf(position.Lane) || position.LastFront > position.LastBack) { return false; }
        var newest = last.Lane == position.Lane ? last.Before : last.BeforeOpposite;
        return newest >= 0 && _facts.Legs[newest].Rank - first.Rank == position.FrontCount - 1;
    }

    private SandwichVerdict Decide(in Candidate candidate, in Position position, Int128 gross)
    {
        _actors.Read(position);
        if (FindOther(candidate, -1) < 0) { return ReasonOf(candidate); }
        if (_book.Rings.TryFind(_facts, position, out _) || (position.Ending == Ending.Exceeded && position.HasTwins)) { return SandwichVerdict.WashRing; }
        if (position.Alternates || RoundsOf(position) >= SandwichRules.MarketMakerRounds) { return SandwichVerdict.MarketMaking; }
        if (position.Ending == Ending.Exceeded) { return SandwichVerdict.InventoryExceeded; }
        if (position.BackIn * 100 < position.Inventory * SandwichRules.PartialPercent) { return SandwichVerdict.PositionKept; }
        if ((position.NeedsUnit && !position.IsExact) || (position.HasPath && !position.IsClosed && !EndsWherePrivate(position))) { return SandwichVerdict.WeakLink; }
        if (!position.IsClosed && IsSoldBelowCost(position)) { return SandwichVerdict.PartialAtLoss; }
        if (!position.IsExact && !IsMarked(position)) { return SandwichVerdict.Unmarked; }
        if (position.CrossesPools && !_priceLinks.Hold(_facts, position)) { return SandwichVerdict.NoPriceLink; }
        if (gross < 0 && !(position.CrossesPools ? IsOneBlock(position) && position.IsExact && EndsWherePrivate(position) : IsOneBlock(position) || IsPrivate(position)))
        {
            return SandwichVerdict.GrossNegative;
        }

        return SandwichVerdict.Sandwich;
    }

    /// <summary>Front legs of those who attack are nobody's victims; nor are a ring's.</summary>
    private void MarkAttackers()
    {
        foreach (ref var candidate in _candidates.Span)
        {
            ref readonly var position = ref _book.Positions[candidate.Position];
            if (candidate.Verdict == SandwichVerdict.Sandwich && position.IsClosed)
            {
                _actors.Read(position);
                candidate.Tree = FindOther(candidate, position.FirstFront) < 0 ? candidate.Tree : ~candidate.Tree;
            }
            else if (candidate.Verdict == SandwichVerdict.WashRing)
            {
                candidate.Tree = ~candidate.Tree;
            }
        }

        foreach (ref var candidate in _candidates.Span)
        {
            if (candidate.Tree >= 0) { continue; }
            candidate.Tree = ~candidate.Tree;
            for (var leg = _book.Positions[candidate.Position].Fronts; leg >= 0; leg = _facts.Legs[leg].NextFront)
            {
                if (_facts.Legs[leg].IsAttack) { continue; }
                _facts.Legs[leg].IsAttack = true;
                _trees.Remove(leg);
            }
        }
    }

    /// <summary>The first leg in between that is not the actor's; −1 without any.</summary>
    private int FindOther(in Candidate candidate, int front)
    {
        var items = _trees.Items(candidate.Tree);
        for (var at = candidate.From; (at = _trees.FindFirst(candidate.Tree, at, candidate.To, front, candidate.Wrapper)) >= 0; at++)
        {
            if (!_actors.Include(items[at])) { return items[at]; }
        }

        return -1;
    }

    /// <summary>Why none of those in between is a victim; the actor was read.</summary>
    private SandwichVerdict ReasonOf(in Candidate candidate)
    {
        if (FindOther(candidate, -1) >= 0) { return SandwichVerdict.NoHeadroom; }
        var items = _trees.Items(candidate.Tree);
        bool attacks = false, isOwn = false;
        for (var at = candidate.From; at < Math.Min(candidate.To, candidate.From + ReasonLegs); at++)
        {
            ref readonly var leg = ref _facts.Legs[items[at]];
            if ((attacks && !leg.IsTaken) || _actors.IsFront(items[at])) { continue; } // another one that attacks says nothing new
            if (_actors.Include(items[at]) || (candidate.Wrapper >= 0 && _facts.TxFacts[leg.Tx].PrivateWrapper == candidate.Wrapper)) { isOwn = true; }
            else if (leg.IsTaken) { return SandwichVerdict.VictimTaken; }
            else if (leg.IsAttack) { attacks = true; }
        }

        return attacks ? SandwichVerdict.VictimsAttack
            : isOwn ? SandwichVerdict.SelfRotation
            : SandwichVerdict.NoVictim;
    }

    private bool HasTakenLeg(in Position position)
    {
        for (var leg = position.Fronts; leg >= 0; leg = _facts.Legs[leg].NextFront)
        {
            if (_facts.Legs[leg].IsTaken) { return true; }
        }

        for (var leg = position.Backs; leg >= 0; leg = _facts.Legs[leg].NextBack)
        {
            if (_facts.Legs[leg].IsTaken) { return true; }
        }

        return false;
    }

    /// <summary>Rounds of an actor in a pool, in either direction, that did not end to the unit, whatever became of them.</summary>
    private void CountRounds(ReadOnlySpan<int> positions)
    {
        _rounds.Clear();
        _roundCounts.Clear();
        if (!HasInexact(positions)) { return; }
        for (var i = 0; i < _book.Positions.Count; i++)
        {
            ref readonly var position = ref _book.Positions[i];
            if (position.BackCount == 0 || position.JoinedTo >= 0 || (position.IsExact && position.Ending != Ending.Exceeded)) { continue; }
            var known = _rounds.Count;
            var round = _rounds.Intern(RoundKey(position));
            if (round == known) { _roundCounts.Add(0); }
            _roundCounts[round]++;
        }
    }

    private bool HasInexact(ReadOnlySpan<int> positions)
    {
        foreach (var number in positions)
        {
            if (!_book.Positions[number].IsExact) { return true; }
        }

        return false;
    }

    private int RoundsOf(in Position position) => position.IsExact || _rounds.Find(RoundKey(position)) is not (>= 0 and var round) ? 0 : _roundCounts[round];

    private static ulong RoundKey(in Position position) => ((ulong)(uint)position.Holder << 32) | (uint)Markets.PoolOf(position.Lane);

    private bool IsOneBlock(in Position position) => _facts.SlotOf(position.FirstFront) == _facts.SlotOf(position.LastBack);

    /// <summary>
    /// What is not closed to the unit is what traders do too: it asks for a private program; or, where all but a twentieth was sold, for one block or
    /// no aggregator; of a part, for one block and no more positions of it than a bundle has.
    /// </summary>
    private bool IsMarked(in Position position)
    {
        var (first, last) = (_facts.Legs[position.FirstFront].Tx, _facts.Legs[position.LastBack].Tx);
        if (IsPrivate(position)) { return true; }
        return position.IsClosed
            ? IsOneBlock(position) || !(_facts.TransactionOf(first).UsesAggregator || _facts.TransactionOf(last).UsesAggregator)
            : IsOneBlock(position) && _facts.TxFacts[last].Index - _facts.TxFacts[first].Index < SandwichRules.PartialReach;
    }

    /// <summary>True when the first front leg goes through a program that is its caller's own.</summary>
    private bool IsPrivate(in Position position) => _facts.TxFacts[_facts.Legs[position.FirstFront].Tx].PrivateWrapper >= 0;

    /// <summary>True when the last back leg goes through the private program of the first front leg.</summary>
    private bool EndsWherePrivate(in Position position) =>
        IsPrivate(position) && _facts.TxFacts[_facts.Legs[position.LastBack].Tx].PrivateWrapper == _facts.TxFacts[_facts.Legs[position.FirstFront].Tx].PrivateWrapper;

    /// <summary>True when what was sold brought less than the same share of what was paid.</summary>
    private static bool IsSoldBelowCost(in Position position)
    {
        var (paid, bought, sold, got) = (position.FrontIn, position.Inventory, position.BackIn, position.BackOut);
        while (UInt128.Max(UInt128.Max(paid, bought), UInt128.Max(sold, got)) > ulong.MaxValue)
        {
            (paid, bought, sold, got) = (paid >> 1, bought >> 1, sold >> 1, got >> 1);
        }

        return got * bought < paid * sold;
    }

    private Int128 CostOf(in Position position)
    {
        Int128 cost = 0;
        var before = -1;
        for (var leg = position.Fronts; leg >= 0; leg = _facts.Legs[leg].NextFront) { cost += CostOf(leg, ref before); }
        for (var leg = position.Backs; leg >= 0; leg = _facts.Legs[leg].NextBack) { cost += CostOf(leg, ref before); }
        return cost;
    }

    private Int128 CostOf(int leg, ref int before)
    {
        var tx = _facts.Legs[leg].Tx;
        if (tx == before) { return 0; }
        before = tx;
        return (Int128)_facts.TxFacts[tx].FeeLamports + _facts.TxFacts[tx].TipLamports;
    }

    private int Compare(int left, int right)
    {
        ref readonly var a = ref _candidates[left];
        ref readonly var b = ref _candidates[right];
        if (a.Others != b.Others) { return b.Others.CompareTo(a.Others); }
        if (a.Profit != b.Profit) { return b.Profit.CompareTo(a.Profit); }
        if (a.Span != b.Span) { return a.Span.CompareTo(b.Span); }
        return _book.Positions[a.Position].FirstFront.CompareTo(_book.Positions[b.Position].FirstFront);
    }
}
