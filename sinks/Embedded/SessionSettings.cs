using System.Text;

namespace Sluice.Sinks.Embedded;

/// <summary>What a reading connection has of its own: a database and settings. Equal ones can share a connection.</summary>
internal sealed class SessionSettings : IEquatable<SessionSettings>
{
    private readonly string _key;

    private SessionSettings(string? database, IReadOnlyList<string> statements)
    {
        (Database, Statements) = (database, statements);
        _key = $"{database}\n{string.Join('\n', statements)}";
    }

    /// <summary>The store's own database and the connection's settings as they are.</summary>
    public static SessionSettings None { get; } = new(null, []);

    /// <summary>Database; null for the store's own.</summary>
    public string? Database { get; }

    /// <summary>Statements that apply the settings, in the order of their names.</summary>
    public IReadOnlyList<string> Statements { get; }

    public static SessionSettings Of(ClickHouseQuery query) =>
        query.Database is null && query.Settings.Count == 0
            ? None
            : new SessionSettings(
                query.Database,
                [.. query.Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"SET {Name(s.Key)} = {Literal(s.Value)}")]);

    /// <summary>A name in backquotes.</summary>
    public static string Name(string name) => Quote(name, '`');

    public bool Equals(SessionSettings? other) => other is not null && other._key == _key;

    public override bool Equals(object? obj) => Equals(obj as SessionSettings);

    public override int GetHashCode() => string.GetHashCode(_key, StringComparison.Ordinal);

    private static string Literal(string value) => Quote(value, '\'');

    private static string Quote(string text, char quote)
    {
        var quoted = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var c in text)
        {
            if (c == quote || c == '\\') { quoted.Append('\\'); }
            quoted.Append(c);
        }

        return quoted.Append(quote).ToString();
    }
}
