using System.Globalization;
using System.Text;

namespace Sluice.Api.Queries;

/// <summary>A statement in the making: fixed text, and values that go beside it as parameters, never into it.</summary>
/// <param name="name">What the statement is for, a metric label.</param>
/// <param name="text">Its beginning.</param>
internal sealed class SqlStatement(string name, string text)
{
    private readonly StringBuilder _text = new(text, 2_048);
    private readonly Dictionary<string, string> _parameters = new(StringComparer.Ordinal);
    private bool _hasCondition;

    public string Name => name;

    public string Text => _text.ToString();

    /// <summary>Values by the name that the text has in <c>{name:Type}</c>.</summary>
    public IReadOnlyDictionary<string, string> Parameters => _parameters;

    public SqlStatement Append(string text)
    {
        _text.Append('\n').Append(text);
        return this;
    }

    /// <summary>Adds a condition to the WHERE clause, which must be the last thing in the text.</summary>
    public SqlStatement Where(string condition)
    {
        Append(_hasCondition ? "  AND " : "WHERE ")._text.Append(condition);
        _hasCondition = true;
        return this;
    }

    /// <summary>Adds a condition on a parameter when there is a value.</summary>
    public SqlStatement Where(string condition, string name, string? value) =>
        value is null ? this : Where(condition).Set(name, value);

    /// <inheritdoc cref="Where(string, string, string?)"/>
    public SqlStatement Where<T>(string condition, string name, T? value)
        where T : struct, IFormattable =>
        value is { } given ? Where(condition).Set(name, given) : this;

    public SqlStatement Set(string name, string value)
    {
        _parameters[name] = value;
        return this;
    }

    public SqlStatement Set<T>(string name, T value)
        where T : struct, IFormattable =>
        Set(name, value.ToString(null, CultureInfo.InvariantCulture));
}
