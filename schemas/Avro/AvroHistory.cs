using System.Globalization;
using System.Text.Json;
using Sluice.Schemas.Records;

namespace Sluice.Schemas.Avro;

/// <summary>A schema that a topic's values were once written with.</summary>
/// <param name="Topic">Topic, as in the schema: a name that begins with <c>*</c> stands for all that end like it.</param>
/// <param name="Version">From 1, ascending; the current schema comes after the last.</param>
/// <param name="Schema">The schema.</param>
public sealed record AvroFormerSchema(string Topic, int Version, AvroSchema Schema);

/// <summary>The former schemas that this version ships (schemas/avro/history), so that older messages are read without asking anybody.</summary>
public static class AvroHistory
{
    private const string Prefix = "avro/history/";
    private const string Suffix = ".avsc";

    private static readonly Dictionary<ulong, AvroSchema> ByFingerprint = [];

    static AvroHistory()
    {
        All = [.. Load().OrderBy(f => f.Topic, StringComparer.Ordinal).ThenBy(f => f.Version)];
        foreach (var former in All) { ByFingerprint.TryAdd(former.Schema.Fingerprint, former.Schema); }
        foreach (var current in AvroSchemas.Topics.Values) { ByFingerprint[current.Fingerprint] = current; }
    }

    /// <summary>Every former schema by topic and version.</summary>
    public static IReadOnlyList<AvroFormerSchema> All { get; }

    /// <summary>Former schemas of a topic, oldest first.</summary>
    public static IEnumerable<AvroFormerSchema> Of(string topic) => All.Where(f => AvroSchemas.IsTopic(topic, f.Topic));

    /// <summary>The schema with a fingerprint, former or current, or null where this version knows none.</summary>
    public static AvroSchema? Find(ulong fingerprint) => ByFingerprint.GetValueOrDefault(fingerprint);

    private static IEnumerable<AvroFormerSchema> Load()
    {
        var assembly = typeof(AvroHistory).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.StartsWith(Prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var json = reader.ReadToEnd();
            using var document = JsonDocument.Parse(json);
            var topic = document.RootElement.GetProperty("topic").GetString()!;

            // chain.blocks.v1.avsc
            var version = name[(name.LastIndexOf(".v", StringComparison.Ordinal) + 2)..^Suffix.Length];
            yield return new AvroFormerSchema(topic, int.Parse(version, CultureInfo.InvariantCulture), AvroSchema.Parse(json));
        }
    }
}
