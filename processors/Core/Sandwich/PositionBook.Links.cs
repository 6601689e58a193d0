using Sluice.Schemas.Chain;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Under which addresses a position is known, and why.</summary>
internal sealed partial class PositionBook
{
    /// <summary>
    /// Follows a transfer of tokens: a position goes along when it is transferred as a whole, transfer fees aside; of a part only the sale
    /// of exactly that part goes along. So a hub that many send to and many receive from joins nobody.
    /// </summary>
    public void Transfer(in TokenTransfer transfer, in Signature signature)
    {
        if (transfer.From == transfer.To || transfer.Amount == 0) { return; }
        var (from, mint) = (facts.Keys.Find(transfer.From), facts.Keys.Find(transfer.Mint));
        if (from < 0 || mint < 0) { return; }
        var part = -1;
        for (var alias = FirstOf(from, mint); alias >= 0; alias = _aliases[alias].NextOfMint)
        {
            var at = Root(_aliases[alias].Position);
            ref var position = ref Positions[at];
            if (position.IsFinished || position.FrontCount == 0) { continue; }
            if (IsWhole(position, transfer.Amount))
            {
                position.LostOnTheWay += position.Left - UInt128.Min(transfer.Amount, position.Left);
                HandOver(at, from, transfer.To, LinkKind.Transfer, LinkWeights.Transfer, signature, 0);
                return;
            }

            if (part < 0 && transfer.Amount < position.Left) { part = at; }
        }

        if (part >= 0) { HandOver(part, from, transfer.To, LinkKind.Transfer, LinkWeights.Transfer, signature, transfer.Amount); }
    }

    /// <summary>Follows a token account that changes hands with all that it holds.</summary>
    public void HandOver(in AuthorityChange change, in Signature signature)
    {
        if (change.From == change.To || change.Mint is not { } token) { return; }
        var (from, mint) = (facts.Keys.Find(change.From), facts.Keys.Find(token));
        if (from < 0 || mint < 0) { return; }
        for (var alias = FirstOf(from, mint); alias >= 0; alias = _aliases[alias].NextOfMint)
        {
            var at = Root(_aliases[alias].Position);
            if (!Positions[at].IsFinished) { HandOver(at, from, change.To, LinkKind.Authority, LinkWeights.Authority, signature, 0); }
        }
    }

    /// <summary>True when what arrived is the position, less at most the fee that its token's swaps show.</summary>
    private bool IsWhole(in Position position, ulong arrived)
    {
        var left = position.Left;
        if (arrived > left + position.Rounding) { return false; }
        ref readonly var bought = ref facts.SwapOf(position.FirstFront);
        var fee = (bought.TransferFeeOut ?? 0) is > 0 and var withheld && bought.AmountOut > 0
            ? (((left * withheld) + bought.AmountOut - 1) / bought.AmountOut) + 1
            : UInt128.Zero;
        return arrived + fee + position.Rounding >= left;
    }

    private void HandOver(int at, int from, in Pubkey to, LinkKind kind, double weight, in Signature signature, ulong part)
    {
        var receiver = facts.Keys.Intern(to);
        var lane = Positions[at].Lane;
        var own = Find(receiver, lane, out _);
        if (own == at || (own >= 0 && part > 0)) { return; }
        Links.Add(new LinkFact { Kind = kind, From = from, To = receiver, Weight = weight, Signature = signature, Next = -1 });
        var link = Links.Count - 1;
        if (own >= 0 && Positions[own].BackCount == 0 && Positions[at].BackCount == 0)
        {
            Join(at, own);
            Attach(own, link);
            return;
        }

        if (own < 0) { Name(receiver, at, link, part); }
    }

    /// <summary>Joins a position to another one that its tokens were sent to.</summary>
    private void Join(int from, int to)
    {
        ref var source = ref Positions[from];
        ref var target = ref Positions[to];
        facts.Legs[target.FrontTail].NextFront = source.Fronts;
        target.FrontTail = source.FrontTail;
        target.FrontCount += source.FrontCount;
        target.FrontIn += source.FrontIn;
        target.FrontOut += source.FrontOut;
        target.LostOnTheWay += source.LostOnTheWay;
        target.LastFront = Math.Max(target.LastFront, source.LastFront);
        if (source.FirstFront < target.FirstFront) { (target.FirstFront, target.Holder) = (source.FirstFront, source.Holder); }
        target.IsJoined = true;
        for (var link = source.Links; link >= 0; link = Links[link].Next) { Copy(to, link); }
        source.IsFinished = true;
        source.JoinedTo = to;
    }

    private void Copy(int to, int link)
    {
        ref readonly var known = ref Links[link];
        Link(to, known.Kind, known.From, known.To, known.Weight, known.Signature);
    }

    /// <summary>Notes why a back leg belongs to a position.</summary>
    private void Tie(int at, int leg, int identity, int alias)
    {
        ref readonly var back = ref facts.Legs[leg];
        if (_aliases[alias].Link is >= 0 and var link)
        {
            Attach(at, link);
            return;
        }

        ref readonly var first = ref facts.Legs[Positions[at].FirstFront];
        ref readonly var last = ref facts.Legs[Positions[at].LastFront];
        var isSigner = !back.HasSponsor && (back.Signer == first.Signer || back.Signer == last.Signer);
        if (identity == back.Owner)
        {
            var kind = isSigner ? LinkKind.Signer : LinkKind.Owner;
            var name = isSigner ? back.Signer : identity;
            Link(at, kind, name, name, isSigner ? LinkWeights.Signer : LinkWeights.Owner, null);
            return;
        }

        Link(at, LinkKind.Signer, identity, identity, LinkWeights.SharedSigner, null);
        Positions[at].NeedsUnit = true;
    }

    /// <summary>True when the identity has the position by a transfer or a hand-over.</summary>
    private bool IsPath(int alias) => _aliases[alias].Link is >= 0 and var link && Links[link].Kind is LinkKind.Transfer or LinkKind.Authority;

    private void Attach(int at, int link)
    {
        ref readonly var known = ref Links[link];
        if (known.Kind is LinkKind.Transfer or LinkKind.Authority) { Positions[at].HasPath = true; }
        Link(at, known.Kind, known.From, known.To, known.Weight, known.Signature);
    }

    private void Link(int at, LinkKind kind, int from, int to, double weight, Signature? signature)
    {
        ref var position = ref Positions[at];
        position.Weight = Math.Min(position.Weight, weight);
        for (var link = position.Links; link >= 0; link = Links[link].Next)
        {
            if (Links[link].Kind == kind && Links[link].From == from && Links[link].To == to) { return; }
        }

        Links.Add(new LinkFact { Kind = kind, From = from, To = to, Weight = weight, Signature = signature, Next = position.Links });
        position.Links = Links.Count - 1;
    }

    private int Open(int lane, int holder)
    {
        Positions.Add(new Position
        {
            JoinedTo = -1,
            Lane = lane,
            Holder = holder,
            Fronts = -1,
            FrontTail = -1,
            Backs = -1,
            BackTail = -1,
            FirstBack = -1,
            LastBack = -1,
            Links = -1,
            Weight = 1,
        });
        return Positions.Count - 1;
    }

    /// <summary>The open position that an identity has in a lane, or −1.</summary>
    private int Find(int identity, int lane, out int alias)
    {
        alias = -1;
        if (!IsKnown(identity)) { return -1; }
        if (_known[identity] is >= 0 and var seed)
        {
            if (facts.Legs[seed].Lane != lane) { return -1; }
            Grow(identity, seed);
        }

        alias = _aliasKeys.Find(Pair(identity, lane));
        if (alias < 0) { return -1; }
        var at = Root(_aliases[alias].Position);
        return Positions[at].IsFinished ? -1 : at;
    }

    private int Root(int at)
    {
        while (Positions[at].JoinedTo is >= 0 and var to)
        {
            if (Positions[to].JoinedTo is >= 0 and var beyond) { Positions[at].JoinedTo = beyond; }
            at = to;
        }

        return at;
    }

    private void Name(int identity, int at, int link, ulong part)
    {
        if (IsKnown(identity) && _known[identity] is >= 0 and var seed) { Grow(identity, seed); }
        else { Know(identity, InTables); }
        var known = _aliasKeys.Count;
        var alias = _aliasKeys.Intern(Pair(identity, Positions[at].Lane));
        if (alias < known)
        {
            // The opener stays the opener, also when tokens come back to him.
            ref var named = ref _aliases[alias];
            if (Root(named.Position) == at && named.Link < 0) { return; }
            (named.Position, named.Link, named.Part) = (at, link, part);
            return;
        }

        var mint = facts.Markets.MintOutOf(Positions[at].Lane);
        var mints = _mintKeys.Count;
        var ofMint = _mintKeys.Intern(Pair(identity, mint));
        if (ofMint == mints) { _ofMint.Add(-1); }
        _aliases.Add(new Alias { Position = at, Link = link, Part = part, NextOfMint = _ofMint[ofMint] });
        _ofMint[ofMint] = alias;
    }

    /// <summary>The newest name of an identity's positions in a token, −1 without any.</summary>
    private int FirstOf(int identity, int mint)
    {
        if (!IsKnown(identity)) { return -1; }
        if (_known[identity] is >= 0 and var seed)
        {
            if (facts.Markets.MintOutOf(facts.Legs[seed].Lane) != mint) { return -1; }
            Grow(identity, seed);
        }

        return _mintKeys.Find(Pair(identity, mint)) is >= 0 and var first ? _ofMint[first] : -1;
    }

    /// <summary>True when the identity has, or had, a position.</summary>
    private bool IsKnown(int identity) => identity < _known.Count && _known[identity] != Unknown;

    private void Know(int identity, int state)
    {
        if (identity >= _known.Count)
        {
            var from = _known.Count;
            _known.Reserve(identity + 1 - from).Fill(Unknown);
        }

        _known[identity] = state;
    }

    /// <summary>Notes the first purchase of somebody whom nothing is known of.</summary>
    private void Seed(int identity, int leg) => Know(identity, leg);

    /// <summary>Makes a position of a single purchase, now that it is asked for.</summary>
    private void Grow(int identity, int leg)
    {
        _known[identity] = InTables;
        var at = Open(facts.Legs[leg].Lane, facts.Legs[leg].Owner);
        AppendFront(at, leg);
        Name(identity, at, -1, 0);
    }

    private void Wrap(in WrapperKey key, int at)
    {
        var known = _wrapperKeys.Count;
        var number = _wrapperKeys.Intern(key);
        if (number == known) { _wrapped.Add(at); }
        else { _wrapped[number] = at; }
    }

    private static ulong Pair(int high, int low) => ((ulong)(uint)high << 32) | (uint)low;
}
