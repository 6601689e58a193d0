namespace Sluice.Ingest.Decoding.Catalog;

/// <summary>Where an instruction's arguments state the trader's own limit. Offsets count from the first byte after the discriminator.</summary>
internal sealed class LimitFile
{
    /// <summary>Offset of the limit, u64: the least amount out, or the greatest amount in where the amount out is fixed.</summary>
    public required int At { get; init; }

    /// <summary>True for an instruction that fixes the amount out.</summary>
    public bool ExactOut { get; init; }

    /// <summary>Offset of the byte that says which side is fixed, for an instruction that does either.</summary>
    public int? ModeAt { get; init; }

    /// <summary>Value of that byte when the amount out is fixed.</summary>
    public byte ExactOutMode { get; init; }

    /// <summary>Why the file is wrong, or null.</summary>
    public string? Problem() =>
        At < 0 || ModeAt < 0 ? "a limit lies before the arguments"
        : ExactOut && ModeAt is not null ? "a limit is of one kind or by a mode, not both"
        : null;
}
