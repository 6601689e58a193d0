using System.Text.Json;

namespace Sluice.Cli.Roles.Tail;

/// <summary>Prints records that pass the filters, one JSON object a line, until enough were printed.</summary>
/// <param name="max">Most records.</param>
internal sealed class TailOutput(IReadOnlyList<FieldFilter> filters, long max) : IDisposable
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    private readonly BufferedStream _output = new(Console.OpenStandardOutput(), 1 << 16);
    private readonly MemoryStream _value = new();
    private readonly MemoryStream _line = new();

    /// <summary>Whether as many were printed as were asked for.</summary>
    public bool IsFull => Printed >= max;

    public long Printed { get; private set; }

    /// <summary>Prints a record unless a filter holds it back.</summary>
    /// <param name="write">Writes the record as a JSON value.</param>
    /// <param name="envelope">Writes the fields that stand around it; null prints the record alone.</param>
    public void Print(Action<Utf8JsonWriter> write, Action<Utf8JsonWriter>? envelope)
    {
        _value.SetLength(0);
        using (var json = new Utf8JsonWriter(_value)) { write(json); }
        var value = _value.GetBuffer().AsMemory(0, (int)_value.Length);
        if (filters.Count > 0)
        {
            using var parsed = JsonDocument.Parse(value);
            foreach (var filter in filters)
            {
                if (!filter.Passes(parsed.RootElement)) { return; }
            }
        }

        if (envelope is not null)
        {
            _line.SetLength(0);
            using (var json = new Utf8JsonWriter(_line))
            {
                json.WriteStartObject();
                envelope(json);
                json.WritePropertyName("value");
                json.WriteRawValue(value.Span, skipInputValidation: true);
                json.WriteEndObject();
            }

            value = _line.GetBuffer().AsMemory(0, (int)_line.Length);
        }

        _output.Write(value.Span);
        _output.Write(NewLine);
        Printed++;
    }

    /// <summary>Shows what was printed so far.</summary>
    public void Flush() => _output.Flush();

    public void Dispose() => _output.Dispose();
}
