using Sluice.Processors.Core.Common;
using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Sandwich;

/// <summary>Finds rings: wallets of one transaction template that round-trip in one pool in one block, each selling about the same share of what it bought.</summary>
/// <remarks>
/// A template tells when it has a compute budget or a priority fee; with a bare one, wallets that sell to the unit are no ring. Kept for the window,
/// one step a round trip.
/// </remarks>
internal sealed class Rings
{
    private readonly KeyIndex<RingKey> _rings = new();
    private readonly KeyIndex<ulong> _members = new();
    private readonly ValueList<Ring> _facts = new();

    public void Clear()
    {
        _rings.Clear();
        _members.Clear();
        _facts.Clear();
    }

    /// <summary>Takes note of a round trip within one block.</summary>
    public void Add(GroupFacts facts, in Position position)
    {
        if (!TryKey(facts, position, out var key)) { return; }
        var ratio = RatioPpm(position);
        if (ratio < SandwichRules.RingMinRatioPpm) { return; }
        var known = _rings.Count;
        var number = _rings.Intern(key);
        if (number == known) { _facts.Add(new Ring { LeastPpm = ratio, GreatestPpm = ratio }); }
        ref var ring = ref _facts[number];
        var members = _members.Count;
        _members.Intern(((ulong)number << 32) | (uint)position.Holder);
        if (_members.Count > members) { ring.Wallets++; }
        ring.LeastPpm = Math.Min(ring.LeastPpm, ratio);
        ring.GreatestPpm = Math.Max(ring.GreatestPpm, ratio);
        ref readonly var first = ref facts.TxFacts[facts.Legs[position.FirstFront].Tx];
        ring.HasTellingTemplate |= first.IsTellingTemplate;
        ring.HasExact |= position.IsExact;
    }

    /// <summary>The ring that a round trip belongs to; false when there is none.</summary>
    public bool TryFind(GroupFacts facts, in Position position, out Ring ring)
    {
        ring = default;
        if (!TryKey(facts, position, out var key) || _rings.Find(key) is not (>= 0 and var number)) { return false; }
        ring = _facts[number];
        return ring.Wallets >= SandwichRules.RingWallets && ring.GreatestPpm - ring.LeastPpm <= SandwichRules.RingSpreadPpm && (ring.HasTellingTemplate || !ring.HasExact);
    }

    /// <summary>Sold of what was bought, millionths; at most ten times.</summary>
    public static int RatioPpm(in Position position) => position.Inventory == 0 || position.BackIn / 10 > position.Inventory
        ? 10_000_000
        : (int)(position.BackIn * 1_000_000 / position.Inventory);

    private static bool TryKey(GroupFacts facts, in Position position, out RingKey key)
    {
        key = default;
        if (position.BackCount == 0 || position.CrossesPools) { return false; }
        ref readonly var first = ref facts.TxFacts[facts.Legs[position.FirstFront].Tx];
        ref readonly var last = ref facts.TxFacts[facts.Legs[position.LastBack].Tx];
        key = new RingKey(position.Lane, first.Block, first.Template, last.Template);
        return first.Block == last.Block;
    }

    private readonly record struct RingKey(int Lane, int Block, ulong FrontTemplate, ulong BackTemplate)
    {
        public override int GetHashCode() => unchecked((int)((FrontTemplate ^ (BackTemplate >> 7)) >> 29) + (Lane * 31) + Block);
    }
}

/// <summary>Wallets of a template in a pool and block.</summary>
internal struct Ring
{
    public int Wallets;

    /// <summary>Sold of what was bought, millionths.</summary>
    public int LeastPpm, GreatestPpm;

    /// <summary>True when the template tells these wallets from anybody's, and when one of them sold to the unit.</summary>
    public bool HasTellingTemplate, HasExact;
}
