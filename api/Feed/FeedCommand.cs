using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Sluice.Api.Feed;

/// <summary>What a reader says on its WebSocket.</summary>
internal abstract record FeedCommand
{
    private const string Forms = """{"subscribe":{"id":"mine","channel":["sandwiches"],"pool":["…"]}}, {"unsubscribe":"mine"} or {"ping":1}""";

    /// <summary>Reads one message; what cannot be understood becomes a <see cref="Wrong"/>.</summary>
    public static FeedCommand Read(ReadOnlyMemory<byte> message, FeedOptions options)
    {
        try
        {
            using var document = JsonDocument.Parse(message);
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Take(2).ToArray() is [var only])
            {
                switch (only)
                {
                    case { Name: "ping" }: return new Ping(only.Value.Clone());
                    case { Name: "unsubscribe", Value.ValueKind: JsonValueKind.String }: return new Unsubscribe(only.Value.GetString()!);
                    case { Name: "subscribe", Value.ValueKind: JsonValueKind.Object }: return ReadSubscribe(only.Value, options);
                    default: break;
                }
            }

            return new Wrong(FeedMessages.Error("unknown-message", $"A message is one of {Forms}."));
        }
        catch (JsonException e)
        {
            return new Wrong(FeedMessages.Error("not-json", $"The message is not JSON ({e.Message}); it is one of {Forms}."));
        }
    }

    private static FeedCommand ReadSubscribe(JsonElement body, FeedOptions options)
    {
        var id = "main";
        var given = new List<KeyValuePair<string, IReadOnlyList<string>>>();
        foreach (var field in body.EnumerateObject())
        {
            if (field.Name == "id")
            {
                if (field.Value.ValueKind != JsonValueKind.String || field.Value.GetString() is not { Length: > 0 and <= 64 } name)
                {
                    return new Wrong(FeedMessages.Error(Problems.InvalidParameter("id", field.Value.ToString(), "a text of 1 to 64 characters")));
                }

                id = name;
            }
            else if (field.Name == "since")
            {
                return new Wrong(FeedMessages.Error(Problems.InvalidParameter("since", field.Value.ToString(), "in the URL: a position is where a connection goes on")));
            }
            else if (TryValues(field.Value, out var values))
            {
                given.Add(KeyValuePair.Create(field.Name, values));
            }
            else
            {
                return new Wrong(FeedMessages.Error(Problems.InvalidParameter(field.Name, field.Value.ToString(), "a text, a whole number, or a list of them")));
            }
        }

        return FeedRequest.TryRead(given, options, out var request, out ProblemHttpResult? problem)
            ? new Subscribe(id, request)
            : new Wrong(FeedMessages.Error(problem));
    }

    private static bool TryValues(JsonElement value, [NotNullWhen(true)] out IReadOnlyList<string>? values)
    {
        values = value.ValueKind switch
        {
            JsonValueKind.String or JsonValueKind.Number => [value.ToString()],
            JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind is JsonValueKind.String or JsonValueKind.Number) => [.. value.EnumerateArray().Select(v => v.ToString())],
            _ => null,
        };
        return values is not null;
    }

    /// <summary>Adds a subscription, or replaces the one of the same id.</summary>
    public sealed record Subscribe(string Id, FeedRequest Request) : FeedCommand;

    public sealed record Unsubscribe(string Id) : FeedCommand;

    public sealed record Ping(JsonElement Echo) : FeedCommand;

    /// <summary>Is answered with an error; the connection stays.</summary>
    public sealed record Wrong(byte[] Answer) : FeedCommand;
}
