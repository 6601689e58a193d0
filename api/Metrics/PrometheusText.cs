using System.Buffers;
using System.Globalization;
using System.Text;

namespace Sluice.Api.Metrics;

/// <summary>Writes lines of Prometheus's text exposition format, version 0.0.4.</summary>
internal ref struct PrometheusText(IBufferWriter<byte> output)
{
    /// <summary>Media type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _line = new();

    /// <summary>In HELP texts backslash and line feed are escaped.</summary>
    public static string EscapeHelp(string text) => text.Replace("\\", @"\\").Replace("\r\n", "\n").Replace("\n", @"\n");

    /// <summary>In label values the quote is escaped too.</summary>
    public static string EscapeLabel(string text) => text.Replace("\\", @"\\").Replace("\"", "\\\"").Replace("\n", @"\n");

    /// <summary>The lines that open a family.</summary>
    public readonly void Head(string name, string type, string? description)
    {
        if (!string.IsNullOrEmpty(description))
        {
            _line.Append("# HELP ").Append(name).Append(' ').Append(EscapeHelp(description)).Append('\n');
        }

        _line.Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        Flush();
    }

    /// <param name="suffix">What follows the family's name: <c>_sum</c>, <c>_count</c>, or nothing.</param>
    /// <param name="labels">Rendered labels, without braces.</param>
    public readonly void Sample(string name, string suffix, string labels, long value)
    {
        Name(name, suffix, labels);
        _line.Append(CultureInfo.InvariantCulture, $"{value}\n");
        Flush();
    }

    /// <inheritdoc cref="Sample(string, string, string, long)"/>
    public readonly void Sample(string name, string suffix, string labels, double value)
    {
        Name(name, suffix, labels);
        _line.Append(Number(value)).Append('\n');
        Flush();
    }

    public readonly void Bucket(string name, string labels, double upTo, long count)
    {
        _line.Append(name).Append("_bucket{").Append(labels);
        if (labels.Length > 0) { _line.Append(','); }
        _line.Append("le=\"").Append(Number(upTo)).Append("\"} ").Append(CultureInfo.InvariantCulture, $"{count}\n");
        Flush();
    }

    /// <summary>Hands over what is left.</summary>
    public readonly void Complete()
    {
        foreach (var chunk in _line.GetChunks()) { Encoding.UTF8.GetBytes(chunk.Span, output); }
        _line.Clear();
    }

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf"
        : double.IsNegativeInfinity(value) ? "-Inf"
        : double.IsNaN(value) ? "NaN"
        : value.ToString("R", CultureInfo.InvariantCulture);

    private readonly void Name(string name, string suffix, string labels)
    {
        _line.Append(name).Append(suffix);
        if (labels.Length > 0) { _line.Append('{').Append(labels).Append('}'); }
        _line.Append(' ');
    }

    private readonly void Flush()
    {
        if (_line.Length >= 4_096) { Complete(); }
    }
}
