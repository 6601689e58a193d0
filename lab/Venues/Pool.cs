using Sluice.Lab.Chain;

namespace Sluice.Lab.Venues;

/// <summary>A market of two tokens. Its reserves are what its vaults hold, so they change with every swap.</summary>
internal sealed class Pool
{
    public required int Number { get; init; }

    public required Venue Venue { get; init; }

    /// <summary>The account that names the pool.</summary>
    public required int Account { get; init; }

    public required Mint MintA { get; init; }

    public required Mint MintB { get; init; }

    public required int VaultA { get; init; }

    public required int VaultB { get; init; }

    /// <summary>Owner of the vaults.</summary>
    public required int Authority { get; init; }

    /// <summary>Fee of the pool in basis points.</summary>
    public required ushort FeeBps { get; init; }

    /// <summary>Further accounts of the venue's instruction, in the venue's own order.</summary>
    public required int[] Others { get; init; }

    /// <summary>Which of the venue's instructions the pool is traded by; the venue says what the numbers mean.</summary>
    public byte Variant { get; init; }

    /// <summary>What the pool keeps beside its vaults; null where they are all.</summary>
    public PoolState? State { get; init; }

    /// <summary>Reserves when the pool was made; trades of users lean back towards this price.</summary>
    public ulong FirstA { get; set; }

    public ulong FirstB { get; set; }

    public VenueKind Kind => Venue.Kind;

    /// <summary>The pool as it is now, to come back to.</summary>
    public PoolSnapshot Snapshot() => Venue.Snapshot(this);

    /// <summary>Puts vaults and state back to an earlier moment. Wallets stay as they are.</summary>
    public void Restore(PoolSnapshot snapshot) => Venue.Restore(this, snapshot);

    public Mint MintIn(bool aToB) => aToB ? MintA : MintB;

    public Mint MintOut(bool aToB) => aToB ? MintB : MintA;

    public int VaultIn(bool aToB) => aToB ? VaultA : VaultB;

    public int VaultOut(bool aToB) => aToB ? VaultB : VaultA;
}
