using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace Sluice.Streams.Formats.Registry;

/// <summary>Client of a schema registry: Confluent's REST API, or another's that is compatible. Thread-safe.</summary>
/// <remarks>
/// Source: Confluent Platform, Schema Registry API Reference. Schemas are sent as they are, of type AVRO and without references;
/// normalising them is left to the registry. What was found by id is kept, so that a registry that goes away is not missed for it.
/// </remarks>
public sealed class SchemaRegistryClient : IDisposable
{
    private const int SubjectNotFound = 40401, VersionNotFound = 40402, SchemaNotFound = 40403;
    private const int IncompatibleSchema = 409;

    private readonly RegistryTransport _transport;
    private readonly ConcurrentDictionary<int, RegistrySchema> _byId = [];
    private readonly ConcurrentDictionary<(string Subject, string Json), int> _ids = [];

    public SchemaRegistryClient(SchemaRegistryOptions options) => _transport = new RegistryTransport(options);

    /// <summary>The addresses, without credentials, for messages.</summary>
    public string Address => _transport.Address;

    /// <summary>Sees to it that there is a registry that answers, lets us in and holds Avro schemas.</summary>
    public async Task CheckAsync(CancellationToken cancel)
    {
        using var reply = await _transport.GetAsync("schemas/types", cancel).ConfigureAwait(false);

        // Registries that know Avro only do not have this list.
        if (reply.Status == HttpStatusCode.NotFound && reply.IsRegistry) { return; }
        reply.Demand("the list of schema types");
        if (reply.Json.ValueKind != JsonValueKind.Array || !reply.Json.EnumerateArray().Any(t => t.ValueEquals(RegistrySchema.Avro)))
        {
            throw SchemaRegistryException.Refused(Address, (int)reply.Status, "Avro schemas", reply.Json.GetRawText());
        }
    }

    /// <summary>The schema with an id, or null where there is none. Asked once.</summary>
    public async Task<RegistrySchema?> FindAsync(int id, CancellationToken cancel)
    {
        if (_byId.TryGetValue(id, out var known)) { return known; }
        using var reply = await _transport.GetAsync($"schemas/ids/{id}", cancel).ConfigureAwait(false);
        if (reply.Code is SchemaNotFound or SubjectNotFound) { return null; }
        reply.Demand($"schema {id}");
        var schema = new RegistrySchema(
            reply.Text("schema"),
            reply.Json.TryGetProperty("schemaType", out var type) && type.ValueKind == JsonValueKind.String ? type.GetString()! : RegistrySchema.Avro,
            reply.Json.TryGetProperty("references", out var references) && references.ValueKind == JsonValueKind.Array && references.GetArrayLength() > 0);
        return _byId.GetOrAdd(id, schema);
    }

    /// <summary>Version numbers of a subject, ascending; none for a subject that is not there.</summary>
    public async Task<IReadOnlyList<int>> VersionsAsync(string subject, CancellationToken cancel)
    {
        using var reply = await _transport.GetAsync($"subjects/{Escape(subject)}/versions", cancel).ConfigureAwait(false);
        if (reply.Code == SubjectNotFound) { return []; }
        reply.Demand($"the versions of {subject}");
        return [.. reply.Json.EnumerateArray().Select(v => v.GetInt32())];
    }

    /// <summary>One version of a subject, the latest where none is named; null where it is not there.</summary>
    public async Task<SubjectVersion?> VersionAsync(string subject, int? version, CancellationToken cancel)
    {
        using var reply = await _transport.GetAsync($"subjects/{Escape(subject)}/versions/{version?.ToString() ?? "latest"}", cancel).ConfigureAwait(false);
        if (reply.Code is SubjectNotFound or VersionNotFound) { return null; }
        reply.Demand($"version {version?.ToString() ?? "latest"} of {subject}");
        return Version(reply);
    }

    /// <summary>The version of a subject that a schema is already, or null.</summary>
    public async Task<SubjectVersion?> LookUpAsync(string subject, string json, CancellationToken cancel)
    {
        using var reply = await _transport.PostAsync($"subjects/{Escape(subject)}", Body(json), cancel).ConfigureAwait(false);
        if (reply.Code is SubjectNotFound or SchemaNotFound) { return null; }
        reply.Demand($"the schema under {subject}");
        return Version(reply);
    }

    /// <summary>Asks whether a schema is compatible with the latest version of a subject, at the level that is set in the registry.</summary>
    public async Task<CompatibilityAnswer> CheckCompatibilityAsync(string subject, string json, CancellationToken cancel)
    {
        using var reply = await _transport.PostAsync(
            $"compatibility/subjects/{Escape(subject)}/versions/latest?verbose=true", Body(json), cancel).ConfigureAwait(false);
        if (reply.Code is SubjectNotFound or VersionNotFound) { return new CompatibilityAnswer(true, []); }
        reply.Demand($"the schema under {subject}");
        var messages = reply.Json.TryGetProperty("messages", out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select(m => m.ToString()).ToArray()
            : [];
        return new CompatibilityAnswer(reply.Json.GetProperty("is_compatible").GetBoolean(), messages);
    }

    /// <summary>Makes a schema a version of a subject and returns its id; the same schema again has the same id.</summary>
    /// <exception cref="SchemaRegistryException">Among others: the subject's level of compatibility forbids it.</exception>
    public async Task<int> RegisterAsync(string subject, string json, CancellationToken cancel)
    {
        if (_ids.TryGetValue((subject, json), out var known)) { return known; }
        using var reply = await _transport.PostAsync($"subjects/{Escape(subject)}/versions", Body(json), cancel).ConfigureAwait(false);
        if (reply.Status == HttpStatusCode.Conflict || reply.Code == IncompatibleSchema)
        {
            throw SchemaRegistryException.Incompatible(Address, subject, reply.Message);
        }

        reply.Demand($"the schema under {subject}");
        return _ids.GetOrAdd((subject, json), reply.Number("id"));
    }

    public void Dispose() => _transport.Dispose();

    private static SubjectVersion Version(RegistryReply reply) =>
        new(reply.Text("subject"), reply.Number("version"), reply.Number("id"), reply.Text("schema"));

    private static byte[] Body(string schema)
    {
        using var output = new MemoryStream();
        using (var writer = new Utf8JsonWriter(output))
        {
            writer.WriteStartObject();
            writer.WriteString("schema", schema);
            writer.WriteString("schemaType", RegistrySchema.Avro);
            writer.WriteEndObject();
        }

        return output.ToArray();
    }

    private static string Escape(string subject) => Uri.EscapeDataString(subject);
}
