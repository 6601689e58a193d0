using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>What actors hold of what they bought in the window, lane by lane, and which sales close it.</summary>
/// <remarks>
/// <list type="number">
/// <item>A swap opens or adds to the position of its actor in its lane, and is at once a sale for a position in the opposite lane: an actor who sells
/// first and buys back has a position too. Which of the two a leg serves is told by what becomes a finding.</item>
/// <item>A sale belongs to the position that its owner, or a signer of the owner's vault, opened or was handed; else to one in another pool of the pair; else
/// to one of the same private program that holds the same amount to the unit.</item>
/// <item>A position is finished when it is sold to the unit, when more is sold than is left, or when the actor begins anew after selling all but a
/// twentieth; what is still open is looked at when the window closes.</item>
/// </list>
/// Every swap, transfer and hand-over costs a few look-ups whatever the window holds. Not thread-safe.
/// </remarks>
internal sealed partial class PositionBook(GroupFacts facts)
{
    private readonly KeyIndex<ulong> _aliasKeys = new();
    private readonly ValueList<Alias> _aliases = new();
    private readonly KeyIndex<ulong> _mintKeys = new();
    private readonly ValueList<int> _ofMint = new(); // first alias of an identity and a mint
    private readonly KeyIndex<WrapperKey> _wrapperKeys = new();
    private readonly ValueList<int> _wrapped = new();
    private readonly ValueList<int> _identities = new();

    /// <summary>Of an identity: <see cref="Unknown"/>, the leg that it bought with and that is all, or <see cref="InTables"/>.</summary>
    private readonly ValueList<int> _known = new();
    private const int Unknown = -1, InTables = -2;

    public readonly ValueList<Position> Positions = new();
    public readonly ValueList<LinkFact> Links = new();
    public readonly Rings Rings = new();

    /// <summary>Positions that were finished since the list was last cleared, in order.</summary>
    public readonly ValueList<int> Finished = new();

    public void Clear()
    {
        _aliasKeys.Clear();
        _aliases.Clear();
        _mintKeys.Clear();
        _ofMint.Clear();
        _wrapperKeys.Clear();
        _wrapped.Clear();
        Positions.Clear();
        Links.Clear();
        Rings.Clear();
        Finished.Clear();
        _known.Clear();
    }

    /// <summary>Takes the newest leg.</summary>
    /// <param name="signs">True when its owner signs the transaction.</param>
    public void Take(int leg, in Transaction tx, bool signs)
    {
        ref readonly var of = ref facts.Legs[leg];
        if (signs && !IsKnown(of.Owner) && facts.TxFacts[of.Tx].PrivateWrapper < 0)
        {
            // Most who trade do so once in a window: nothing to sell from, and nothing to look up until they come again.
            if (of.CanFront) { Seed(of.Owner, leg); }
            return;
        }

        ReadIdentities(leg, tx, signs);
        if (of.CanBack) { Sell(leg); }
        if (of.CanFront) { Buy(leg); }
    }

    /// <summary>Addresses that a leg's tokens belong to: the owner, and for a vault, which does not sign, whoever signs.</summary>
    private void ReadIdentities(int leg, in Transaction tx, bool signs)
    {
        _identities.Clear();
        var owner = facts.Legs[leg].Owner;
        _identities.Add(owner);
        if (signs) { return; }
        _identities.Add(facts.Legs[leg].Signer);
        foreach (ref readonly var signer in tx.Signers.Span) { _identities.Add(facts.Keys.Intern(signer)); }
    }

    private void Buy(int leg)
    {
        ref readonly var bought = ref facts.Legs[leg];
        var at = -1;
        foreach (var identity in _identities.Span)
        {
            at = Find(identity, bought.Lane, out _);
            if (at >= 0) { break; }
        }

        if (at >= 0 && Positions[at].BackCount > 0) { at = Renew(at); }
        if (at < 0) { at = Open(bought.Lane, bought.Owner); }
        AppendFront(at, leg);
        foreach (var identity in _identities.Span) { Name(identity, at, -1, 0); }
        ref readonly var position = ref Positions[at];
        if (facts.TxFacts[bought.Tx].PrivateWrapper is >= 0 and var wrapper) { Wrap(new WrapperKey(bought.Lane, wrapper, position.Left), at); }
    }

    private void AppendFront(int at, int leg)
    {
        ref var position = ref Positions[at];
        if (position.FrontCount == 0) { position.Fronts = position.FirstFront = leg; }
        else { facts.Legs[position.FrontTail].NextFront = leg; }
        position.FrontTail = position.LastFront = leg;
        position.FrontCount++;
        position.FrontIn += facts.Legs[leg].Paid;
        position.FrontOut += facts.Legs[leg].Received;
    }

    /// <summary>What becomes of a position that was sold from when its actor buys again; the position that takes the purchase, −1 for a new one.</summary>
    private int Renew(int at)
    {
        ref var position = ref Positions[at];
        if (position.IsClosed)
        {
            Finish(at, Ending.Closed);
            return -1;
        }

        Reach(ref position);
        if (!position.IsJoined && position.ReachedCount < position.FrontCount
            && position.ReachedOut <= position.BackIn + position.Rounding && position.BackIn <= position.ReachedOut + position.Rounding)
        {
            return Split(at);
        }

        position.Alternates = true;
        return at;
    }

    /// <summary>Moves on to the front leg that the sales reach.</summary>
    private void Reach(ref Position position)
    {
        if (position.ReachedCount == 0)
        {
            (position.Reached, position.ReachedCount) = (position.Fronts, 1);
            (position.ReachedIn, position.ReachedOut) = (facts.Legs[position.Fronts].Paid, facts.Legs[position.Fronts].Received);
        }

        while (position.ReachedOut + position.Rounding < position.BackIn && facts.Legs[position.Reached].NextFront is >= 0 and var next)
        {
            position.Reached = next;
            position.ReachedCount++;
            position.ReachedIn += facts.Legs[next].Paid;
            position.ReachedOut += facts.Legs[next].Received;
        }
    }

    /// <summary>Finishes the purchases that were sold to the unit and leaves the later ones in a position of their own.</summary>
    private int Split(int at)
    {
        ref var position = ref Positions[at];
        var rest = facts.Legs[position.Reached].NextFront;
        var later = new Position
        {
            JoinedTo = -1,
            Lane = position.Lane,
            Holder = position.Holder,
            Fronts = rest,
            FrontTail = position.FrontTail,
            FrontCount = position.FrontCount - position.ReachedCount,
            FirstFront = rest,
            LastFront = position.LastFront,
            Backs = -1,
            BackTail = -1,
            FirstBack = -1,
            LastBack = -1,
            FrontIn = position.FrontIn - position.ReachedIn,
            FrontOut = position.FrontOut - position.ReachedOut,
            Links = -1,
            Weight = 1,
        };
        facts.Legs[position.Reached].NextFront = -1;
        (position.FrontTail, position.LastFront, position.FrontCount) = (position.Reached, position.Reached, position.ReachedCount);
        (position.FrontIn, position.FrontOut) = (position.ReachedIn, position.ReachedOut);
        Finish(at, Ending.Exact);
        Positions.Add(later);
        return Positions.Count - 1;
    }

    private void Sell(int leg)
    {
        ref readonly var sold = ref facts.Legs[leg];
        var lane = Markets.Opposite(sold.Lane);
        foreach (var identity in _identities.Span)
        {
            var at = Find(identity, lane, out var alias);
            if (at < 0) { continue; }
            if (_aliases[alias].Part is > 0 and var part && Difference(part, sold.Paid) > 1) { continue; }
            Sell(at, leg, identity, alias);
            return;
        }

        if (SellElsewhere(leg)) { return; }
        if (facts.TxFacts[sold.Tx].PrivateWrapper is >= 0 and var wrapper
            && _wrapperKeys.Find(new WrapperKey(lane, wrapper, sold.Paid)) is >= 0 and var number
            && Root(_wrapped[number]) is var held && !Positions[held].IsFinished && Positions[held].Left == sold.Paid)
        {
            Link(held, LinkKind.Wrapper, facts.TxFacts[sold.Tx].PrivateWrapper, facts.TxFacts[sold.Tx].PrivateWrapper, LinkWeights.Wrapper, null);
            Positions[held].NeedsUnit = true;
            Close(held, leg);
        }
    }

    /// <summary>Sells from a position that the identity has in the leg's own pool.</summary>
    private void Sell(int at, int leg, int identity, int alias)
    {
        ref var position = ref Positions[at];
        var paid = (UInt128)facts.Legs[leg].Paid;
        if (paid > position.Left + position.Rounding + SandwichRules.RoundingPerLeg)
        {
            if (position.IsClosed)
            {
                Finish(at, Ending.Closed); // what more is sold is another business
                return;
            }

            var fits = (position.BackIn + paid) * SandwichRules.ClosedPercent <= position.Inventory * 100;
            if (!(position.HasPath || IsPath(alias)) || !fits)
            {
                Tie(at, leg, identity, alias);
                Append(ref Positions[at], leg);
                Finish(at, Ending.Exceeded);
                return;
            }

            position.Exceeds = true;
        }

        Tie(at, leg, identity, alias);
        Close(at, leg);
    }

    /// <summary>Sells a position of another pool of the same pair.</summary>
    private bool SellElsewhere(int leg)
    {
        ref readonly var sold = ref facts.Legs[leg];
        var (mintIn, mintOut) = (facts.Markets.MintInOf(sold.Lane), facts.Markets.MintOutOf(sold.Lane));
        foreach (var identity in _identities.Span)
        {
            for (var alias = FirstOf(identity, mintIn); alias >= 0; alias = _aliases[alias].NextOfMint)
            {
                var at = Root(_aliases[alias].Position);
                ref var position = ref Positions[at];
                if (position.IsFinished || _aliases[alias].Part > 0 || facts.Markets.MintInOf(position.Lane) != mintOut) { continue; }
                if (Markets.PoolOf(position.Lane) == Markets.PoolOf(sold.Lane) || sold.Paid > position.Left + position.Rounding) { continue; }
                position.CrossesPools = true;
                Tie(at, leg, identity, alias);
                Close(at, leg);
                return true;
            }
        }

        return false;
    }

    private void Close(int at, int leg)
    {
        ref var position = ref Positions[at];
        Append(ref position, leg);
        Rings.Add(facts, position);
        if (position.IsExact) { Finish(at, Ending.Exact); }
    }

    private void Append(ref Position position, int leg)
    {
        if (position.BackCount == 0) { position.Backs = position.FirstBack = leg; }
        else { facts.Legs[position.BackTail].NextBack = leg; }
        position.BackTail = position.LastBack = leg;
        position.BackCount++;
        position.BackIn += facts.Legs[leg].Paid;
        position.BackOut += facts.Legs[leg].Received;
    }

    private void Finish(int at, Ending ending)
    {
        ref var position = ref Positions[at];
        position.IsFinished = true;
        position.Ending = ending;
        if (ending == Ending.Exceeded)
        {
            Rings.Add(facts, position);
            position.HasTwins = HasTwins(position);
        }

        Finished.Add(at);
    }

    /// <summary>True when every leg of the lane since the first front leg comes from its template.</summary>
    private bool HasTwins(in Position position)
    {
        ref readonly var first = ref facts.Legs[position.FirstFront];
        ref readonly var tx = ref facts.TxFacts[first.Tx];
        ref readonly var lane = ref facts.Markets.Lane(position.Lane);
        return tx.IsTellingTemplate && lane.Count - first.Rank > 1 && lane.TemplateSince <= first.Rank;
    }

    private static ulong Difference(ulong left, ulong right) => left > right ? left - right : right - left;
}
