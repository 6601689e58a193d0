namespace Sluice.Tests.Broker.Protocol;

/// <summary>One request: its header, and a reader that stands at its body.</summary>
internal sealed class Request
{
    private Request(RequestReader body, ApiKey key, short version, int correlationId, string? clientId, string clientHost)
    {
        (Body, Key, Version, CorrelationId) = (body, key, version, correlationId);
        (ClientId, ClientHost) = (clientId ?? "", clientHost);
    }

    public RequestReader Body { get; }

    public ApiKey Key { get; }

    public short Version { get; }

    public int CorrelationId { get; }

    public string ClientId { get; }

    /// <summary>Address of the client as Kafka writes it in group descriptions, with a slash in front.</summary>
    public string ClientHost { get; }

    /// <summary>Error a test wants as the answer; the request is then not carried out.</summary>
    public ErrorCode Injected { get; set; }

    public bool IsFlexible => ApiVersionTable.IsFlexible(Key, Version);

    public static Request Parse(byte[] frame, string clientHost)
    {
        var reader = new RequestReader(frame);
        var key = (ApiKey)reader.Int16();
        var version = reader.Int16();
        var correlationId = reader.Int32();
        var clientId = reader.HeaderString();
        reader.Flexible = ApiVersionTable.IsFlexible(key, version);
        reader.Tags();
        return new Request(reader, key, version, correlationId, clientId, clientHost);
    }

    /// <summary>A writer that already holds the response's header.</summary>
    /// <remarks>The header of an ApiVersions response never has tagged fields: the client does not know yet what the broker speaks.</remarks>
    public ResponseWriter Respond()
    {
        var writer = new ResponseWriter(IsFlexible);
        writer.Int32(CorrelationId);
        if (Key != ApiKey.ApiVersions) { writer.Tags(); }
        return writer;
    }
}
