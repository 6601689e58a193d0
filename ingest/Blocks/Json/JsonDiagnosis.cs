using System.Text.Json;

namespace Sluice.Ingest.Blocks.Json;

/// <summary>Reads a document that could not be taken once more, token by token, to say what is wrong with it.</summary>
internal static class JsonDiagnosis
{
    private const int MaxDepth = 1000;

    /// <summary>What the strict reader finds.</summary>
    /// <param name="json">A whole document, or several one after another.</param>
    /// <param name="offset">Where syntax is violated or the text ends, otherwise -1.</param>
    /// <returns><see cref="ReadStatus.Read"/> where the syntax is right.</returns>
    public static ReadStatus Judge(ReadOnlySpan<byte> json, out long offset)
    {
        offset = -1;
        // Told that more may follow, the reader stops quietly where text is missing and complains only about what is wrong.
        var options = new JsonReaderOptions { MaxDepth = MaxDepth, AllowMultipleValues = true };
        var reader = new Utf8JsonReader(json, isFinalBlock: false, new JsonReaderState(options));
        try
        {
            while (reader.Read()) { }
        }
        catch (JsonException)
        {
            offset = reader.BytesConsumed;
            return ReadStatus.InvalidJson;
        }

        // The reader counts a container's own bracket as outside of it.
        var isOpen = reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
        if (!isOpen && json[(int)reader.BytesConsumed..].Trim(" \r\n\t"u8).IsEmpty) { return ReadStatus.Read; }
        offset = json.Length;
        return ReadStatus.TruncatedJson;
    }
}
