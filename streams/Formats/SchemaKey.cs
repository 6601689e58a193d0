using System.Globalization;

namespace Sluice.Streams.Formats;

/// <summary>What a message's framing says of its writer's schema: a fingerprint, or an id in the schema registry.</summary>
public readonly record struct SchemaKey
{
    private SchemaKey(bool isRegistryId, ulong value)
    {
        IsRegistryId = isRegistryId;
        Value = value;
    }

    /// <summary>True for Confluent's framing, false for single-object encoding.</summary>
    public bool IsRegistryId { get; }

    /// <summary>The id or the fingerprint.</summary>
    public ulong Value { get; }

    public static SchemaKey OfId(int id) => new(true, (uint)id);

    public static SchemaKey OfFingerprint(ulong fingerprint) => new(false, fingerprint);

    public override string ToString() => IsRegistryId
        ? $"registry id {((int)Value).ToString(CultureInfo.InvariantCulture)}"
        : $"fingerprint {Value:x16}";
}
