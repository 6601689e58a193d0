namespace Sluice.Api.Statements;

/// <summary>Splits a statement into words, quoted texts and signs, without its comments. It never fails: an open quote ends with the text.</summary>
/// <remarks>Source: ClickHouse, src/Parsers/Lexer.cpp.</remarks>
internal ref struct StatementLexer(string sql)
{
    private int _at;

    public bool TryNext(out ReadOnlySpan<char> token)
    {
        SkipBlanks();
        token = default;
        if (_at >= sql.Length) { return false; }
        var start = _at;
        var c = sql[_at];
        if (c is '\'' or '"' or '`') { SkipQuoted(c); }
        else if (IsWordPart(c)) { while (_at < sql.Length && IsWordPart(sql[_at])) { _at++; } }
        else { _at++; }
        token = sql.AsSpan(start, _at - start);
        return true;
    }

    public static bool IsWord(ReadOnlySpan<char> token) => token.Length > 0 && IsWordPart(token[0]);

    private static bool IsWordPart(char c) => char.IsAsciiLetterOrDigit(c) || c == '_';

    private void SkipBlanks()
    {
        while (_at < sql.Length)
        {
            if (char.IsWhiteSpace(sql[_at])) { _at++; }
            else if (Starts("--") || Starts("# ") || Starts("#!")) { SkipTo("\n"); }
            else if (Starts("/*")) { _at += 2; SkipTo("*/"); }
            else { return; }
        }
    }

    private readonly bool Starts(string sign) => sql.AsSpan(_at).StartsWith(sign, StringComparison.Ordinal);

    private void SkipTo(string sign)
    {
        var found = sql.IndexOf(sign, _at, StringComparison.Ordinal);
        _at = found < 0 ? sql.Length : found + sign.Length;
    }

    /// <summary>A doubled quote reads as two texts side by side, which makes no difference here.</summary>
    private void SkipQuoted(char quote)
    {
        for (_at++; _at < sql.Length && sql[_at] != quote; _at++)
        {
            if (sql[_at] == '\\') { _at++; }
        }

        _at = Math.Min(_at + 1, sql.Length);
    }
}
