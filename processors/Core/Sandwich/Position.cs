using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>How a position was finished.</summary>
internal enum Ending : byte
{
    /// <summary>Still open at the end of the window: what was sold decides.</summary>
    Open,

    /// <summary>Sold to the unit.</summary>
    Exact,

    /// <summary>Sold but for less than a twentieth when the actor began anew.</summary>
    Closed,

    /// <summary>More was sold than was left.</summary>
    Exceeded,
}

/// <summary>What an actor bought in a lane and sold again: front legs, back legs, why they belong together.</summary>
internal struct Position
{
    /// <summary>Position that this one was joined to, −1 otherwise.</summary>
    public int JoinedTo;

    public int Lane;

    /// <summary>Owner of the first front leg.</summary>
    public int Holder;

    /// <summary>Chain of front legs by <see cref="Leg.NextFront"/>, and the first and last in order of execution.</summary>
    public int Fronts, FrontTail, FrontCount, FirstFront, LastFront;

    /// <summary>Chain of back legs by <see cref="Leg.NextBack"/>.</summary>
    public int Backs, BackTail, BackCount, FirstBack, LastBack;

    public UInt128 FrontIn, FrontOut, BackIn, BackOut;

    /// <summary>Transfer fees on the way from one wallet of the actor to another, base units of the position's token.</summary>
    public UInt128 LostOnTheWay;

    /// <summary>First in, first out: the last front leg that the back legs reach, and the sums up to it.</summary>
    public int Reached;
    public UInt128 ReachedIn, ReachedOut;
    public int ReachedCount;

    /// <summary>Chain of links, newest first, −1 without any; and the least of their weights.</summary>
    public int Links;
    public double Weight;

    public Ending Ending;

    /// <summary>True when it takes no more legs.</summary>
    public bool IsFinished;

    /// <summary>A front leg follows a back leg without the position having been closed.</summary>
    public bool Alternates;

    /// <summary>Tokens or an account were handed from wallet to wallet.</summary>
    public bool HasPath;

    /// <summary>A back leg has another owner and no path leads there, so only an inventory closed to the unit proves anything.</summary>
    public bool NeedsUnit;

    /// <summary>A back leg sold more than was left, which a path supports.</summary>
    public bool Exceeds;

    /// <summary>A back leg in another pool.</summary>
    public bool CrossesPools;

    /// <summary>Joined of several, so that the chain of fronts is not in order.</summary>
    public bool IsJoined;

    /// <summary>All legs of the others in between come from the actor's own transaction template.</summary>
    public bool HasTwins;

    /// <summary>What can be sold: bought, less what was lost on the way.</summary>
    public readonly UInt128 Inventory => FrontOut - UInt128.Min(LostOnTheWay, FrontOut);

    /// <summary>What is left to be sold.</summary>
    public readonly UInt128 Left => Inventory - UInt128.Min(BackIn, Inventory);

    public readonly UInt128 Rounding => (UInt128)((FrontCount + BackCount) * SandwichRules.RoundingPerLeg);

    /// <summary>True when all but a twentieth was sold.</summary>
    public readonly bool IsClosed => BackCount > 0 && BackIn * 100 >= Inventory * SandwichRules.ClosedPercent;

    /// <summary>True when it was sold to the unit.</summary>
    public readonly bool IsExact => BackCount > 0 && BackIn + Rounding >= Inventory && BackIn <= Inventory + Rounding;
}

/// <summary>Why a back leg belongs to an actor.</summary>
internal struct LinkFact
{
    public LinkKind Kind;
    public int From, To;
    public double Weight;
    public Schemas.Chain.Signature? Signature;
    public int Next;
}

/// <summary>A name under which a position is known: an identity in a lane.</summary>
internal struct Alias
{
    public int Position;

    /// <summary>Link that the identity has it by, −1 where it opened it.</summary>
    public int Link;

    /// <summary>What was handed over where it is a part of the position; only the sale of exactly this belongs to it. 0 for the whole.</summary>
    public ulong Part;

    public int NextOfMint;
}

/// <summary>A private program, a lane, and what a position in it holds to the unit.</summary>
internal readonly record struct WrapperKey(int Lane, int Wrapper, UInt128 Amount);
