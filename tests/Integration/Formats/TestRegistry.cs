using System.Collections.Concurrent;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sluice.Schemas.Avro;

namespace Sluice.Tests.Integration.Formats;

/// <summary>A schema registry in memory that answers as Confluent's API reference says, on a free port of 127.0.0.1.</summary>
/// <remarks>Compatibility is BACKWARD against the latest version, as the reference's default is.</remarks>
internal sealed class TestRegistry : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly WebApplication _app;
    private readonly Dictionary<int, JsonObject> _schemas = [];
    private readonly Dictionary<string, List<int>> _subjects = [];

    private TestRegistry(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>User and password that are asked for, or null.</summary>
    public string? Credentials { get; set; }

    /// <summary>Connections are cut without an answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Requests that are answered by 503 before others are granted.</summary>
    public int Unavailable { get; set; }

    /// <summary>Requests wait for this before they are answered.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Every request that came: method and path.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public static async Task<TestRegistry> StartAsync(string pathBase = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var registry = new TestRegistry(app);
        app.Run(context => registry.AnswerAsync(context, pathBase));
        await app.StartAsync();
        return registry;
    }

    /// <summary>Enters a schema of any kind by itself, as another program would.</summary>
    public int Enter(string schema, string type = "AVRO", bool hasReferences = false)
    {
        lock (_gate)
        {
            var id = _schemas.Count + 1;
            var entry = new JsonObject { ["schema"] = schema };
            if (type != "AVRO") { entry["schemaType"] = type; } // left out for Avro, as the reference says
            if (hasReferences) { entry["references"] = new JsonArray(new JsonObject { ["name"] = "x.Y", ["subject"] = "y", ["version"] = 1 }); }
            _schemas.Add(id, entry);
            return id;
        }
    }

    /// <summary>Makes a schema a version of a subject without a check.</summary>
    public int Enter(string subject, string schema)
    {
        var id = Enter(schema);
        lock (_gate)
        {
            if (!_subjects.TryGetValue(subject, out var versions)) { _subjects.Add(subject, versions = []); }
            versions.Add(id);
        }

        return id;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context, string pathBase)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
        await Gate.WaitAsync(context.RequestAborted);
        if (IsDown)
        {
            context.Abort();
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (status, answer) = Answer(context.Request, pathBase, body);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/vnd.schemaregistry.v1+json";
        await context.Response.WriteAsync(answer.ToJsonString());
    }

    private (int Status, JsonNode Answer) Answer(HttpRequest request, string pathBase, string body)
    {
        lock (_gate)
        {
            if (Unavailable > 0)
            {
                Unavailable--;
                return Error(503, 50301, "Not ready");
            }

            var expected = Credentials is null ? null : "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(Credentials));
            if (expected is not null && request.Headers.Authorization != expected) { return Error(401, 401, "Unauthorized"); }
            if (!request.Path.Value!.StartsWith(pathBase, StringComparison.Ordinal)) { return Error(404, 404, "HTTP 404 Not Found"); }
            var path = request.Path.Value[pathBase.Length..].Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
            return (request.Method, path) switch
            {
                ("GET", ["schemas", "types"]) => (200, new JsonArray("JSON", "PROTOBUF", "AVRO")),
                ("GET", ["schemas", "ids", var id]) => _schemas.TryGetValue(int.Parse(id), out var schema)
                    ? (200, schema.DeepClone())
                    : Error(404, 40403, "Schema not found"),
                ("GET", ["subjects", var subject, "versions"]) => _subjects.TryGetValue(subject, out var versions)
                    ? (200, new JsonArray([.. Enumerable.Range(1, versions.Count).Select(v => (JsonNode)v)]))
                    : Error(404, 40401, $"Subject '{subject}' not found."),
                ("GET", ["subjects", var subject, "versions", var version]) => OneVersion(subject, version),
                ("POST", ["subjects", var subject]) => LookUp(subject, SchemaOf(body)),
                ("POST", ["subjects", var subject, "versions"]) => Register(subject, SchemaOf(body)),
                ("POST", ["compatibility", "subjects", var subject, "versions", "latest"]) => Compatibility(subject, SchemaOf(body)),
                _ => Error(404, 404, "HTTP 404 Not Found"),
            };
        }
    }

    private (int, JsonNode) OneVersion(string subject, string version)
    {
        if (!_subjects.TryGetValue(subject, out var versions)) { return Error(404, 40401, $"Subject '{subject}' not found."); }
        var number = version == "latest" ? versions.Count : int.Parse(version);
        return number < 1 || number > versions.Count ? Error(404, 40402, $"Version {number} not found.") : (200, Entry(subject, number, versions[number - 1]));
    }

    private (int, JsonNode) LookUp(string subject, string schema)
    {
        if (!_subjects.TryGetValue(subject, out var versions)) { return Error(404, 40401, $"Subject '{subject}' not found."); }
        var at = versions.FindIndex(id => (string)_schemas[id]["schema"]! == schema);
        return at < 0 ? Error(404, 40403, "Schema not found") : (200, Entry(subject, at + 1, versions[at]));
    }

    private (int, JsonNode) Register(string subject, string schema)
    {
        if (!TryParse(schema, out var parsed)) { return Error(422, 42201, $"Invalid schema {schema} of type AVRO"); }
        if (_subjects.TryGetValue(subject, out var versions))
        {
            var reasons = Reasons(parsed!, versions);
            if (reasons.Length > 0) { return Error(409, 409, $"Schema being registered is incompatible with an earlier schema for subject \"{subject}\", details: [{string.Join(", ", reasons)}]"); }
        }

        var id = _schemas.Where(s => (string)s.Value["schema"]! == schema).Select(s => s.Key).FirstOrDefault();
        if (id == 0) { id = Enter(schema); }
        if (versions is null) { _subjects.Add(subject, versions = []); }
        if (!versions.Contains(id)) { versions.Add(id); }
        return (200, new JsonObject { ["id"] = id });
    }

    private (int, JsonNode) Compatibility(string subject, string schema)
    {
        if (!_subjects.TryGetValue(subject, out var versions)) { return Error(404, 40401, $"Subject '{subject}' not found."); }
        if (!TryParse(schema, out var parsed)) { return Error(422, 42201, $"Invalid schema {schema} of type AVRO"); }
        var reasons = Reasons(parsed!, versions);
        return (200, new JsonObject { ["is_compatible"] = reasons.Length == 0, ["messages"] = new JsonArray([.. reasons.Select(r => (JsonNode)r)]) });
    }

    private string[] Reasons(AvroSchema schema, List<int> versions) =>
        [.. AvroCompatibility.Check(schema, AvroSchema.Parse((string)_schemas[versions[^1]]["schema"]!)).Select(m => m.ToString())];

    private JsonObject Entry(string subject, int version, int id) =>
        new() { ["subject"] = subject, ["version"] = version, ["id"] = id, ["schema"] = (string)_schemas[id]["schema"]! };

    private static string SchemaOf(string body)
    {
        var json = JsonNode.Parse(body)!;
        Assert.Equal("AVRO", (string?)json["schemaType"]);
        return (string)json["schema"]!;
    }

    private static bool TryParse(string json, out AvroSchema? schema)
    {
        try
        {
            schema = AvroSchema.Parse(json);
            return true;
        }
        catch (FormatException)
        {
            schema = null;
            return false;
        }
    }

    private static (int, JsonNode) Error(int status, int code, string message) =>
        (status, new JsonObject { ["error_code"] = code, ["message"] = message });
}
