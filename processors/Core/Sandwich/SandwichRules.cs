namespace Sluice.Processors.Core.Sandwich;

/// <summary>Thresholds of the sandwich rules. Their version is in <see cref="RuleVersions"/>.</summary>
public static class SandwichRules
{
    /// <summary>Slots of a leader group.</summary>
    public const int GroupSlots = (int)Schemas.Chain.WellKnown.SlotsPerLeaderGroup;

    /// <summary>Share of the bought inventory that must be sold again, percent (B.2: ρ = 0.95).</summary>
    public const int ClosedPercent = 95;

    /// <summary>
    /// Least share that makes a <c>partial</c> sandwich, percent. Chosen: below a tenth the sale is no unwinding; above it, what was sold must
    /// also have earned something.
    /// </summary>
    public const int PartialPercent = 10;

    /// <summary>Transactions of a block that a partial sandwich may span when no private program marks it: as many as a bundle has.</summary>
    public const int PartialReach = 5;

    /// <summary>Base units by which sums may differ for each leg: rounding.</summary>
    public const int RoundingPerLeg = 1;

    /// <summary>Wallets of one transaction template that round-trip in one pool in one block and so are a ring (B.1).</summary>
    public const int RingWallets = 3;

    /// <summary>Greatest difference of sold / bought between the wallets of a ring, millionths. The ring of B.1 sells 1.007 to 1.009 of what it bought.</summary>
    public const int RingSpreadPpm = 20_000;

    /// <summary>Least sold / bought that counts as a round trip for the ring test, millionths.</summary>
    public const int RingMinRatioPpm = 900_000;

    /// <summary>Rounds in one pool that do not close to the unit and so are quotes of a market maker.</summary>
    public const int MarketMakerRounds = 2;

    /// <summary>
    /// Swaps of a pool, from the first front leg to the last victim, that are replayed for the victims' loss of one finding; a longer stretch gives
    /// no loss. Findings may nest, and each replay reads all of its stretch.
    /// </summary>
    public const int MaxReplaySteps = 4_096;

    /// <summary>The same for all findings of a block together.</summary>
    public const int MaxReplayStepsPerBlock = 16_384;
}

/// <summary>How much a link between front and back legs proves, 0 to 1. Chosen, not fitted.</summary>
public static class LinkWeights
{
    /// <summary>The same fee payer, and the same owner of the tokens.</summary>
    public const double Signer = 1.0;

    /// <summary>The same owner of the token accounts, another fee payer.</summary>
    public const double Owner = 0.95;

    /// <summary>The position was transferred.</summary>
    public const double Transfer = 0.85;

    /// <summary>A token account with the position changed hands.</summary>
    public const double Authority = 0.85;

    /// <summary>Vaults of different owners, moved by the same fee payer or co-signer.</summary>
    public const double SharedSigner = 0.6;

    /// <summary>The same private program, and the inventory to the unit.</summary>
    public const double Wrapper = 0.3;
}
