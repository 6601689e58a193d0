using Sluice.Schemas.Records;

namespace Sluice.Processors.Core.Pools;

/// <summary>Whose a step of a pool is.</summary>
public enum StepRole : byte
{
    /// <summary>Somebody's: it is replayed, its loss is not asked for.</summary>
    Other,

    /// <summary>The attacker's: left out of the replay.</summary>
    Attacker,

    /// <summary>A victim's: replayed, and its loss told.</summary>
    Victim,
}

/// <summary>One swap of a pool in order of execution, and whose it is.</summary>
public struct PoolStep
{
    /// <summary>The swap as decoded.</summary>
    public Swap Swap;

    /// <summary>Whose it is.</summary>
    public StepRole Role;
}
