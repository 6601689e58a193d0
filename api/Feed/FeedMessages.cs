using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Sluice.Api.Feed;

/// <summary>The feed's own messages, beside events.</summary>
internal static class FeedMessages
{
    /// <summary>Name of the subscription that a URL makes.</summary>
    public const string UrlSubscription = "url";

    /// <summary>The first message: where the reader stands, and what follows.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="request">What the reader asked for.</param>
    /// <param name="next">Number of the first event that is not part of a snapshot.</param>
    /// <param name="isResumed">What came since the reader's position follows.</param>
    /// <param name="hasGap">The reader gave a position, and what came since is not there any more.</param>
    public static byte[] Hello(LiveFeed feed, FeedRequest request, long next, bool isResumed, bool hasGap) => Make("hello", json =>
    {
        json.WriteString("stream", feed.Stream);
        json.WriteNumber("seq", next - 1);
        json.WriteNumber("oldest_seq", feed.Ring.Oldest);
        json.WriteBoolean("resumed", isResumed);
        json.WriteBoolean("gap", hasGap);
        WriteChannels(json, request.Filter);
        json.WriteNumber("heartbeat_ms", (long)feed.Options.Heartbeat.TotalMilliseconds);
        json.WriteNumber("max_behind", feed.Options.MaxBehind);
    });

    /// <summary>The events of a snapshot are complete; changes follow.</summary>
    public static byte[] SnapshotEnd(string id, int events, long sequence) => Make("snapshot_end", json =>
    {
        json.WriteString("id", id);
        json.WriteNumber("events", events);
        json.WriteNumber("seq", sequence);
    });

    public static byte[] Subscribed(string id, FeedRequest request, long sequence) => Make("subscribed", json =>
    {
        json.WriteString("id", id);
        WriteChannels(json, request.Filter);
        json.WriteNumber("seq", sequence);
    });

    public static byte[] Unsubscribed(string id) => Make("unsubscribed", json => json.WriteString("id", id));

    /// <param name="echo">What came with the ping.</param>
    public static byte[] Pong(JsonElement echo) => Make("pong", json =>
    {
        json.WritePropertyName("ping");
        echo.WriteTo(json);
    });

    /// <summary>The feed lives; every event up to a number has been sent or was not asked for.</summary>
    public static byte[] Heartbeat(long sequence, DateTimeOffset now) => Make("heartbeat", json =>
    {
        json.WriteNumber("seq", sequence);
        json.WriteNumber("at_unix_ms", now.ToUnixTimeMilliseconds());
    });

    public static byte[] Error(ProblemHttpResult problem) => Make("error", json =>
    {
        ProblemDetails details = problem.ProblemDetails;
        json.WriteString("code", details.Type?[(details.Type.LastIndexOf(':') + 1)..]);
        json.WriteString("detail", details.Detail);
        if (details.Extensions.TryGetValue("parameter", out var parameter) && parameter is string name) { json.WriteString("parameter", name); }
    });

    public static byte[] Error(string code, string detail) => Make("error", json =>
    {
        json.WriteString("code", code);
        json.WriteString("detail", detail);
    });

    private static void WriteChannels(Utf8JsonWriter json, FeedFilter filter)
    {
        json.WriteStartArray("channels");
        foreach (var channel in filter.Channels) { json.WriteStringValue(channel.Name); }
        json.WriteEndArray();
    }

    private static byte[] Make(string type, Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            write(json);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
