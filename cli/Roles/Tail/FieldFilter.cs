using System.Globalization;
using System.Text.Json;

namespace Sluice.Cli.Roles.Tail;

/// <summary>A condition on a field of a record's JSON: <c>venue=orca-whirlpool</c>, <c>gross&gt;=1000000</c>, <c>legs.pool=…</c>.</summary>
/// <remarks>
/// A field inside another is named with a dot. In a list, one element that fits is enough. Amounts are texts in JSON and numbers here; &lt; and &gt;
/// need a number on both sides. A field that is not there, or is null, equals only <c>null</c>.
/// </remarks>
internal sealed class FieldFilter
{
    private static readonly string[] Operators = ["!=", ">=", "<=", "=", ">", "<"];

    private readonly string[] _path;
    private readonly string _operator;
    private readonly string _value;
    private readonly decimal? _number;

    private FieldFilter(string[] path, string op, string value)
    {
        (_path, _operator, _value) = (path, op, value);
        _number = Number(value);
    }

    /// <summary>Null for what is no condition.</summary>
    public static FieldFilter? Parse(string text)
    {
        var at = text.IndexOfAny(['=', '!', '<', '>']);
        if (at <= 0 || Operators.FirstOrDefault(o => text.AsSpan(at).StartsWith(o, StringComparison.Ordinal)) is not { } op) { return null; }
        var filter = new FieldFilter(text[..at].Trim().Split('.'), op, text[(at + op.Length)..].Trim());
        return filter._operator[0] is '<' or '>' && filter._number is null ? null : filter;
    }

    /// <summary>Whether a record passes.</summary>
    public bool Passes(JsonElement record)
    {
        var isEqual = Any(record, 0, _operator == "!=" ? "=" : _operator);
        return _operator == "!=" ? !isEqual : isEqual;
    }

    private bool Any(JsonElement element, int depth, string op)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                if (Any(item, depth, op)) { return true; }
            }

            return false;
        }

        if (depth == _path.Length) { return Fits(element, op); }
        return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(_path[depth], out var inner) ? Any(inner, depth + 1, op) : op == "=" && _value == "null";
    }

    private bool Fits(JsonElement element, string op)
    {
        var text = element.ValueKind switch
        {
            JsonValueKind.String => element.GetString()!,
            JsonValueKind.Null => "null",
            _ => element.GetRawText(),
        };
        if (op == "=" && text == _value) { return true; }
        if (_number is not { } wanted || Number(text) is not { } number) { return false; }
        return op switch { "=" => number == wanted, ">=" => number >= wanted, "<=" => number <= wanted, ">" => number > wanted, _ => number < wanted };
    }

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
