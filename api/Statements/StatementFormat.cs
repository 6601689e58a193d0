namespace Sluice.Api.Statements;

/// <summary>Output formats: which one a statement names, and the media type it is sent with.</summary>
internal static class StatementFormat
{
    /// <summary>ClickHouse's own default over HTTP.</summary>
    public const string Default = "TabSeparated";

    /// <summary>Formats without header and footer, whose results can be sent while they come.</summary>
    private static readonly string[] InPieces =
        ["JSONEachRow", "TSV", "TabSeparated", "CSV", "RowBinary", "Native"];

    public static bool ComesInPieces(string format) => InPieces.Contains(format, StringComparer.Ordinal);

    /// <summary>The format of a statement's FORMAT clause; null without one.</summary>
    /// <remarks>
    /// The clause is the word FORMAT and a name outside of brackets, strings and comments, with only a semicolon or a SETTINGS clause behind.
    /// </remarks>
    public static string? Of(string sql)
    {
        string? candidate = null;
        var (depth, afterFormat, inSettings) = (0, false, false);
        var lexer = new StatementLexer(sql);
        while (lexer.TryNext(out var token))
        {
            if (token.SequenceEqual("(")) { depth++; }
            if (token.SequenceEqual(")")) { depth--; }
            if (depth > 0 || token.SequenceEqual(";")) { continue; }
            if (afterFormat && StatementLexer.IsWord(token))
            {
                candidate = token.ToString();
            }
            else if (token.Equals("SETTINGS", StringComparison.OrdinalIgnoreCase))
            {
                inSettings = true;
            }
            else if (candidate is not null && !inSettings)
            {
                candidate = null;
            }

            afterFormat = !afterFormat && token.Equals("FORMAT", StringComparison.OrdinalIgnoreCase);
        }

        return candidate;
    }

    public static string MediaTypeOf(string format) => format switch
    {
        "JSONEachRow" or "JSONLines" or "NDJSON" or "JSONCompactEachRow" or "JSONStringsEachRow" or "JSONEachRowWithProgress" =>
            "application/x-ndjson; charset=UTF-8",
        _ when format.StartsWith("JSON", StringComparison.Ordinal) => "application/json; charset=UTF-8",
        _ when format.StartsWith("CSV", StringComparison.Ordinal) => "text/csv; charset=UTF-8",
        _ when format.StartsWith("TSV", StringComparison.Ordinal) || format.StartsWith("TabSeparated", StringComparison.Ordinal) =>
            "text/tab-separated-values; charset=UTF-8",
        _ when format.StartsWith("Pretty", StringComparison.Ordinal) || format is "Vertical" or "Markdown" or "XML" or "Values" =>
            "text/plain; charset=UTF-8",
        _ => "application/octet-stream",
    };
}
