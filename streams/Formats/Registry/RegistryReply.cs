using System.Net;
using System.Text.Json;

namespace Sluice.Streams.Formats.Registry;

/// <summary>An answer of the registry: a status, and a JSON document in most cases.</summary>
internal sealed class RegistryReply(string address, HttpStatusCode status, JsonDocument? document) : IDisposable
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The answer, or nothing where it is not JSON.</summary>
    public JsonElement Json => document?.RootElement ?? default;

    /// <summary>The registry's error code, such as 40403, else the HTTP status; 0 when all went well.</summary>
    public int Code => (int)Status < 400 ? 0 : Json.ValueKind == JsonValueKind.Object
        && Json.TryGetProperty("error_code", out var code) && code.TryGetInt32(out var number) ? number : (int)Status;

    /// <summary>What the registry says of an error.</summary>
    public string Message => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("message", out var text) ? text.ToString() : Status.ToString();

    /// <summary>True when the answer is one that a registry gives: JSON, and for an error a code.</summary>
    public bool IsRegistry => document is not null && ((int)Status < 400 || (Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty("error_code", out _)));

    /// <summary>Throws where the request was not granted.</summary>
    public void Demand(string what)
    {
        if ((int)Status is >= 200 and < 300 && document is not null) { return; }
        if ((int)Status is >= 200 and < 300) { throw SchemaRegistryException.NoRegistry(address, (int)Status, "its answer is no JSON"); }
        if (!IsRegistry) { throw SchemaRegistryException.NoRegistry(address, (int)Status, $"it answers {(int)Status} {Status}"); }
        throw SchemaRegistryException.Refused(address, Code, what, Message);
    }

    public string Text(string name) => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw SchemaRegistryException.NoRegistry(address, (int)Status, $"its answer has no {name}");

    public int Number(string name) => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var value) && value.TryGetInt32(out var number)
        ? number
        : throw SchemaRegistryException.NoRegistry(address, (int)Status, $"its answer has no {name}");

    public void Dispose() => document?.Dispose();
}
