namespace Sluice.Lab.Chain;

/// <summary>Which validator leads a slot, and whether it misses it: fixed by the seed, in turns of four slots.</summary>
internal sealed class LeaderSchedule(ulong seed, int validators, int skippedPerMille)
{
    /// <summary>Slots of a turn.</summary>
    public const int Turn = 4;

    /// <summary>
    /// Number of the validator that leads the slot. A few large ones lead often: the smaller of two draws, squared.
    /// </summary>
    public int LeaderOf(ulong slot)
    {
        var random = new Prng(seed, stream: 0x1EAD_0000_0000 + (slot / Turn));
        var draw = Math.Min(random.Below(validators), random.Below(validators));
        return (int)((long)draw * (draw + validators) / (2L * validators));
    }

    /// <summary>Whether the slot gets no block. Half of the missed slots are in turns missed as a whole.</summary>
    public bool IsSkipped(ulong slot)
    {
        var turn = new Prng(seed, stream: 0x5C1F_0000_0000 + (slot / Turn));
        if (turn.Below(2000) < skippedPerMille) { return true; }
        var single = new Prng(seed, stream: 0x5C1F_8000_0000 + slot);
        return single.Below(2000) < skippedPerMille;
    }
}
