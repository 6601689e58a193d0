using System.Globalization;

namespace Sluice.Api.ClickHouse;

/// <summary>How long the values of a ClickHouse type are in Native format, so that they can be stepped over.</summary>
/// <remarks>Source: ClickHouse, src/DataTypes/Serializations. Types whose values carry a structure of their own (Dynamic, Variant, JSON, AggregateFunction) are not known here.</remarks>
internal abstract class NativeType
{
    /// <summary>Reads a type's name as a block carries it; null for a type that is not known here.</summary>
    public static NativeType? Parse(string name)
    {
        var open = name.IndexOf('(', StringComparison.Ordinal);
        var head = open < 0 ? name : name[..open];
        var arguments = open < 0 ? [] : Arguments(name[(open + 1)..^1]);
        return head switch
        {
            "String" => new Text(),
            "FixedString" => new Fixed(int.Parse(arguments[0], CultureInfo.InvariantCulture)),
            "Decimal" => new Fixed(DecimalSize(int.Parse(arguments[0], CultureInfo.InvariantCulture))),
            "Nullable" => Parse(arguments[0]) is { } inner ? new Nullable(inner) : null,
            "Array" => Parse(arguments[0]) is { } inner ? new List(inner) : null,
            "LowCardinality" => Parse(Bare(arguments[0])) is { } inner ? new Dictionary(inner) : null,
            "Map" => TupleOf(arguments) is { } pair ? new List(pair) : null,
            "Nested" => TupleOf([.. arguments.Select(Unnamed)]) is { } row ? new List(row) : null,
            "Tuple" => TupleOf([.. arguments.Select(Unnamed)]),
            "SimpleAggregateFunction" => Parse(arguments[^1]),
            _ => SizeOf(head) is { } size ? new Fixed(size) : null,
        };
    }

    /// <summary>Steps over what stands before the values of a column.</summary>
    public virtual void SkipPrefix(ref NativeCursor cursor)
    {
    }

    /// <summary>Steps over the values.</summary>
    public abstract void Skip(ref NativeCursor cursor, long rows);

    private static Tuple? TupleOf(IReadOnlyList<string> names)
    {
        var elements = new NativeType[names.Count];
        for (var i = 0; i < elements.Length; i++)
        {
            if (Parse(names[i]) is not { } element) { return null; }
            elements[i] = element;
        }

        return new Tuple(elements);
    }

    private static int? SizeOf(string head) => head switch
    {
        "UInt8" or "Int8" or "Bool" or "Enum8" or "Nothing" => 1,
        "UInt16" or "Int16" or "Enum16" or "Date" or "BFloat16" => 2,
        "UInt32" or "Int32" or "Float32" or "Date32" or "DateTime" or "IPv4" or "Decimal32" or "Time" => 4,
        "UInt64" or "Int64" or "Float64" or "DateTime64" or "Decimal64" or "Time64" => 8,
        "UInt128" or "Int128" or "UUID" or "IPv6" or "Decimal128" => 16,
        "UInt256" or "Int256" or "Decimal256" => 32,
        _ => head.StartsWith("Interval", StringComparison.Ordinal) ? 8 : null,
    };

    private static int DecimalSize(int precision) => precision switch { <= 9 => 4, <= 18 => 8, <= 38 => 16, _ => 32 };

    /// <summary>The type under Nullable: a dictionary of nullable values keeps their plain values.</summary>
    private static string Bare(string name) => name.StartsWith("Nullable(", StringComparison.Ordinal) ? name[9..^1] : name;

    /// <summary>A tuple's element without its name: <c>pool String</c>, <c>`a b` Array(UInt8)</c>.</summary>
    private static string Unnamed(string element)
    {
        if (element[0] == '`')
        {
            var end = element.IndexOf("` ", 1, StringComparison.Ordinal);
            return end < 0 ? element : element[(end + 2)..];
        }

        var space = element.IndexOf(' ', StringComparison.Ordinal);
        var open = element.IndexOf('(', StringComparison.Ordinal);
        return space > 0 && (open < 0 || space < open) ? element[(space + 1)..] : element;
    }

    /// <summary>Splits at commas that are in no inner brackets and no quotes.</summary>
    private static string[] Arguments(string text)
    {
        if (string.IsNullOrWhiteSpace(text)) { return []; }
        var arguments = new List<string>();
        var (depth, start, quote) = (0, 0, '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                if (c == '\\') { i++; }
                else if (c == quote) { quote = '\0'; }
                continue;
            }

            switch (c)
            {
                case '\'' or '`': quote = c; break;
                case '(': depth++; break;
                case ')': depth--; break;
                case ',' when depth == 0:
                    arguments.Add(text[start..i].Trim());
                    start = i + 1;
                    break;
                default: break;
            }
        }

        arguments.Add(text[start..].Trim());
        return [.. arguments];
    }

    private sealed class Fixed(int size) : NativeType
    {
        public override void Skip(ref NativeCursor cursor, long rows) => cursor.Advance(checked(rows * size));
    }

    private sealed class Text : NativeType
    {
        public override void Skip(ref NativeCursor cursor, long rows)
        {
            for (var i = 0L; i < rows; i++) { cursor.Advance((long)cursor.ReadNumber()); }
        }
    }

    private sealed class Nullable(NativeType inner) : NativeType
    {
        public override void SkipPrefix(ref NativeCursor cursor) => inner.SkipPrefix(ref cursor);

        public override void Skip(ref NativeCursor cursor, long rows)
        {
            cursor.Advance(rows);
            inner.Skip(ref cursor, rows);
        }
    }

    /// <summary>Ends of the lists, cumulated, then all elements.</summary>
    private sealed class List(NativeType inner) : NativeType
    {
        public override void SkipPrefix(ref NativeCursor cursor) => inner.SkipPrefix(ref cursor);

        public override void Skip(ref NativeCursor cursor, long rows)
        {
            if (rows == 0) { return; }
            cursor.Advance((rows - 1) * 8);
            var elements = (long)cursor.ReadWord();
            if (elements > 0) { inner.Skip(ref cursor, elements); }
        }
    }

    private sealed class Tuple(NativeType[] elements) : NativeType
    {
        public override void SkipPrefix(ref NativeCursor cursor)
        {
            foreach (var element in elements) { element.SkipPrefix(ref cursor); }
        }

        public override void Skip(ref NativeCursor cursor, long rows)
        {
            // A tuple of nothing is a byte a row.
            if (elements.Length == 0) { cursor.Advance(rows); }
            foreach (var element in elements) { element.Skip(ref cursor, rows); }
        }
    }

    /// <summary>LowCardinality: the different values, then an index of 1, 2, 4 or 8 bytes a row.</summary>
    private sealed class Dictionary(NativeType inner) : NativeType
    {
        public override void SkipPrefix(ref NativeCursor cursor) => cursor.Advance(8);

        public override void Skip(ref NativeCursor cursor, long rows)
        {
            if (rows == 0) { return; }
            var indexSize = 1 << (int)(cursor.ReadWord() & 0xf);
            inner.Skip(ref cursor, (long)cursor.ReadWord());
            cursor.Advance(checked((long)cursor.ReadWord() * indexSize));
        }
    }
}
